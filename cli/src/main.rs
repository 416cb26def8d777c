//! voxguard on the command line.

fn main() {}
