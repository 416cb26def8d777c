//! `cargo xtask header`: writes the three files that say in other words what `ffi/src` says.
//!
//! - `include/voxguard.h`: one section a noun, in the order of [`NOUNS`], each rendered by cbindgen from the
//!   noun's file, under the `//!` of that file; at the top, the `//!` of `ffi/src/lib.rs`;
//! - `include/symbols.txt`: the exported symbols, sorted;
//! - `bindings/rust/src/sys.rs`: the same declarations for Rust.
//!
//! With `--check` nothing is written, and a file that is not up to date is an error. `ffi/tests/header.rs`
//! includes this file and checks as a normal test.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use quote::quote;
use syn::{Attribute, Expr, ExprLit, Item, ItemFn, ItemStruct, Lit, Meta, Visibility};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The nouns of the interface, each a file of `ffi/src` and a section of the header.
const NOUNS: [&str; 29] = [
    "version",
    "status",
    "error",
    "bytes",
    "key",
    "marker",
    "detector",
    "detection",
    "listener",
    "policy",
    "verdict",
    "text_stream",
    "rules",
    "classifier",
    "ledger",
    "operation",
    "limiter",
    "token",
    "api_key",
    "role",
    "cedar",
    "seal_key",
    "seal",
    "monitor",
    "access",
    "gate",
    "guard",
    "utterance",
    "debug",
];

const LICENSE: &str = "SPDX-License-Identifier: MIT OR Apache-2.0";
const GENERATED: &str = "Made from ffi/src by `cargo xtask header`: change it there.";

/// Writes the generated files, or only checks that they are up to date.
pub fn run(check: bool) -> Result<()> {
    // Both crates that compile this file lie directly in the workspace.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let mut stale = Vec::new();
    for (path, text) in render(root)? {
        // A checkout on Windows may have turned line ends around.
        let present = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if present == text {
            continue;
        }
        if check {
            stale.push(path.display().to_string());
        } else {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, text)?;
        }
    }
    match stale.is_empty() {
        true => Ok(()),
        false => Err(format!("not up to date, run `cargo xtask header`: {}", stale.join(", ")).into()),
    }
}

fn render(root: &Path) -> Result<[(PathBuf, String); 3]> {
    let source = root.join("ffi/src");
    let nouns = NOUNS.iter().map(|noun| Noun::read(&source, noun)).collect::<Result<Vec<_>>>()?;
    all_exports_belong_to_a_noun(&source)?;
    let rules = prose(&read(&source.join("lib.rs"))?.attrs);
    Ok([
        (root.join("include/voxguard.h"), header(&rules, &nouns)?),
        (root.join("include/symbols.txt"), symbols(&nouns)),
        (root.join("bindings/rust/src/sys.rs"), sys(&nouns)?),
    ])
}

/// One file of `ffi/src`: what it says about its noun, and what C sees of it.
struct Noun {
    path: PathBuf,
    prose: String,
    handles: Vec<ItemStruct>,
    /// Constants and structs that C can see into.
    data: Vec<Item>,
    functions: Vec<ItemFn>,
}

impl Noun {
    fn read(source: &Path, noun: &str) -> Result<Self> {
        let path = source.join(noun).with_extension("rs");
        let file = read(&path)?;
        let (mut handles, mut data, mut functions) = (Vec::new(), Vec::new(), Vec::new());
        for item in file.items {
            match item {
                Item::Fn(function) if is_exported(&function) => functions.push(function),
                Item::Struct(item) if !is_public(&item.vis) => drop(item),
                Item::Struct(item) if has_layout(&item.attrs) => data.push(Item::Struct(item)),
                Item::Struct(item) => handles.push(item),
                Item::Const(item) if is_public(&item.vis) => data.push(Item::Const(item)),
                _ => {}
            }
        }
        Ok(Self { path, prose: prose(&file.attrs), handles, data, functions })
    }
}

fn header(rules: &str, nouns: &[Noun]) -> Result<String> {
    let mut text = String::new();
    write!(text, "/*\n * voxguard.h\n *\n{}", commented(rules))?;
    write!(text, " *\n * {LICENSE}\n * {GENERATED}\n */\n\n")?;
    text += "#ifndef VOXGUARD_H\n#define VOXGUARD_H\n\n";
    text += "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n\n";
    text += "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
    text += "/* ---- Handles ----\n *\n * What you hold, by pointer; what is inside is ours.\n */\n\n";
    for handle in nouns.iter().flat_map(|noun| &noun.handles) {
        let name = &handle.ident;
        writeln!(text, "/** {} */\ntypedef struct {name} {name};\n", prose(&handle.attrs).trim())?;
    }
    for noun in nouns {
        // The `//!` of a noun's file begins with the noun in the plural and a colon.
        let (title, body) = noun.prose.split_once(": ").ok_or("a file's `//!` without a title")?;
        let body = body.get(..1).unwrap_or_default().to_uppercase() + body.get(1..).unwrap_or_default();
        write!(text, "/* ---- {title} ----\n *\n{} */\n\n", commented(&body))?;
        writeln!(text, "{}", compact(&section(noun)?))?;
    }
    text += "#ifdef __cplusplus\n}\n#endif\n\n#endif /* VOXGUARD_H */\n";
    Ok(text)
}

