//! Links the shared library when the crate is built to use it.

use std::env;

fn main() {
    println!("cargo::rerun-if-env-changed=VOXGUARD_LIB_DIR");
    let has = |feature: &str| env::var_os(format!("CARGO_FEATURE_{feature}")).is_some();
    if !has("DYNAMIC") || has("BUNDLED") {
        return;
    }
    let Ok(folder) = env::var("VOXGUARD_LIB_DIR") else {
        println!("cargo::error=feature `dynamic` needs VOXGUARD_LIB_DIR, the folder that holds libvoxguard");
        return;
    };
    println!("cargo::rustc-link-search=native={folder}");
    println!("cargo::rustc-link-lib=dylib=voxguard");
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "unix") {
        // So that this crate's own tests find the library that they were linked with.
        println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
