"""The kinds of parts that keys have, in the order in which a difference in them is named, each with its sentence.

The order is that of causes. First what makes whole builds miss (dunnage's salt, the toolchain, the target), then what
a person has just changed (options, variables, sources), then what follows from it elsewhere (crates that were compiled
anew), and last the names that cargo derives from all of these: with another `-C opt-level` cargo's hash is another one,
too, and the hash would explain nothing.
"""

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from dunnage.keys.text import UNSET

Values = Sequence[str | None]
_VALUE_SHOWN_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of part. `names` are part names; one that ends in a blank is the beginning of a name."""

    name: str
    names: tuple[str, ...]
    sentence: Callable[[str, Values, Values], str]
    label: Callable[[str, str], str] = lambda rest, value: rest
    """What makes two parts the same one, from the rest of the name and the value."""


def _shown(value: str | None) -> str:
    if value is None:
        return "unset"
    text = value if value.isprintable() else repr(value)[1:-1]
    text = text if len(text) <= _VALUE_SHOWN_CHARS else text[: _VALUE_SHOWN_CHARS - 1] + "…"
    return text or '""'


def _values(values: Values) -> str:
    return " ".join(map(_shown, values)) if values else "none"


def place(path: str) -> str:
    """A path as a person reads it: one of the workspace without its root's name."""
    return _shown(path.removeprefix("{workspace}/"))


def _option(words: str) -> Callable[[str, Values, Values], str]:
    """An option with a value: before → now."""
    return lambda label, before, now: f"`{words.format(label)}` {_values(before)} → {_values(now)}"


def _listed(words: str) -> Callable[[str, Values, Values], str]:
    """A word of a list: it was added, or is gone, or stands there more or less often."""

    def sentence(label: str, before: Values, now: Values) -> str:
        word = words.format(_shown(label))
        if before and now:
            return f"`{word}` is there {len(before)} → {len(now)} times"
        return f"`{word}` was added" if now else f"`{word}` is gone"

    return sentence


def _contents(words: str) -> Callable[[str, Values, Values], str]:
    """A file by its contents."""

    def sentence(label: str, before: Values, now: Values) -> str:
        what = words.format(place(label))
        return f"{what} changed" if before and now else f"{what} {'appeared' if now else 'is gone'}"

    return sentence


def _fact(words: str) -> Callable[[str, Values, Values], str]:
    """A fact with its values."""
    return lambda label, before, now: f"{words.format(_shown(label))}: {_paths(before)} → {_paths(now)}"


def _variable(label: str, before: Values, now: Values) -> str:
    """A variable may stand in both keys, once because it is named and once because it was read: it is said once."""
    once = tuple(dict.fromkeys(before)), tuple(dict.fromkeys(now))
    if once[0] != once[1]:
        before, now = once
    return f"the environment variable `{_shown(label)}`: {_paths(before)} → {_paths(now)}"


def _pwd(label: str, before: Values, now: Values) -> str:
    del label
    if not (before and now):
        return f"a compiler {'asks now' if now else 'does not ask any more'} what `PWD` calls the working directory"
    names = (" ".join("nothing" if value is None else place(value) for value in v) for v in (before, now))
    return f"compilers call the working directory what `PWD` does if it leads there: {' → '.join(names)}"


def _paths(values: Values) -> str:
    return " ".join("unset" if value is None else place(value) for value in values) if values else "none"


def _portable(label: str, before: Values, now: Values) -> str:
    del label
    if before and now:
        return f"portable mode has other stable names ({_values(before)} → {_values(now)})"
    return f"portable mode is {'on' if now else 'off'} now, and was {'off' if now else 'on'}"


def _source(label: str, before: Values, now: Values) -> str:
    del before, now
    return "the source that the command line names changed" + (f" ({place(label)})" if label else "")


def _file(label: str, before: Values, now: Values) -> str:
    path = place(label)
    if before and now:
        return f"`{path}` changed"
    return f"`{path}` is read now, and was not before" if now else f"`{path}` is not read any more"


def _crate(label: str, before: Values, now: Values) -> str:
    name = label.split(" ", maxsplit=1)[0]
    if before and now:
        return (
            f"the crate `{name}` that it uses changed (`dunnage explain {name}` says why, if that was a miss)"
        )
    return (
        f"the crate `{name}` is used now, and was not" if now else f"the crate `{name}` is not used any more"
    )


