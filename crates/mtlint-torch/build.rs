//! Checks the libtorch that the second engine is built against, and lets programs find it again
//! without `LD_LIBRARY_PATH`.
//!
//! In: the variable `LIBTORCH`. Out: an error, or an argument for the linker. It serves this crate,
//! and the program, which has the engine behind the feature `rust-bert`; it downloads nothing.

use std::env;
use std::path::PathBuf;

/// The version of libtorch that rust-bert 0.23 is made for.
const VERSION: &str = "2.4";

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    let always = env::var("CARGO_PKG_NAME").is_ok_and(|name| name == "mtlint-torch");
    if !always && env::var_os("CARGO_FEATURE_RUST_BERT").is_none() {
        return;
    }
    if let Err(problem) = libtorch() {
        eprintln!(
            "mtlint's second engine: {problem}; run eval \"$(scripts/libtorch)\" first, or set \
             LIBTORCH to a libtorch {VERSION}"
        );
        std::process::exit(1);
    }
}

fn libtorch() -> Result<(), String> {
    let home = env::var_os("LIBTORCH").ok_or("LIBTORCH is not set")?;
    let home = PathBuf::from(home);
    let library = home.join("lib").join("libtorch_cpu.so");
    if !library.is_file() && cfg!(target_os = "linux") {
        return Err(format!("there is no {}", library.display()));
    }
    // A libtorch that is set up by hand need not say its version; torch-sys compares
    // what it can.
    if let Ok(version) = std::fs::read_to_string(home.join("build-version"))
        && !version.trim().starts_with(VERSION)
    {
        return Err(format!(
            "{} holds libtorch {}, and rust-bert needs {VERSION}",
            home.display(),
            version.trim()
        ));
    }
    if cfg!(target_os = "linux") {
        println!(
            "cargo:rustc-link-arg=-Wl,-rpath,{}",
            home.join("lib").display()
        );
    }
    Ok(())
}
