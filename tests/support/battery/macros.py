"""Cases about procedural macros that look around without telling rustc: line 3."""

from support.battery.case import Build, Case, app, app_with_macro, package

HERE = 'let here = std::env::var("CARGO_MANIFEST_DIR").unwrap();\n    '

READS = app_with_macro('format!("{:?}", std::fs::read_to_string("data.txt").unwrap()).parse().unwrap()')
READS_VARIABLE = app_with_macro(
    'format!("{:?}", format!("{:?}", std::env::var("WORD").ok())).parse().unwrap()'
)

INCLUDES_DIRECTORY = app_with_macro(
    HERE + 'let mut names: Vec<String> = std::fs::read_dir(format!("{here}/assets")).unwrap()\n'
    "        .map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();\n"
    "    names.sort();\n"
    '    format!("{:?}", names.join(" ")).parse().unwrap()'
)
"""As `include_dir!` and `rust-embed` do it, names only."""

CHECKS_SCHEMA = app_with_macro(
    HERE + 'let schema = std::fs::read_to_string(format!("{here}/.queries/one.json"))\n'
    '        .or_else(|_| std::fs::read_to_string(format!("{here}/schema.sql")))\n'
    '        .unwrap_or("none".to_string());\n'
    '    format!("{schema:?}").parse().unwrap()'
)
"""As sqlx does it: prepared answers where there are some, else something else."""

RENDERS = app_with_macro(
    HERE + 'let find = |name: &str| ["themes", "templates"].iter()\n'
    '        .map(|directory| format!("{here}/{directory}/{name}"))\n'
    "        .find(|path| std::path::Path::new(path).exists())\n"
    "        .map(|path| std::fs::read_to_string(path).unwrap()).unwrap();\n"
    '    let page = find("page.html");\n'
    '    let base = page.lines().next().and_then(|line| line.strip_prefix("extends ")).map(find);\n'
    '    format!("{:?}", base.unwrap_or_default().replace("BLOCK", &page)).parse().unwrap()'
)
"""As askama does it: a template extends another, and the first directory that has one wins."""

RUNS = app_with_macro(
    'let said = std::process::Command::new("sh").args(["-c", "cat data.txt; echo $WORD"]).output().unwrap();\n'
    '    format!("{:?}", String::from_utf8(said.stdout).unwrap()).parse().unwrap()'
)

HANDED_ON = {
    **app("pub fn said() -> String {\n    String::from(middle::look!())\n}\n",
          manifest='[dependencies]\nmiddle = { path = "middle" }\n'),
    **{name: text for name, text in READS.items() if name.startswith("macros/")},
    "middle/Cargo.toml": package(name="middle", more='[dependencies]\nmacros = { path = "../macros" }\n'),
    "middle/src/lib.rs": "pub use macros::look;\n",
}  # fmt: skip
"""The program's crate names a library only, which hands a macro on."""


def _assets(*names: str) -> Build:
    return Build(files={f"assets/{name}": "" for name in names})


def _templates(**files: str) -> Build:
    texts = {"templates/base.html": "[BLOCK]", "templates/page.html": "extends base.html\n"}
    return Build(files=texts | {f"{name.replace('__', '/')}.html": text for name, text in files.items()})


CASES = [
    Case(
        line=3, name="macro-and-file", claim="A proc macro that reads a file sees today's.",
        files=READS, a=Build(files={"data.txt": "one"}), b=Build(files={"data.txt": "two"}),
    ),
    Case(
        line=3, name="macro-and-variable", claim="A proc macro that reads a variable of its own sees today's.",
        files=READS_VARIABLE, a=Build(env={"WORD": "one"}), b=Build(env={"WORD": "two"}),
    ),
    Case(
        line=3, name="macro-and-unset-variable", claim="A variable that a proc macro missed, and that is set now.",
        files=READS_VARIABLE, a=Build(), b=Build(env={"WORD": "two"}),
    ),
    Case(
        line=3, name="directory-grows", claim="A file added to a directory that a proc macro takes in.",
        files=INCLUDES_DIRECTORY, a=_assets("one"), b=_assets("one", "two"),
    ),
    Case(
        line=3, name="directory-shrinks", claim="A file removed from it.",
        files=INCLUDES_DIRECTORY, a=_assets("one", "two"), b=_assets("two"),
    ),
    Case(
        line=3, name="directory-renamed", claim="A file renamed in it.",
        files=INCLUDES_DIRECTORY, a=_assets("one"), b=_assets("six"),
    ),
    Case(
        line=3, name="schema-changes", claim="A schema that a proc macro checks queries against, changed.",
        files=CHECKS_SCHEMA, a=Build(files={"schema.sql": "one"}), b=Build(files={"schema.sql": "two"}),
    ),
    Case(
        line=3, name="file-appears", claim="A file that a proc macro looked for in vain, and that is there now.",
        files=CHECKS_SCHEMA, a=Build(files={"schema.sql": "one"}),
        b=Build(files={"schema.sql": "one", ".queries/one.json": "prepared"}),
    ),
    Case(
        line=3, name="template-inherited", claim="A template that another one extends, changed.",
        files=RENDERS, a=_templates(), b=_templates(templates__base="<BLOCK>"),
    ),
    Case(
        line=3, name="template-in-front", claim="A template that appears in a directory searched first.",
        files=RENDERS, a=_templates(), b=_templates(themes__base="<BLOCK>"),
    ),
    Case(
        line=3, name="macro-and-program", claim="A file that a program reads which a proc macro runs.",
        files=RUNS, a=Build(files={"data.txt": "one"}), b=Build(files={"data.txt": "two"}),
    ),
    Case(
        line=3, name="macro-and-shell", claim="A variable that a shell takes which a proc macro runs.",
        files=RUNS | {"data.txt": ""}, a=Build(env={"WORD": "one"}), b=Build(env={"WORD": "two"}),
    ),
    Case(
        line=3, name="macro-handed-on", claim="A file read by a proc macro that comes through a library.",
        files=HANDED_ON, a=Build(files={"data.txt": "one"}), b=Build(files={"data.txt": "two"}),
    ),
]  # fmt: skip
"""All of them are compared in what the program prints, because no compiler says that it read any of this."""