def _crate_file(label: str, before: Values, now: Values) -> str:
    name = label.split(" ", maxsplit=1)[0]
    if not (before and now):
        return _crate(label, before, now)
    files = (" ".join(posixpath.basename(v or "") for v in values) for values in (before, now))
    return f"the crate `{name}` that it uses is another build of it: {' → '.join(files)}"


def _absent(label: str, before: Values, now: Values) -> str:
    del before
    path = place(label)
    return f"`{path}` was looked for, and is not there" if now else f"`{path}` is not looked for any more"


def _listing(label: str, before: Values, now: Values) -> str:
    path = place(label)
    if before and now:
        return f"the names in `{path}` are others: a file was added, removed or renamed"
    return (
        f"the names in `{path}` are looked at now, and were not before"
        if now
        else f"the names in `{path}` are not looked at any more"
    )


def _there(label: str, before: Values, now: Values) -> str:
    path = place(label)
    if before and now:
        return f"`{path}` is another kind of thing ({_values(before)} → {_values(now)})"
    return (
        f"`{path}` is looked for now, and there" if now else f"`{path}` is not looked for any more, or gone"
    )


def _environment(label: str, before: Values, now: Values) -> str:
    del label
    if before and now:
        return "a variable of the environment differs, and a program was started that may read any of them"
    return (
        "a program is started now that may read any variable of the environment"
        if now
        else "no program is started any more that may read any variable of the environment"
    )


def _hash(label: str, before: Values, now: Values) -> str:
    """cargo makes it from what the key has already, and from where the package comes from."""
    return (
        f"cargo gave the unit another hash (`-C {label}` {_values(before)} → {_values(now)}): its package's source, "
        "version, features, profile or dependencies differ"
    )


def _before_equals(rest: str, value: str) -> str:
    """`-C name=value`: the name."""
    return rest or value.partition("=")[0]


def _whole(rest: str, value: str) -> str:
    del rest
    return value


_ROOTS: Final = {
    "cargo-home": "cargo home",
    "target": "the target directory",
    "workspace": "the workspace",
    "package": "the package",
    "sysroot": "the sysroot",
}


def _bound(label: str, before: Values, now: Values) -> str:
    if label == "display":
        return f"its diagnostics are kept for another terminal ({_values(before)} → {_values(now)})"
    what = _ROOTS.get(label.removeprefix("root:"), label)
    return f"an output holds the path of {what}, which stood at {_values(before)} and stands at {_values(now)} now"


_OBSERVED: Final = (
    "what procedural macros look at is observed now",
    "procedural macros are not observed any more",
)

