"""The edits: what somebody does to a project between two builds. A table, and a draft that its rows work on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from support.shadow import rust_text
from support.shadow.state import State, Step

ENV_NAME = "SHADOW_WORD"
"""The variable that edited sources ask for, and that an edit of the environment sets."""

ENV_VALUES = (None, "", "one", "two words", 'q"uote\\n', "späť")

FLAGS = {
    "CARGO_PROFILE_DEV_OPT_LEVEL": (None, "0", "1", "s"),
    "CARGO_PROFILE_DEV_DEBUG": (None, "0", "1", "2"),
    "CARGO_PROFILE_DEV_OVERFLOW_CHECKS": (None, "false"),
    "CARGO_PROFILE_DEV_CODEGEN_UNITS": (None, "1", "4"),
    "RUSTFLAGS": (None, "--cfg=shadow", "-Cdebug-assertions=off", "-Wunused-qualifications"),
}

BACK_MAX = 6
"""How many states an edit may go back."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be edited in a project, and how it may be built."""

    sources: tuple[str, ...]
    """Prefixes of the sources that are edited."""
    commands: tuple[tuple[str, ...], ...]
    features: tuple[tuple[str, ...], ...]
    flags: tuple[str, ...] = ("CARGO_PROFILE_DEV_OPT_LEVEL", "CARGO_PROFILE_DEV_DEBUG")
    data: tuple[str, ...] = ()
    """Files that a build script makes generated code or a native library from; a digit in them is changed."""


class Draft:
    """A state under edit."""

    def __init__(self, base: Mapping[str, str], scope: Scope, history: Sequence[State], step: Step) -> None:
        now = history[-1]
        self.base, self.scope, self.history, self.number = base, scope, history, step.seed
        self.random = Random(f"{step}")
        self.files, self.touched, self.env = dict(now.files), dict(now.touched), dict(now.env)
        self.features, self.command, self.wiped = now.features, now.command, now.wiped

    @property
    def texts(self) -> dict[str, str]:
        """All texts as they stand now."""
        return {path: text for path, text in {**self.base, **self.files}.items() if text is not None}

    @property
    def rust(self) -> dict[str, str]:
        """The sources in scope."""
        return {
            path: text
            for path, text in sorted(self.texts.items())
            if path.endswith(".rs") and path.startswith(self.scope.sources)
        }

    def declared(self) -> list[tuple[str, str, str]]:
        """Each module with a file: who declares it, its name, its file."""
        texts = self.texts
        return [
            (path, name, file)
            for path, text in self.rust.items()
            for name in rust_text.modules(text)
            for file in rust_text.both_places(rust_text.home_of(path), name)
            if file in texts
        ]

    def insert(self, line: str) -> None:
        """Put a line at the beginning of some function."""
        places = [
            (path, at) for path, text in self.rust.items() for at in rust_text.functions(text)
        ]  # fmt: skip
        if places:
            path, at = self.random.choice(places)
            text = self.rust[path]
            self.files[path] = f"{text[:at]}\n    {line}{text[at:]}"

    def state(self) -> State:
        """The outcome."""
        return State(self.files, self.touched, self.env, self.features, self.command, self.wiped)


def play(base: Mapping[str, str], scope: Scope, history: Sequence[State], step: Step) -> State:
    """The state that a step leads to from the last one of a history. KeyError: no such edit."""
    edit = EDITS[step.kind]
    draft = Draft(base, scope, history, step)
    edit(draft)
    if draft.state() == history[-1]:
        _body(draft)  # there was nothing to edit in that way, and no step shall be wasted
    return draft.state()


def _body(draft: Draft) -> None:
    draft.insert(f'let _shadow: &str = "shadow {draft.number}";')


def _ask_environment(draft: Draft) -> None:
    draft.insert(f'let _shadow: Option<&str> = option_env!("{ENV_NAME}");')


def _break(draft: Draft) -> None:
    draft.insert(draft.random.choice(("let _shadow: u8 = true;", "shadow(", 'compile_error!("shadow");')))


def _ask_place(draft: Draft) -> None:
    draft.insert("let _shadow: (&str, u32) = (file!(), line!());")


def _warn(draft: Draft) -> None:
    _append(draft, f"\nfn shadow_unused_{draft.number}() {{}}\n")


def _append(draft: Draft, text: str) -> None:
    if draft.rust:
        path = draft.random.choice(list(draft.rust))
        draft.files[path] = draft.rust[path] + text


def _add_module(draft: Draft) -> None:
    parents = [path for path in draft.rust if "/bin/" not in path]
    if parents:
        parent = draft.random.choice(parents)
        name = f"shadow_{draft.number}"
        file = draft.random.choice(rust_text.both_places(rust_text.home_of(parent), name))
        draft.files[parent] = draft.rust[parent] + f"\nmod {name};\n"
        draft.files[file] = (
            f"#[allow(dead_code)]\npub fn said() -> (&'static str, u32) {{ (file!(), {draft.number}) }}\n"
        )


