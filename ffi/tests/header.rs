//! What is committed and made from `ffi/src` is what would be made from it now.

#[path = "../../xtask/src/header.rs"]
mod header;

#[test]
fn the_header_the_symbols_and_the_rust_declarations_are_up_to_date() {
    if let Err(error) = header::run(true) {
        panic!("{error}");
    }
}
