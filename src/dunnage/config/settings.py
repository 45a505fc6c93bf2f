"""Settings with the origin of each: the default, then the user's file, the project's file, the environment.

The last one that says something wins. A project's file is the first `dunnage.toml` in the current directory or
above; it comes with somebody else's sources, so it may set only the rows whose trust allows it. Extra inputs are
no row: the tables of both files count.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dunnage.config import extra_inputs
from dunnage.config.extra_inputs import Stated
from dunnage.config.schema import BY_NAME, SETTINGS, VARIABLES, Setting, Trust
from dunnage.config.values import nearest
from dunnage.errors import ConfigError
from dunnage.model.extra import ExtraRule

FILE_NAME: Final = "dunnage.toml"
CONFIG_VARIABLE: Final = "DUNNAGE_CONFIG"
PREFIX: Final = "DUNNAGE_"
DEFAULT_ORIGIN: Final = "default"
FOR_CLIENTS: Final = ("verify", "portable")
"""Switches that clients are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The value of every row of `config.schema.SETTINGS`."""

    size_max: int
    """Bytes."""
    idle_timeout: int
    """Seconds."""
    log_level: str
    key_texts: str
    verify: str
    replay: str
    observe: str
    portable: str
    remotes: str
    """URLs, with blanks between them."""
    remote_write: str
    drain_timeout: int
    """Seconds."""
    trust_domain: str
    seal_secret_file: str
    seal_key_file: str
    trusted_key_file: str
    offer: str
    offer_write: str
    offer_token_file: str
    container_arch: str
    origins: Mapping[str, str] = field(compare=False)
    """Name of a setting → `default`, the path of a file, or the name of a variable."""
    extra_inputs: tuple[Stated, ...] = ()
    """The user's, then the project's."""
    user_file: str = field(default="", compare=False)
    """Absolute path of the user's file, there or not."""

    def value(self, name: str) -> int | str:
        """The value of a row by its name."""
        found: int | str = getattr(self, name)
        return found

    def for_clients(self) -> dict[str, str]:
        """What clients have to be told, as variables. The daemon reads it in their greetings: so it holds for one
        build, in containers, too, and not for whatever else the same daemon serves. The project's extra inputs are
        not among it: the daemon finds those with the sources.
        """
        mine = [stated for stated in self.extra_inputs if stated.origin == self.user_file]
        return {
            **{BY_NAME[name].env: "1" for name in FOR_CLIENTS if self.value(name) == "on"},
            **({BY_NAME["observe"].env: "0"} if self.observe == "off" else {}),
            **({BY_NAME["replay"].env: "0"} if self.replay == "off" else {}),
            **({extra_inputs.VARIABLE: extra_inputs.encode(mine)} if mine else {}),
        }


def load(cwd: str | Path, environ: Mapping[str, str]) -> Settings:
    """The settings for a command in `cwd`. Raises ConfigError that names the value and where it stands."""
    values: dict[str, int | str] = {row.name: row.default for row in SETTINGS}
    origins = dict.fromkeys(values, DEFAULT_ORIGIN)
    user = user_file(environ)
    project = project_file(cwd)
    extra: list[Stated] = []
    files = [(user, Trust.USER)]
    if project is not None and not _same(user, project):
        files.append((project, Trust.PROJECT))
    for path, who in files:
        must_exist = who is Trust.USER and bool(environ.get(CONFIG_VARIABLE))
        document = _read(path, must_exist=must_exist)
        extra += (Stated(rule, str(path)) for rule in _rules(document, path))
        for name, value in document.items():
            row = _row(name, path)
            if who is Trust.PROJECT and row.trust is Trust.USER:
                raise ConfigError(
                    f"{path}: a project may not set {name}.",
                    hint=f"Set it in your own {user}, or as {row.env}.",
                )
            values[name] = _parse(row, value, str(path))
            origins[name] = str(path)
    for row in SETTINGS:
        text = environ.get(row.env, "")
        if text:
            values[row.name] = _parse(row, text, row.env)
            origins[row.name] = row.env
    return Settings(  # the rows say which are int
        origins=origins,
        extra_inputs=tuple(extra),
        user_file=str(user),
        **values,  # type: ignore[arg-type]
    )


def differing(mine: Settings, theirs: Mapping[str, str]) -> list[str]:
    """The settings that count for a daemon and are others than it goes by. `theirs` are for people, by name; secrets in
    them are not compared.
    """
    return [
        row.name
        for row in SETTINGS
        if row.trust is Trust.USER
        and row.name in theirs
        and theirs[row.name] != row.format(mine.value(row.name))
    ]


def defaults() -> Settings:
    """The settings of somebody who never set anything."""
    values = {row.name: row.default for row in SETTINGS}
    return Settings(origins=dict.fromkeys(values, DEFAULT_ORIGIN), **values)  # type: ignore[arg-type]


def user_file(environ: Mapping[str, str]) -> Path:
    """The user's dunnage.toml, there or not: DUNNAGE_CONFIG, else in the user's configuration directory."""
    named = environ.get(CONFIG_VARIABLE, "")
    if named:
        return Path(os.path.abspath(os.path.expanduser(named)))
    from platformdirs import user_config_dir

    return Path(user_config_dir("dunnage", appauthor=False)) / FILE_NAME


def project_file(cwd: str | Path) -> Path | None:
    """The nearest dunnage.toml in `cwd` or above it."""
    here = Path(os.path.abspath(cwd))
    for directory in (here, *here.parents):
        path = directory / FILE_NAME
        if os.path.isfile(path):  # False, too, where a directory may not be entered
            return path
    return None


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str | None]:
    """DUNNAGE_* variables that mean nothing, each with the name that was probably meant.

    They are told, not refused: a variable of a newer dunnage must not break a build.
    """
    known = [name.removeprefix(PREFIX) for name in (*VARIABLES, *(row.env for row in SETTINGS))]
    unknown = {}
    for name in environ:
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in known:
            near = nearest(name.removeprefix(PREFIX), known)  # all share the prefix, so it says nothing
            unknown[name] = near and PREFIX + near
    return unknown


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _read(path: Path, *, must_exist: bool) -> dict[str, object]:
    """The table in a file; nothing where there is no file."""
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise ConfigError(f"{path}: there is no such file, but {CONFIG_VARIABLE} names it.") from None
        return {}
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: this is not TOML: {error}.") from error


def _rules(document: dict[str, object], path: Path) -> tuple[ExtraRule, ...]:
    """The extra inputs, which are taken out of the table."""
    try:
        rules = extra_inputs.rules_of(document)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}.", hint=extra_inputs.HINT) from error
    document.pop(extra_inputs.TABLE, None)
    return rules


def _row(name: str, path: Path) -> Setting:
    row = BY_NAME.get(name)
    if row is None:
        near = nearest(name, BY_NAME)
        question = f" Did you mean {near}?" if near else ""
        raise ConfigError(f"{path}: there is no setting {name}.{question}")
    return row


def _parse(row: Setting, value: object, origin: str) -> int | str:
    try:
        return row.parse(value)
    except ValueError as error:
        raise ConfigError(f"{origin}: {row.name}: {error}.") from error
