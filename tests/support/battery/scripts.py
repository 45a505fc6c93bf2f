"""Cases about runs of build scripts, which are replayed: line 29."""

from support.battery.case import Build, Case, Look, app, package

_LIBRARY = 'pub fn said() -> &\'static str {\n    include_str!(concat!(env!("OUT_DIR"), "/said.txt"))\n}\n'

_SCRIPT = """
use std::{{env, fs, path::Path, process::Command}};

#[allow(unused_imports, unused_variables)]
fn main() {{
    let out = env::var("OUT_DIR").unwrap();
    let said: String = {{ {body} }};
    fs::write(Path::new(&out).join("said.txt"), said).unwrap();
    let _ = (Command::new("true"), 0);
}}
"""

_C = """
let object = format!("{out}/x.o");
let code = Command::new("cc").args(["-c", "-g", "-Ifirst", "-Isecond", "x.c", "-o", &object]).status().unwrap();
assert!(code.success());
let program = format!("{out}/x");
assert!(Command::new("cc").args([&object, "-o", &program]).status().unwrap().success());
String::from_utf8(Command::new(&program).output().unwrap().stdout).unwrap()
"""
_C_FILES = {
    "x.c": '#include <stdio.h>\n#include "x.h"\nint main(void) { return printf("%d", X) < 0; }\n',
    "second/x.h": "#define X 1\n",
    "first/empty.h": "",
}


def scripted(body: str, *, more: str = "", **files: str) -> dict[str, str]:
    """A package whose program prints what its build script's `body` comes to."""
    return app(_LIBRARY, manifest=more, **{"build.rs": _SCRIPT.format(body=body), **files})


def _case(
    name: str, claim: str, files: dict[str, str], b: Build, a: Build | None = None, **more: object
) -> Case:
    first = a if a is not None else Build()
    return Case(line=29, name=name, claim=claim, files=files, a=first, b=b, peers=False, **more)  # type: ignore[arg-type]


_NATIVE = {
    "native/Cargo.toml": package(name="native", more='links = "thing"\n'),
    "native/src/lib.rs": "",
    "native/build.rs": 'fn main() {\n    println!("cargo::metadata=word={}", "one");\n}\n',
}

CASES: list[Case] = [
    _case(
        "script-reads", "A build script that reads a file without telling runs again when the file changes.",
        scripted('fs::read_to_string("data.txt").unwrap()', **{"data.txt": "one"}),
        Build(files={"data.txt": "two"}),
    ),
    _case(
        "script-lists", "One that lists a directory runs again when a name is added.",
        scripted('fs::read_dir("data").unwrap().count().to_string()', **{"data/a.txt": ""}),
        Build(files={"data/b.txt": ""}),
    ),
    _case(
        "script-looks", "One that looks for a file runs again when the file appears.",
        scripted('Path::new("config.txt").exists().to_string()'),
        Build(files={"config.txt": ""}),
    ),
    _case(
        "script-variable", "One that reads a variable without telling runs again when it differs.",
        scripted('env::var("APP_WORD").unwrap_or("unset".into())'),
        Build(env={"APP_WORD": ""}), Build(env={"APP_WORD": "one"}),
    ),
    _case(
        "script-all-variables", "One that goes through all variables, too.",
        scripted('env::vars().filter(|(n, _)| n.starts_with("APP_")).map(|(_, v)| v).collect()'),
        Build(env={"APP_WORD": "two"}), Build(env={"APP_WORD": "one"}),
    ),
    _case(
        "script-shell", "What a shell that it starts reads counts, too: files and variables.",
        scripted(
            'let shell = Command::new("sh").args(["-c", "cat data.txt; echo $APP_WORD"]).output().unwrap();'
            " String::from_utf8(shell.stdout).unwrap()",
            **{"data.txt": "one"},
        ),
        Build(files={"data.txt": "two"}), Build(env={"APP_WORD": "one"}),
    ),
    _case(
        "script-compiles", "One that compiles C runs again when a header changes.",
        scripted(_C, **_C_FILES), Build(files={"second/x.h": "#define X 2\n"}),
    ),
    _case(
        "script-header-appears", "One that compiles C runs again when a header comes first on the include path.",
        scripted(_C, **_C_FILES), Build(files={"first/x.h": "#define X 3\n"}),
    ),
    _case(
        "script-date", "C that asks for the date is compiled anew each time.",
        scripted(_C, **{**_C_FILES, "x.c": _C_FILES["x.c"] + "const char *when = __DATE__;\n"}),
        Build(files={"second/x.h": "#define X 2\n"}),
    ),
    _case(
        "script-writes", "One that writes into its sources runs each time.",
        scripted(
            'println!("cargo::rerun-if-changed=build.rs"); fs::write("src/made.txt", "made").unwrap();'
            ' fs::read_to_string("src/made.txt").unwrap()'
        ),
        Build(env={"APP_WORD": "two"}), differ=False, back=True,
    ),
    _case(
        "script-prints", "Its warnings, and what it tells cargo, are replayed.",
        scripted(
            'println!("cargo::warning=mind {}", env::var("APP_WORD").unwrap());'
            ' println!("cargo::rustc-env=A={out}"); "".into()'
        ),
        Build(env={"APP_WORD": "two"}), Build(env={"APP_WORD": "one"}), look=Look.SAID,
    ),
    _case(
        "script-fails", "One that failed fails again, until its reason is gone.",
        scripted(
            'if !Path::new("there.txt").exists() { eprintln!("not there"); std::process::exit(3) } "".into()'
        ),
        Build(files={"there.txt": ""}), look=Look.SAID,
    ),
    _case(
        "script-links", "What a `links` package tells its dependents counts.",
        scripted(
            'env::var("DEP_THING_WORD").unwrap()', more='[dependencies]\nnative = { path = "native" }\n', **_NATIVE
        ),
        Build(files={"native/build.rs": _NATIVE["native/build.rs"].replace('"one"', '"two"')}),
    ),
    _case(
        "script-probes", "A probe with rustc is asked again when its source changes.",
        scripted(
            """let code = Command::new(env::var("RUSTC").unwrap()).args(["--crate-name", "probe", "--crate-type", "lib",
            "--emit=metadata", "--out-dir", &out, "probe.rs"]).status().unwrap(); code.success().to_string()""",
            **{"probe.rs": "pub fn f() {}\n"},
        ),
        Build(files={"probe.rs": "pub fn f() -> u8 { \n"}),
    ),
    _case(
        "script-tree", "Directories, empty ones too, and executable files come back as they were.",
        scripted(
            """fs::create_dir_all(format!("{out}/a/b/empty")).unwrap();
            fs::write(format!("{out}/a/run.sh"), "x").unwrap();
            Command::new("chmod").args(["755", &format!("{out}/a/run.sh")]).status().unwrap(); "".into()"""
        ),
        Build(env={"APP_WORD": "two"}), differ=False, back=True,
    ),
]  # fmt: skip
