#!/bin/sh
# Builds {{name}}.wasm.
set -eu
cd "$(dirname "$0")"

# The tools: yours, if COMPONENTIZE_QJS and TSC name them; else those that npm brings.
if [ -z "${COMPONENTIZE_QJS:-}" ] || [ -z "${TSC:-}" ]; then
  [ -d node_modules ] || npm install --silent --no-audit --no-fund
  COMPONENTIZE_QJS=node_modules/.bin/componentize-qjs
  TSC=node_modules/.bin/tsc
fi
"$TSC" --project .
cp assay.js assay_component.js build/
"$COMPONENTIZE_QJS" --wit wit/0.1.0 --js build/assay_component.js --module-root build --sync --stub-wasi -o {{name}}.wasm