KINDS: Final = (
    Kind(
        "salt", ("salt",), _fact("this dunnage makes keys in another way than the one that stored the entry")
    ),
    Kind("kind", ("kind",), _fact("it is another kind of key")),
    Kind("language", ("language",), _fact("the language differs")),
    Kind("toolchain", ("toolchain",), _contents("the toolchain")),
    Kind("linker", ("linker",), _contents("the linker, or what it is started with,")),
    Kind("driver", ("driver",), _fact("the compiler is called by another name")),
    Kind("target", ("target", "sysroot"), _fact("the target or sysroot differs")),
    Kind("target contents", ("contents target",), _contents("the target specification")),
    Kind("unobserved", ("unobserved",), lambda label, b, n: _OBSERVED[bool(n)]),
    Kind("crate type", ("crate-type",), _listed("--crate-type {}"), _whole),
    Kind("emit", ("emit",), _listed("--emit {}"), _whole),
    Kind("test", ("test",), _listed("--test"), _whole),
    Kind("edition", ("edition",), _option("--edition")),
    Kind("argument", ("argument",), _listed("{}"), _whole),
    Kind("codegen", ("codegen", "codegen "), _option("-C {}"), _before_equals),
    Kind("unstable", ("unstable", "unstable "), _option("-Z {}"), _before_equals),
    Kind(
        "native cpu",
        ("native-cpu",),
        lambda label, b, n: "`-C target-cpu=native` means another processor, or other features of it",
    ),
    Kind("c option", ("recorded",), _listed("{}"), _whole),
    Kind("cfg", ("cfg",), _listed("--cfg {}"), _whole),
    Kind("source", ("contents source",), _source),
    Kind("appeared", ("appeared ",), lambda label, b, n: f"`{place(label)}` appeared"),
    Kind("vanished", ("vanished ",), lambda label, b, n: f"`{place(label)}` is gone"),
    Kind("file", ("file ",), _file),
    Kind("listing", ("listing ",), _listing),
    Kind("there", ("there ",), _there),
    Kind("env", ("env ",), _variable),
    Kind("pwd", ("pwd",), _pwd),
    Kind("environment", ("environment",), _environment),
    Kind("check-cfg", ("check-cfg",), _listed("--check-cfg {}"), _whole),
    Kind("lint", ("lint",), _listed("lint level {}"), _whole),
    Kind("portable", ("portable",), _portable, lambda rest, value: ""),
    Kind("cap-lints", ("cap-lints",), _option("--cap-lints")),
    Kind("remap", ("remap-path-prefix",), _listed("--remap-path-prefix {}"), _whole),
    Kind("remap scope", ("remap-path-scope",), _option("--remap-path-scope")),
    Kind("link-lib", ("link-lib",), _listed("-l {}"), _whole),
    Kind("extern word", ("extern",), _listed("--extern {}"), _whole),
    Kind("look", ("json", "error-format", "verbose"), _listed("{}"), _whole),
    Kind("unknown option", ("unknown",), _listed("{}"), _whole),
    Kind("manifest", ("contents manifest",), _contents("the package's Cargo.toml")),
    Kind("extra", ("contents extra ",), _contents("`{}`, an extra input,")),
    Kind("library", ("contents -L ",), _contents("the library {} in a search directory")),
    Kind("crate", ("contents extern ",), _crate),
    Kind("contents", ("contents ",), _contents("the file of `{}`")),
    Kind("search", ("search ",), _fact("the search directories `{}`")),
    Kind("absent", ("absent",), _absent, _whole),
    Kind("bound", ("bound ",), _bound),
    Kind("place", ("place",), _fact("its outputs hide the paths in them, so they hold for one place only")),
    Kind("source name", ("source", "input source"), _fact("the source has another name")),
    Kind("root", ("root",), _listed("root {}"), _whole),
    Kind("cwd", ("cwd",), _fact("the compiler runs in another directory")),
    Kind("out-dir", ("out-dir",), _fact("the output directory differs")),
    Kind("crate name", ("crate-name",), _option("--crate-name")),
    Kind("env place", ("env-place ",), _fact("the environment variable `{}` names another place")),
    Kind("crate file", ("input extern ",), _crate_file),
    Kind("input", ("input ",), _fact("the file of `{}` has another name")),
    Kind("hash", ("cargo-hash ",), _hash),
    Kind("output path", ("emit ",), _fact("the path of `--emit {}`")),
    Kind("output", ("output ",), _fact("the output `{}` has another name")),
    Kind("unit", ("unit",), lambda label, b, n: "the unit key differs"),
    Kind("order", ("order ",), lambda label, b, n: f"the order of `{label}` parts differs"),
    Kind("other", ("",), _fact("`{}`")),
)
"""In the order of importance. The last one takes what a later dunnage may have written."""

_BY_NAME: Final = {name: kind for kind in KINDS for name in kind.names if not name.endswith(" ")}
_BY_START: Final = tuple((name, kind) for kind in KINDS for name in kind.names if name.endswith(" "))
RANK: Final = {kind.name: rank for rank, kind in enumerate(KINDS)}
DERIVED: Final = frozenset(kind.name for kind in KINDS[RANK["env place"] : RANK["order"]])
"""Kinds that follow from others, and so say little about how near an entry is."""

OTHER: Final = KINDS[-1]
_HASHES: Final = ("metadata", "extra-filename")


def kind_of(name: str, value: str) -> tuple[Kind, str, str | None]:
    """A part's kind, its label, and its value (None: unset)."""
    unset = name.endswith(UNSET)
    name = name.removesuffix(UNSET)
    real = None if unset else value
    kind = _BY_NAME.get(name)
    if kind is not None:
        if name == "codegen" and value.partition("=")[0] in _HASHES:
            option, _, setting = value.partition("=")
            return BY_KIND["hash"], option, setting
        label = kind.label("", value)
        if name in ("codegen", "unstable"):
            real = value.partition("=")[2] or "set"
        return kind, label, real
    if name.startswith("-"):  # an option of gcc or clang
        return BY_KIND["c option"], f"{name} {value}".rstrip(), real
    for start, found in _BY_START:
        if name.startswith(start):
            rest = name.removeprefix(start)
            if found.name == "env" and value.startswith("{") and not unset:
                return BY_KIND["env place"], rest, real
            return found, rest, real
    return OTHER, name, real


BY_KIND: Final = {kind.name: kind for kind in KINDS}
