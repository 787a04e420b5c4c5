#!/bin/sh
# Builds {{name}}.wasm.
set -eu
cd "$(dirname "$0")"
ASSAY=${ASSAY:-assay}

# The compiler: yours, if ZIG names it; else one that pip brings.
if [ -z "${ZIG:-}" ]; then
  [ -x .tools/bin/python ] || python3 -m venv .tools
  .tools/bin/pip install --quiet --disable-pip-version-check ziglang==0.17.1
  ZIG=".tools/bin/python -m ziglang"
fi
mkdir -p build
$ZIG build-exe grader.zig -target wasm32-freestanding -O ReleaseSafe -fno-entry -rdynamic -fstrip -femit-bin=build/core.wasm
"$ASSAY" component build/core.wasm -o {{name}}.wasm
