//! Makes WebAssembly of the system interface that has nothing behind it.

use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=src/stub.wat");
    let stub = wat::parse_file("src/stub.wat")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("stub.wasm"), stub)?;
    Ok(())
}
