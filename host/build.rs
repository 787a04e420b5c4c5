fn main() {
    println!("cargo::rustc-env=WASMTIME_VERSION=48.0.8");
}
