//! Names the shared library after its binary interface, which rustc does not do by itself: programs linked with it
//! then look for `libvoxguard.so.0`, whichever version provides it. The number is VG_ABI_VERSION.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux" | "android" | "freebsd" | "netbsd" | "openbsd") => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libvoxguard.so.0");
        }
        Ok("macos") => {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libvoxguard.0.dylib");
        }
        _ => {}
    }
}
