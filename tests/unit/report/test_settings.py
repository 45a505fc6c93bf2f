"""What `dunnage config` says, letter by letter, and for programs."""

from dataclasses import replace
from pathlib import Path

from dunnage.config.extra_inputs import Stated
from dunnage.config.places import Places
from dunnage.config.settings import defaults
from dunnage.engine.stated import Match
from dunnage.model.extra import ExtraRule
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
    assert document["extra_inputs"] == []


MINE = Stated(ExtraRule(env=("DATABASE_URL",)), "/home/me/.config/dunnage/dunnage.toml")
THEIRS = Stated(
    ExtraRule(packages=("app", "app-*"), files=("schema/**/*.sql", "../shared/*.toml"), env=("FLAVOUR",)),
    "/home/me/project/dunnage.toml",
)
EXTRA = [
    Match(THEIRS, "schema/**/*.sql", 12, ""),
    Match(THEIRS, "../shared/*.toml", 0, "more than 4096 files"),
]


def test_extra_inputs_stand_below() -> None:
    settings = replace(SETTINGS, extra_inputs=(MINE, THEIRS))
    text = report.text(settings, PLACES, "DUNNAGE_DIR", Style(), EXTRA)
    assert_golden(text, "text/config-extra-inputs.txt")


def test_extra_inputs_in_the_document() -> None:
    settings = replace(SETTINGS, extra_inputs=(MINE, THEIRS))
    assert report.document(settings, PLACES, EXTRA)["extra_inputs"] == [
        {"package": [], "files": {}, "env": ["DATABASE_URL"], "origin": MINE.origin},
        {
            "package": ["app", "app-*"],
            "files": {"schema/**/*.sql": 12, "../shared/*.toml": 0},
            "env": ["FLAVOUR"],
            "origin": THEIRS.origin,
        },
    ]
