"""From a URL to a backend: what is not known is said, and what is known keeps the contract's shape."""

import inspect
import subprocess
import sys

import pytest

from dunnage.errors import ConfigError
from dunnage.remote import registry
from dunnage.remote.registry import FAMILIES, Family, open_backend


def test_an_unknown_kind() -> None:
    with pytest.raises(ConfigError, match=r"The remote nothing://host is of a kind that is not known"):
        open_backend("nothing://me:secret@host", {})
    with pytest.raises(ConfigError, match=r"did you mean https\+dav://\?"):
        open_backend("https+dv://host", {})


def test_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(f"No module named {name!r}", name="somelib")

    monkeypatch.setitem(FAMILIES, ("odd", ""), Family("odd", "oddities"))
    monkeypatch.setattr(registry.importlib, "import_module", missing)
    with pytest.raises(ConfigError, match="needs somelib, which is not installed") as caught:
        open_backend("odd://host", {})
    assert caught.value.advice == "Install it with `pip install 'dunnage[oddities]'`."


@pytest.mark.parametrize("key", FAMILIES, ids="+".join)
def test_every_row_has_a_backend(key: tuple[str, str]) -> None:
    module = registry.importlib.import_module(f"dunnage.remote.{FAMILIES[key].module}")
    assert list(inspect.signature(module.open_backend).parameters) == ["url", "environ"]


def test_a_daemon_without_remotes_imports_nothing_for_them() -> None:
    heavy = ("cryptography", "grpc", "http.server", "obstore", "redis", "urllib3", "zstandard")
    ours = (
        "dunnage.engine.elsewhere",
        "dunnage.engine.behind",
        "dunnage.remote.guard",
        "dunnage.daemon.tiering",
    )
    asked = (
        f"import sys, dunnage.daemon.server; print([name for name in {heavy + ours} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
