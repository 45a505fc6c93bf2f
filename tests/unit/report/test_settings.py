"""What `dunnage config` says, letter by letter, and for programs."""

from dataclasses import replace
from pathlib import Path

from dunnage.config.places import Places
from dunnage.config.settings import defaults
from dunnage.report import settings as report
from dunnage.report.style import Style
from support.golden import assert_golden

ORIGINS = {"size_max": "/home/me/.config/dunnage/dunnage.toml", "log_level": "DUNNAGE_LOG_LEVEL"}
SETTINGS = replace(
    defaults(), size_max=5 * 1024**3, log_level="debug", origins={**defaults().origins, **ORIGINS}
)
PLACES = Places(Path("/var/cache/dunnage"))


def test_text() -> None:
    assert_golden(report.text(SETTINGS, PLACES, "DUNNAGE_DIR", Style()), "text/config.txt")


def test_document() -> None:
    document = report.document(SETTINGS, PLACES)
    assert document["schema"] == 1
    assert document["dir"] == "/var/cache/dunnage"
    assert document["settings"]["size_max"] == {
        "value": 5 * 1024**3,
        "origin": "/home/me/.config/dunnage/dunnage.toml",
        "env": "DUNNAGE_SIZE_MAX",
    }
    assert document["settings"]["container_arch"]["origin"] == "default"
