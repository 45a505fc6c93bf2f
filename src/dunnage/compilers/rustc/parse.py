"""From an invocation of rustc, or of clippy-driver in front of it, to a unit. Looks at no file."""

from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.compilers.refused import Refused
from dunnage.compilers.rustc import clippy, environment
from dunnage.compilers.rustc.command import Command
from dunnage.compilers.rustc.linking import TARGETS, link_of
from dunnage.compilers.rustc.options import PLAIN_EMITS
from dunnage.compilers.rustc.outputs import expected, listing_of
from dunnage.compilers.rustc.portable import is_alone, is_portable, package_of
from dunnage.compilers.rustc.response import expand
from dunnage.compilers.rustc.scan import scan
from dunnage.compilers.rustc.searching import without_archives
from dunnage.compilers.rustc.take import take
from dunnage.compilers.rustc.words import place_words, words_of
from dunnage.config.switches import is_replayed, is_switched_on
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Input, SearchDir, Unit, Word

_MACRO_SUFFIXES: Final = (".so", ".dylib", ".dll")
"""What a procedural macro is compiled to (and a `dylib` crate, which is not told apart here)."""


def unit_of(invocation: Invocation) -> Unit:
    """The unit that an invocation means, whose program is rustc or clippy-driver.

    Raises:
        Refused.
    """
    with_clippy = clippy.is_clippy(invocation.argv[0])
    argv = invocation.argv
    compiler = invocation.program
    if with_clippy:
        if not clippy.wraps_rustc(argv):
            raise Refused("argument", "clippy-driver without rustc behind it")
        compiler, argv = argv[1], argv[1:]
        if detail := clippy.refusal(invocation.env):
            raise Refused("option", detail)
    argv = expand(argv, invocation.response_files)
    command = Command(invocation.cwd)
    found, free = scan(argv)
    for name, value in found:
        take(command, name, value)
    source = _source(command, free)
    command.ends_options = "--" in argv
    _judge(command, invocation)
    return _assemble(invocation, command, source, compiler, with_clippy)


def _source(command: Command, free: Sequence[str]) -> str:
    if command.question:
        raise Refused("not-a-compile")
    if "-" in free:
        raise Refused("stdin")
    if len(free) != 1 or not free[0]:
        raise Refused("input", f"{len(free)} sources")
    return free[0]


def _judge(command: Command, invocation: Invocation) -> None:
    """Refuse what is not cacheable."""
    single, emits = command.single, command.emits
    name = single.get("crate-name")
    if not name:
        raise Refused("no-crate-name")
    if "/" in name or "/" in command.extra_filename:
        raise Refused("argument", "a path in a name")
    if command.refusal is not None:
        raise Refused(*command.refusal)
    if "dep-info" not in emits:
        raise Refused("no-dep-info")
    if _splits(command) and not TARGETS.search(single.get("target", "-linux-gnu")):
        raise Refused("split-debuginfo", single["target"])
    if invocation.stderr_is_terminal and single.get("error-format") != "json":
        looks = dict(command.display)
        if looks.get("color") not in ("always", "never") or "diagnostic-width" not in looks:
            raise Refused("terminal")


def _splits(command: Command) -> bool:
    """Whether there is debug information, in files of its own."""
    makes_objects = not command.emits.keys() <= {"dep-info", "metadata"}
    return command.debuginfo and command.split_debuginfo != "off" and makes_objects


def _kinds(command: Command) -> Sequence[str]:
    if "test" in command.single:
        return ("test",)
    return command.crate_types or ("bin",)


