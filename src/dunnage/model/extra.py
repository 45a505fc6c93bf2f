"""Extra inputs: what a person says that packages depend on, because their macros read it without telling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRule:
    """One table `[[extra-inputs]]`, as written."""

    packages: tuple[str, ...] = ()
    """Names of packages, or globs; none: every package."""
    files: tuple[str, ...] = ()
    """Globs, relative to the file that says them, or absolute."""
    env: tuple[str, ...] = ()
    """Names of variables."""
