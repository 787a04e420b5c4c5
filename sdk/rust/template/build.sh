#!/bin/sh
# Builds {{name}}.wasm.
set -eu
cd "$(dirname "$0")"
ASSAY=${ASSAY:-assay}

# The compiler is rustup's, with the target for graders: `rustup target add wasm32-unknown-unknown`.
cargo build --release --target wasm32-unknown-unknown
"$ASSAY" component "${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/grader.wasm" -o {{name}}.wasm