/// What cbindgen makes of one file.
fn section(noun: &Noun) -> Result<String> {
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        style: cbindgen::Style::Type,
        no_includes: true,
        usize_is_size_t: true,
        documentation_style: cbindgen::DocumentationStyle::Doxy,
        line_length: 100,
        ..Default::default()
    };
    config.sort_by = cbindgen::SortKey::None;
    config.function.sort_by = Some(cbindgen::SortKey::None);
    config.function.args = cbindgen::Layout::Auto;
    config.export.exclude = noun.handles.iter().map(|handle| handle.ident.to_string()).collect();
    config.export.include = noun.data.iter().filter_map(struct_name).collect();
    let mut text = Vec::new();
    cbindgen::Builder::new().with_config(config).with_src(&noun.path).generate()?.write(&mut text);
    Ok(String::from_utf8(text)?.trim().to_owned() + "\n")
}

/// Comments of one line take one line, and constants that belong together stand together.
fn compact(section: &str) -> String {
    let (mut out, mut lines) = (Vec::<String>::new(), section.lines().peekable());
    while let Some(line) = lines.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.trim() != "/**" {
            // Two constants in a row are apart by an empty line and the comment of the second.
            let apart =
                line.starts_with("#define") && out.len() > 2 && out[out.len() - 1].starts_with("/** ");
            let pair = apart && out[out.len() - 2].is_empty() && out[out.len() - 3].starts_with("#define");
            if pair {
                out.remove(out.len() - 2);
            }
            out.push(line.to_owned());
            continue;
        }
        let mut comment = Vec::new();
        for line in lines.by_ref().take_while(|line| line.trim() != "*/") {
            comment.push(line.trim().trim_start_matches('*').trim().to_owned());
        }
        while comment.last().is_some_and(|line| line.is_empty()) {
            comment.pop();
        }
        match comment.as_slice() {
            [only] => out.push(format!("{indent}/** {only} */")),
            many => {
                out.push(format!("{indent}/**"));
                out.extend(many.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned()));
                out.push(format!("{indent} */"));
            }
        }
    }
    out.join("\n") + "\n"
}

fn symbols(nouns: &[Noun]) -> String {
    let functions = nouns.iter().flat_map(|noun| &noun.functions);
    let mut names: Vec<_> = functions.map(|function| function.sig.ident.to_string()).collect();
    names.sort();
    names.join("\n") + "\n"
}

fn sys(nouns: &[Noun]) -> Result<String> {
    let mut items = Vec::new();
    let mut functions = Vec::new();
    for noun in nouns {
        for handle in &noun.handles {
            let docs = docs(&handle.attrs);
            let (name, fields) = (&handle.ident, &handle.fields);
            items.push(quote! { #(#docs)* #[repr(C)] pub struct #name #fields });
        }
        items.extend(noun.data.iter().map(|item| quote! { #item }));
        for function in &noun.functions {
            let docs = docs(&function.attrs);
            let (name, inputs, output) = (&function.sig.ident, &function.sig.inputs, &function.sig.output);
            functions.push(quote! { #(#docs)* pub fn #name(#inputs) #output; });
        }
    }
    let file = syn::parse2(quote! {
        use std::ffi::{c_char, c_void};
        #(#items)*
        unsafe extern "C" { #(#functions)* }
    })?;
    let about = format!(
        "//! The C interface as Rust sees it: what stands in `voxguard.h`, item for item.\n//!\n//! {GENERATED}\n\n\
         #![allow(non_camel_case_types)]\n\n"
    );
    Ok(about + &prettyplease::unparse(&file))
}

/// Fails when a function is exported from a file that is not in [`NOUNS`]: it would be missing everywhere.
fn all_exports_belong_to_a_noun(source: &Path) -> Result<()> {
    for entry in fs::read_dir(source)? {
        let path = entry?.path();
        let noun = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if NOUNS.contains(&noun) {
            continue;
        }
        for item in read(&path)?.items {
            if let Item::Fn(function) = item
                && is_exported(&function)
            {
                let name = function.sig.ident;
                return Err(format!("{name}: {noun}.rs is not one of the header's nouns").into());
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<syn::File> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(syn::parse_file(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether C can see into a struct: `repr(C)` or `repr(transparent)`.
fn has_layout(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("repr"))
}

fn is_exported(function: &ItemFn) -> bool {
    function.attrs.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("unsafe") && list.tokens.to_string() == "no_mangle",
        _ => false,
    })
}

fn struct_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// The lines of a doc comment that are meant for readers, not for cbindgen.
fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    let lines = attributes.iter().filter(|attribute| doc_line(attribute).is_some());
    let mut lines: Vec<_> = lines.cloned().collect();
    while lines.last().and_then(doc_line).is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    lines
}

fn prose(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(doc_line);
    lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned() + "\n").collect()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                Some(text.value()).filter(|line| !line.trim_start().starts_with("cbindgen:"))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The lines of a block comment. Fenced code is indented instead.
fn commented(text: &str) -> String {
    let (mut out, mut fenced) = (String::new(), false);
    for line in text.trim_end().lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let indent = if fenced { "    " } else { "" };
        out += format!(" * {indent}{line}").trim_end();
        out.push('\n');
    }
    out
}
