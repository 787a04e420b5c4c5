//! The compiler that graders are built with.
//!
//! Where rustup has the target `wasm32-unknown-unknown`, or can download it, that is all. Elsewhere (a machine that reaches only
//! Debian's packages) Debian's own Rust is unpacked into a folder of the project: no root, nothing installed. It comes with the
//! source of the standard library, which is compiled for the target once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{output, run};

/// The target that graders are compiled for. It has no system interface, so nothing is imported.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The first Rust that the graders' code compiles with.
const OLDEST: (u32, u32) = (1, 95);

/// A compiler for [`TARGET`].
#[derive(Clone, Debug)]
pub enum Toolchain {
    /// The one in use, which has the target.
    Installed,
    /// Debian's, unpacked below this folder.
    Unpacked(PathBuf),
}

impl Toolchain {
    /// Finds a compiler, or makes one below `folder`.
    ///
    /// # Errors
    ///
    /// If there is none, and none can be had; the error says what to install.
    pub fn find_or_make(folder: &Path) -> Result<Self> {
        if installed()? || added()? {
            return Ok(Toolchain::Installed);
        }
        eprintln!("rustup cannot add {TARGET} here; unpacking Debian's Rust below {} instead", folder.display());
        Self::debian(folder).with_context(|| {
            format!(
                "there is no compiler for {TARGET}: run `rustup target add {TARGET}` on a machine that reaches its server"
            )
        })
    }

    /// Debian's compiler, unpacked below `folder`.
    ///
    /// # Errors
    ///
    /// If Debian's packages cannot be had, or the standard library does not compile.
    pub fn debian(folder: &Path) -> Result<Self> {
        let root = folder.join("debian");
        let toolchain = Toolchain::Unpacked(root.clone());
        let ready = folder.join("ready");
        if !ready.is_file() {
            fetch(folder, &root)?;
            compile_std(folder, &root, &toolchain)?;
            fs::write(ready, "")?;
        }
        Ok(toolchain)
    }

    /// A cargo command that compiles for [`TARGET`] with this compiler. `sources` are folders whose place must not show in what
    /// is compiled, with what to call them there.
    #[must_use]
    pub fn cargo(&self, sources: &[(&Path, &str)]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let mut remapped: Vec<(PathBuf, &str)> =
            sources.iter().map(|(path, name)| (path.to_path_buf(), *name)).collect();
        if let Some(home) = cargo_home() {
            remapped.push((home, "/cargo"));
        }
        if let Toolchain::Unpacked(root) = self {
            remapped.push((root.clone(), "/rust"));
            command
                .env("RUSTC", root.join("usr/bin/rustc"))
                .env("LD_LIBRARY_PATH", libraries(root))
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker(root).unwrap_or_default());
        }
        let flags: Vec<String> =
            remapped.iter().map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display())).collect();
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
        // Flags and wrappers that the user set are for other programs, and would change the bytes.
        for variable in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_TARGET"] {
            command.env_remove(variable);
        }
        command
    }

    /// The version of this compiler, as it says it itself: `1.95.0 (59807616e 2026-04-14)`.
    ///
    /// # Errors
    ///
    /// If it cannot be asked.
    pub fn version(&self) -> Result<String> {
        let mut rustc = match self {
            Toolchain::Installed => Command::new("rustc"),
            Toolchain::Unpacked(root) => {
                let mut rustc = Command::new(root.join("usr/bin/rustc"));
                rustc.env("LD_LIBRARY_PATH", libraries(root));
                rustc
            }
        };
        let text = output(rustc.arg("--version"))?;
        let version = text.trim().strip_prefix("rustc ").with_context(|| format!("`{}` is no version", text.trim()))?;
        Ok(version.to_owned())
    }
}

fn installed() -> Result<bool> {
    let folder = output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    let libraries = fs::read_dir(folder.trim()).into_iter().flatten().flatten();
    Ok(libraries.filter(|file| file.file_name().to_string_lossy().starts_with("libstd-")).count() > 0)
}

fn added() -> Result<bool> {
    // A failure is an answer too: no rustup, no network, or a server out of reach.
    let status = Command::new("rustup").args(["target", "add", TARGET]).status();
    Ok(status.is_ok_and(|status| status.success()) && installed()?)
}

