//! How the extension module is linked.

fn main() {
    // Python's own symbols are found when the interpreter loads us.
    pyo3_build_config::add_extension_module_link_args();
    // The C functions that we carry are exported too. Another libvoxguard in the process would take over
    // our calls to them, unless they are bound to our own.
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-Bsymbolic");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
