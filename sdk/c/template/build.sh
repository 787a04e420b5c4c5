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
$ZIG cc -target wasm32-wasi -mexec-model=reactor -std=c11 -O2 -Wall -Wextra -Wl,--strip-debug -o build/core.wasm grader.c assay.c -lm
"$ASSAY" component build/core.wasm --stub-wasi -o {{name}}.wasm