/// Downloads Debian's packages with lists and caches of our own, and unpacks them.
fn fetch(folder: &Path, root: &Path) -> Result<()> {
    let (lists, cache) = (folder.join("apt/lists"), folder.join("apt/cache"));
    fs::create_dir_all(lists.join("partial"))?;
    fs::create_dir_all(cache.join("archives/partial"))?;
    let apt = |program: &str| {
        let mut command = Command::new(program);
        for setting in [
            format!("Dir::State::lists={}", lists.display()),
            format!("Dir::Cache={}", cache.display()),
            // The lists are ours, so there is nothing to lock and nobody to become.
            "Debug::NoLocking=1".into(),
            "APT::Sandbox::User=root".into(),
        ] {
            command.args(["-o", &setting]);
        }
        command
    };
    // A source that is out of reach leaves the others usable.
    let _ = run(apt("apt-get").args(["--quiet=2", "update"]));
    let version = candidate(&output(apt("apt-cache").args(["policy", "rustc-web"]))?)
        .context("Debian's package rustc-web is not to be had")?;
    ensure!(
        version >= OLDEST,
        "Debian's rustc-web is {}.{}, but the graders need {}.{}",
        version.0,
        version.1,
        OLDEST.0,
        OLDEST.1
    );
    // The linker has to be of the compiler's LLVM version.
    let library = format!("libstd-rust-web-{}.{}", version.0, version.1);
    let llvm = output(apt("apt-cache").args(["depends", &library]))?;
    let llvm = llvm
        .lines()
        .find_map(|line| line.trim().strip_prefix("Depends: libllvm"))
        .with_context(|| format!("{library} does not say which LLVM it needs"))?;
    let linker = format!("lld-{llvm}");
    run(apt("apt-get").args(["--quiet=2", "--yes", "--no-install-recommends", "--download-only", "install"]).args([
        "rustc-web",
        "rust-web-src",
        &linker,
    ]))?;

    fs::create_dir_all(root)?;
    for package in fs::read_dir(cache.join("archives"))? {
        let package = package?.path();
        if package.extension().is_some_and(|extension| extension == "deb") {
            run(Command::new("dpkg").arg("-x").arg(&package).arg(root))?;
        }
    }
    fs::remove_dir_all(folder.join("apt"))?;
    Ok(())
}

/// The version of the candidate that `apt-cache policy` names.
fn candidate(policy: &str) -> Option<(u32, u32)> {
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate:"))?.trim();
    let mut numbers = version.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Compiles the standard library and puts it where the compiler looks for that of an installed target.
fn compile_std(folder: &Path, root: &Path, toolchain: &Toolchain) -> Result<()> {
    let package = folder.join("std");
    fs::create_dir_all(package.join("src"))?;
    fs::write(package.join("src/lib.rs"), "")?;
    fs::write(
        package.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n[profile.release]\nopt-level = 3\n",
    )?;
    let mut cargo = toolchain.cargo(&[]);
    let flags = cargo
        .get_envs()
        .find_map(|(name, value)| (name == "CARGO_ENCODED_RUSTFLAGS").then_some(value).flatten())
        .map(|flags| flags.to_string_lossy().into_owned())
        .unwrap_or_default();
    run(cargo
        .current_dir(&package)
        // Graders are linked with LTO, which needs the library's bitcode.
        .env("CARGO_ENCODED_RUSTFLAGS", format!("{flags}\u{1f}-Cembed-bitcode=yes"))
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["build", "--release", "-Zbuild-std=std,panic_abort", "--target", TARGET, "--target-dir", "target"]))?;
    let libraries = root.join("usr/lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&libraries)?;
    for file in fs::read_dir(package.join("target").join(TARGET).join("release/deps"))? {
        let file = file?;
        let name = file.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libempty-") {
            fs::copy(file.path(), libraries.join(&name))?;
        }
    }
    fs::remove_dir_all(package)?;
    Ok(())
}

fn libraries(root: &Path) -> PathBuf {
    let folder = root.join("usr/lib");
    let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
    folder.join(multiarch)
}

fn linker(root: &Path) -> Result<PathBuf> {
    for file in fs::read_dir(root.join("usr/bin"))? {
        let path = file?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("wasm-ld-")) {
            return Ok(path);
        }
    }
    bail!("there is no wasm-ld below {}", root.display());
}

fn cargo_home() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}