def _assemble(
    invocation: Invocation, command: Command, source: str, compiler: str, with_clippy: bool
) -> Unit:
    single, env, cwd = command.single, invocation.env, invocation.cwd
    target = single.get("target")
    if target is not None and target.endswith(".json"):
        target = command.absolute(target)
        command.inputs.append(Input("target", target))
    link = link_of(command, _kinds(command), env)
    out_dir = command.absolute(single["out-dir"]).rstrip("/") or "/" if "out-dir" in single else cwd
    outputs = expected(
        crate_name=single["crate-name"], extra_filename=command.extra_filename, emits=command.emits,
        crate_types=_kinds(command), target=target, out_dir=out_dir, cwd=cwd,
    )  # fmt: skip
    listing = listing_of(
        outputs, crate_name=single["crate-name"], extra_filename=command.extra_filename, emits=command.emits,
        splits=_splits(command), out_dir=out_dir,
    )  # fmt: skip
    packs = link is not None and _splits(command) and command.split_debuginfo == "packed"
    words = words_of(command, source)
    if command.opaque:
        words += place_words(command, source, env)
    if link is not None:
        words += environment.words_of_linkers(env)
    counting = environment.of_rustc(env) + (environment.of_clippy(env) if with_clippy else [])
    env_paths: list[tuple[str, str]] = []
    inputs = [
        Input("source", command.absolute(source)),
        *command.inputs,
        *sorted(command.externs, key=_by_role),
    ]
    observed = bool(command.externs) and is_switched_on("observe", env)
    if command.externs and not observed:
        words.append(Word("unobserved", ""))
    if command.externs:
        # Any crate may hand on a procedural macro: `serde` does, so `serde_derive` runs where nobody names it.
        counting += environment.of_proc_macros(env)
        if any(item.path.endswith(_MACRO_SUFFIXES) for item in command.externs):
            env_paths = environment.paths_of_proc_macros(env)
        else:
            words += [
                Word(f"env {name}", value, True) for name, value in environment.paths_of_proc_macros(env)
            ]
    if (command.externs or with_clippy) and (manifest := environment.manifest(env)):
        inputs.append(Input("manifest", manifest))
    bundles = any(output.kind == "staticlib" for output in outputs)
    shows = observed and link is None and not bundles
    search_dirs = without_archives(command.search_dirs) if shows else command.search_dirs
    search_dirs = [*search_dirs, *_specifications(env, target)]
    if with_clippy:
        search_dirs += clippy.search_dirs(env, cwd)
    sysroot = single.get("sysroot")
    return Unit(
        language="rust",
        name=_name(command, env, with_clippy),
        words=words,
        env=list(dict(counting).items()),
        env_paths=env_paths,
        inputs=inputs,
        search_dirs=search_dirs,
        outputs=outputs,
        dep_info=outputs[0].path,
        out_dir=out_dir,
        cwd=cwd,
        compiler=compiler,
        target=target,
        sysroot=None if sysroot is None else command.absolute(sysroot),
        drivers=(invocation.program,) if with_clippy else (),
        display=sorted(command.display),
        incremental=command.incremental,
        crate_name=single["crate-name"],
        package_dir=env.get("CARGO_MANIFEST_DIR") or None,
        bundles_rlibs=bundles,
        library_dirs=command.library_dirs,
        observed=observed,
        link=link,
        merges_crates="link" in command.emits and (command.lto or packs),
        packs_debuginfo=packs,
        listing=listing,
        hides_places=not command.emits.keys() <= PLAIN_EMITS or (listing is not None and command.opaque),
        native_cpu=command.native_cpu,
        remaps=[word.value for word in command.remaps if word.name == "remap-path-prefix"],
        alone=is_alone(command),
        portable=is_portable(command, invocation),
        package=package_of(command, source, env),
        launcher=link is not None
        and listing is None
        and not packs
        and _is_build_script(command, out_dir, env),
    )


def _is_build_script(command: Command, out_dir: str, env: Mapping[str, str]) -> bool:
    """Whether cargo compiles a build script, whose runs may be replayed. It runs on the host, so it has no target."""
    return (
        command.single["crate-name"].startswith("build_script_")
        and list(_kinds(command)) == ["bin"]
        and command.emits.get("link") is None
        and "target" not in command.single
        and "/build/" in out_dir
        and "CARGO_PKG_NAME" in env
        and is_replayed(env)
    )


def _by_role(item: Input) -> tuple[str, str]:
    return item.role, item.path


def _specifications(env: Mapping[str, str], target: str | None) -> list[SearchDir]:
    """Where a target that is no known triple is looked up: its contents count, and so does that it is not there."""
    if target is None or target.endswith(".json"):
        return []
    places = [place for place in env.get("RUST_TARGET_PATH", "").split(":") if place.startswith("/")]
    return [SearchDir("target", place, (f"{target}.json",)) for place in places]


def _name(command: Command, env: Mapping[str, str], with_clippy: bool) -> str:
    """`serde 1.0.228 (lib)`; `check`, `clippy` and `test` tell what else was made of the same crate."""
    parts = [",".join(_kinds(command))]
    if "link" not in command.emits:
        parts.append("clippy" if with_clippy else "check")
    version = env.get("CARGO_PKG_VERSION")
    label = command.single["crate-name"] + (f" {version}" if version else "")
    return f"{label} ({' '.join(parts)})"
