#!/bin/sh
# Builds {{name}}.wasm.
set -eu
cd "$(dirname "$0")"

# The tool: yours, if COMPONENTIZE_PY names it; else one that pip brings.
if [ -z "${COMPONENTIZE_PY:-}" ]; then
  [ -x .tools/bin/python ] || python3 -m venv .tools
  .tools/bin/pip install --quiet --disable-pip-version-check componentize-py==0.25.0
  COMPONENTIZE_PY=".tools/bin/componentize-py"
fi
"$COMPONENTIZE_PY" -d wit/0.1.0 -w grader componentize --stub-wasi assay_component -o {{name}}.wasm
