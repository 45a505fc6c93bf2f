"""Where a program stands that is named without a directory, as a client's own search would find it."""

from collections.abc import Mapping

from dunnage.model.view import View, is_regular


def which(view: View, name: str, env: Mapping[str, str]) -> str | None:
    """The first file of that name in PATH; None if there is none. Executable or not is the client's business.

    Raises:
        ViewGone: see `View`.
    """
    candidates = [
        f"{directory}/{name}" for directory in env.get("PATH", "").split(":") if directory.startswith("/")
    ]
    records = view.stat(candidates)
    return next((path for path, record in zip(candidates, records, strict=True) if is_regular(record)), None)
