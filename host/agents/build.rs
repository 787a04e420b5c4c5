//! Compiles the forwarder: a static program without a libc, which runs in any container.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=forwarder");
    let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let out = PathBuf::from(variable("OUT_DIR")?).join("forwarder");
    let is_known = variable("CARGO_CFG_TARGET_OS")? == "linux"
        && ["x86_64", "aarch64"].contains(&variable("CARGO_CFG_TARGET_ARCH")?.as_str());
    if !is_known {
        // Containers are Linux of the machine's kind; elsewhere nothing is carried, which starting a run says.
        return fs::write(&out, []).map_err(|error| error.to_string());
    }
    let mut rustc = Command::new(variable("RUSTC")?);
    rustc.args(["--edition", "2024", "--crate-name", "forwarder", "--crate-type", "bin", "--target"]);
    rustc.arg(variable("TARGET")?).args(["-C", "opt-level=s", "-C", "panic=abort", "-C", "strip=symbols"]);
    rustc.args(["-C", "relocation-model=static", "-C", "target-feature=+crt-static", "-C", "codegen-units=1"]);
    rustc.args(["-C", "force-unwind-tables=no"]);
    for argument in ["-nostartfiles", "-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,--gc-sections"] {
        rustc.arg("-C").arg(format!("link-arg={argument}"));
    }
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    let status = rustc.arg("-o").arg(&out).arg("forwarder/main.rs").status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the forwarder cannot be compiled: {status}")),
        Err(error) => Err(format!("the compiler cannot be started: {error}")),
    }
}
