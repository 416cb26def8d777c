//! Link arguments of the addon.

fn main() {
    napi_build::setup();
    // The addon carries the C functions of the library under their public names. A host that has another
    // libvoxguard loaded already would take over these calls: bind them to our own at link time.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-Bsymbolic");
    }
}
