"""What a crate does with the values of variables: finds files, or something else, or nobody can tell."""

import pytest

from dunnage.compilers.rustc.locating import Asked, LocatingUnclear

INCLUDE = 'include!(concat!(env!("OUT_DIR"), "/x.rs"));'


def asked(*sources: str) -> Asked:
    found = Asked()
    for source in sources:
        found.look(source.encode())
    return found


@pytest.mark.parametrize(
    "source",
    [
        INCLUDE,
        'include! { concat! [ env ! ( "OUT_DIR" , "who set it?" ) , "/x.rs" , ] }',
        'const X: &str = include_str!(concat!(env!("OUT_DIR"), "/x"));',
        'static X: &[u8] = core::include_bytes!(::std::concat!(r#env!("OUT_DIR"), "/x"));',
        'include!(env!("OUT_DIR"));',
        'include!(concat!(concat!(env!("OUT_DIR"), "/x"), ".rs"));',
        f"mod made {{ {INCLUDE} }}",
        f"fn f(x: bool) {{ if x != true {{ {INCLUDE} }} }}",
        '#![doc = include_str!(concat!(env!("OUT_DIR"), "/x.md"))]',
        # As serde has it: the macro's rules are code like any other.
        f"macro_rules! crate_root {{ () => {{ mod made {{ {INCLUDE} }} }}; }} crate_root!();",
        'macro_rules! made { ($name:literal) => { include!(concat!(env!("OUT_DIR"), "/", $name)); } } made!("x.rs");',
        f'// env!("OUT_DIR")\n/* option_env!("OUT_DIR") */ {INCLUDE} const S: &str = "env!(x)";',
        f'use std::env; fn f() {{ env::var("OUT_DIR"); x.include(y); [a, b].concat(); }} {INCLUDE}',
        f"fn f(env: &Env) -> bool {{ env != self.env }} {INCLUDE}",
        f"macro_rules! var {{ ($n:expr) => {{ std::env::var($n) }} }} {INCLUDE}",
    ],
)
def test_files_are_found(source: str) -> None:
    assert asked(source).only_located == {"OUT_DIR"}


@pytest.mark.parametrize(
    "source",
    [
        'const X: usize = env!("OUT_DIR").len();',
        'const X: &str = concat!(env!("OUT_DIR"), "/x");',
        'const X: bool = option_env!("OUT_DIR").is_some();',
        'include!(option_env!("OUT_DIR"));',
        'include!((env!("OUT_DIR")));',
        'macro_rules! dir { () => { env!("OUT_DIR") } }',
        '#![doc = env!("OUT_DIR")]',
        'global_asm!(x); static X: &str = core::env!("OUT_DIR");',
    ],
)
def test_a_value_is_a_value_wherever_it_stands(source: str) -> None:
    assert asked(INCLUDE, source).only_located == set()
    assert asked(source, INCLUDE).valued == {"OUT_DIR"}
    assert asked(source.replace("OUT_DIR", "OTHER"), INCLUDE).only_located == {"OUT_DIR"}


@pytest.mark.parametrize(
    "source",
    [
        # Handed to a macro that can take it apart.
        f"mine! {{ {INCLUDE} }}",
        'mine!(include!(concat!(env!("OUT_DIR"), "/x")));',
        'macro_rules! a { () => { mine!(env!("OUT_DIR")) } }',
        'macro_rules! a { ($m:ident) => { $m!(concat!(env!("OUT_DIR"), "/x")) } }',
        "mine!(env);",
        "mine!(concat, x);",
        "if !(env) {}",
        # By another name, or another by its name.
        "use std::env as e;",
        "use std::{include as inc};",
        "use mine as include;",
        "macro_rules! include { ($e:expr) => { $e.len() } }",
        "macro_rules! concat { () => {} }",
        "macro include($e:expr) { $e.len() }",
        "macro_rules! a { ($env:ident) => { $env!() } }",
        'macro_rules! a { ($include:ident) => { $include!(concat!(env!("OUT_DIR"), "/x")) } }',
        f"macro_rules! a {{ ($macro_rules:ident) => {{ $macro_rules! {{ {INCLUDE} }} }} }}",
        f"macro_rules! {{ {INCLUDE} }}",
        # Made out of parts.
        'env!(concat!("OUT_", "DIR")).len()',
        "macro_rules! a { ($n:literal) => { env!($n) } }",
        'macro_rules! a { ($($x:tt)*) => { $($x env)* !("OUT_DIR").len() } }',
        "macro_rules! a { ($x:tt) => { env! $x } }",
        "macro_rules! a { () => { macro_rules! $n { (env) => {} } } }",
        r'env!("OUT\u{5f}DIR")',
        'env!(r"OUT_DIR")',
        'env!("OUT_DIR" "x")',
        # An attribute that takes an item apart, as nightlies have it.
        "macro_rules! a { attr() ($($t:tt)*) => {} }",
        # No Rust.
        "include (",
        "include )",
        "include (]",
        "include `x`",
    ],
)
def test_whatever_else_there_is_nobody_can_tell(source: str) -> None:
    with pytest.raises(ValueError):
        asked(source)


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(UnicodeDecodeError):
        Asked().look(b"\xff include")


def test_what_has_none_of_the_words_is_not_looked_at() -> None:
    assert asked("don't ( environment", "\x00", "included").located == set()


def test_unclear_says_where() -> None:
    with pytest.raises(LocatingUnclear, match="`env` in a macro's call"):
        asked("mine!(env)")
