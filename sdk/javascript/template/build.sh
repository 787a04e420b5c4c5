#!/bin/sh
# Builds {{name}}.wasm.
set -eu
cd "$(dirname "$0")"

# The tool: yours, if COMPONENTIZE_QJS names it; else one that npm brings.
if [ -z "${COMPONENTIZE_QJS:-}" ]; then
  [ -d node_modules ] || npm install --silent --no-audit --no-fund
  COMPONENTIZE_QJS=node_modules/.bin/componentize-qjs
fi
"$COMPONENTIZE_QJS" --wit wit/0.1.0 --js assay_component.js --module-root . --sync --stub-wasi -o {{name}}.wasm