def _add_text(draft: Draft) -> None:
    places = [path for path, text in draft.rust.items() if rust_text.functions(text)]
    if places:
        path = draft.random.choice(places)
        name = f"shadow_{draft.number}.txt"
        at = draft.random.choice(rust_text.functions(draft.rust[path]))
        line = f'\n    let _shadow: &str = include_str!("{name}");'
        draft.files[path] = draft.rust[path][:at] + line + draft.rust[path][at:]
        draft.files[path.rpartition("/")[0] + "/" + name] = f"text {draft.number}\n"


def _change_text(draft: Draft) -> None:
    texts = [path for path in draft.texts if path.endswith(".txt") and "shadow_" in path]
    if texts:
        path = draft.random.choice(texts)
        draft.files[path] = draft.random.choice((None, f"another {draft.number}\n", ""))


def _delete_module(draft: Draft) -> None:
    _lose(draft, declaration=True)


def _lose_module(draft: Draft) -> None:
    _lose(draft, declaration=False)


def _lose(draft: Draft, *, declaration: bool) -> None:
    ours = [found for found in draft.declared() if found[1].startswith("shadow_") or not declaration]
    if ours:
        parent, name, file = draft.random.choice(ours)
        draft.files[file] = None
        if declaration:
            draft.files[parent] = rust_text.without_module(draft.rust[parent], name)


def _move_module(draft: Draft) -> None:
    """x.rs becomes x/mod.rs, or the other way round."""
    if found := draft.declared():
        parent, name, file = draft.random.choice(found)
        flat, nested = rust_text.both_places(rust_text.home_of(parent), name)
        draft.files[nested if file == flat else flat] = draft.texts[file]
        draft.files[file] = None


def _twin(draft: Draft) -> None:
    """Both x.rs and x/mod.rs: rustc refuses, cargo does not look."""
    if found := draft.declared():
        parent, name, file = draft.random.choice(found)
        flat, nested = rust_text.both_places(rust_text.home_of(parent), name)
        draft.files[nested if file == flat else flat] = draft.texts[file]


def _swap_modules(draft: Draft) -> None:
    files = [file for _, _, file in draft.declared()]
    if len(files) > 1:
        one, other = draft.random.sample(files, 2)
        draft.files[one], draft.files[other] = draft.texts[other], draft.texts[one]


def _touch(draft: Draft) -> None:
    path = draft.random.choice(list(draft.rust))
    draft.touched[path] = draft.touched.get(path, 0) + 1


def _feature(draft: Draft) -> None:
    draft.features = draft.random.choice(draft.scope.features)


def _command(draft: Draft) -> None:
    draft.command = draft.random.choice(draft.scope.commands)


def _environment(draft: Draft) -> None:
    _set(draft, ENV_NAME, draft.random.choice(ENV_VALUES))


def _flag(draft: Draft) -> None:
    name = draft.random.choice(draft.scope.flags)
    _set(draft, name, draft.random.choice(FLAGS[name]))


def _set(draft: Draft, name: str, value: str | None) -> None:
    draft.env.pop(name, None)
    if value is not None:
        draft.env[name] = value


def _build_script(draft: Draft) -> None:
    scripts = [
        path for path in sorted(draft.texts) if path.endswith("build.rs") and not path.startswith("tests/")
    ]
    places = [(path, at) for path in scripts for at in rust_text.functions(draft.texts[path])[:1]]
    if places:
        path, at = draft.random.choice(places)
        said = draft.random.choice(
            (f"cargo:rustc-env={ENV_NAME}=built {draft.number}", f"cargo:rustc-cfg=shadow_{draft.number % 3}")
        )
        text = draft.texts[path]
        draft.files[path] = f'{text[:at]}\n    println!("{said}");{text[at:]}'


def _data(draft: Draft) -> None:
    """Another number in a file that a build script reads: generated code, or a native library, changes."""
    if draft.scope.data:
        path = draft.random.choice(draft.scope.data)
        text = draft.texts[path]
        digits = [at for at, letter in enumerate(text) if letter.isdigit()]
        at = draft.random.choice(digits)
        draft.files[path] = f"{text[:at]}{draft.random.randrange(1, 10)}{text[at + 1 :]}"


def _back(draft: Draft) -> None:
    earlier = draft.history[-1 - BACK_MAX : -1]
    if earlier:
        to = draft.random.choice(earlier)
        draft.files, draft.touched, draft.env = dict(to.files), dict(to.touched), dict(to.env)
        draft.features, draft.command = to.features, to.command


def _wipe(draft: Draft) -> None:
    draft.wiped += 1


EDITS: dict[str, Callable[[Draft], None]] = {
    "body": _body,
    "ask-environment": _ask_environment,
    "ask-place": _ask_place,
    "break": _break,
    "warn": _warn,
    "add-module": _add_module,
    "add-text": _add_text,
    "change-text": _change_text,
    "delete-module": _delete_module,
    "lose-module": _lose_module,
    "move-module": _move_module,
    "twin": _twin,
    "swap-modules": _swap_modules,
    "touch": _touch,
    "feature": _feature,
    "command": _command,
    "environment": _environment,
    "flag": _flag,
    "build-script": _build_script,
    "data": _data,
    "back": _back,
    "wipe": _wipe,
}
"""Every kind of edit."""
