"""Settings: who wins, where each value comes from, what a project may not do. Real files, a made-up environment."""

from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.config import settings
from dunnage.config.extra_inputs import decode
from dunnage.config.schema import SETTINGS
from dunnage.errors import ConfigError
from dunnage.limits import IDLE_TIMEOUT_S_DEFAULT, STORE_BYTES_DEFAULT


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The user's file, empty so far."""
    path = tmp_path / "user" / "dunnage.toml"
    path.parent.mkdir()
    path.write_text("")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project's directory, without a file so far."""
    path = tmp_path / "project"
    path.mkdir()
    return path


def test_without_files_everything_is_the_default(user: Path, project: Path) -> None:
    found = settings.load(project, {"DUNNAGE_CONFIG": str(user)})
    assert found == settings.defaults()
    assert found.size_max == STORE_BYTES_DEFAULT
    assert found.idle_timeout == IDLE_TIMEOUT_S_DEFAULT
    assert set(found.origins.values()) == {"default"}


def test_the_user_then_the_project_then_the_environment(user: Path, project: Path) -> None:
    user.write_text('size_max = "5GiB"\nidle_timeout = 60\nlog_level = "debug"\ncontainer_arch = "armv7"\n')
    (project / "dunnage.toml").write_text('container_arch = "aarch64"\n')
    inside = project / "crates" / "one"
    inside.mkdir(parents=True)
    found = settings.load(
        inside, {"DUNNAGE_CONFIG": str(user), "DUNNAGE_LOG_LEVEL": "error", "DUNNAGE_SIZE_MAX": ""}
    )
    assert found.size_max == 5 * 1024**3
    assert found.idle_timeout == 60
    assert found.log_level == "error"
    assert found.container_arch == "aarch64"
    assert found.origins == dict.fromkeys((row.name for row in SETTINGS), "default") | {
        "size_max": str(user),
        "idle_timeout": str(user),
        "log_level": "DUNNAGE_LOG_LEVEL",
        "container_arch": str(project / "dunnage.toml"),
    }
    assert found.value("size_max") == found.size_max


def test_clients_are_told_what_is_not_as_ever(user: Path, project: Path) -> None:
    def told(**environ: str) -> dict[str, str]:
        return settings.load(project, {"DUNNAGE_CONFIG": str(user), **environ}).for_clients()

    assert told() == {}
    assert told(DUNNAGE_VERIFY="true", DUNNAGE_KEY_TEXTS="1") == {"DUNNAGE_VERIFY": "1"}
    user.write_text("verify = true\n")
    assert told() == {"DUNNAGE_VERIFY": "1"}
    assert told(DUNNAGE_VERIFY="0") == {}
    assert told(DUNNAGE_VERIFY="0", DUNNAGE_OBSERVE="off") == {"DUNNAGE_OBSERVE": "0"}
    assert told(DUNNAGE_OBSERVE="on") == {"DUNNAGE_VERIFY": "1"}
    assert told(DUNNAGE_REPLAY="off", DUNNAGE_VERIFY="0") == {"DUNNAGE_REPLAY": "0"}
    (project / "dunnage.toml").write_text("portable = true\n")
    assert told() == {"DUNNAGE_VERIFY": "1", "DUNNAGE_PORTABLE": "1"}


TABLE = '[[extra-inputs]]\npackage = "{}"\nfiles = ["schema/*.sql"]\n'


def test_extra_inputs_of_both_files_count(user: Path, project: Path) -> None:
    user.write_text(TABLE.format("mine"))
    (project / "dunnage.toml").write_text('container_arch = "armv7"\n' + TABLE.format("theirs"))
    found = settings.load(project, {"DUNNAGE_CONFIG": str(user)})
    assert found.container_arch == "armv7"
    assert [(stated.rule.packages, stated.origin) for stated in found.extra_inputs] == [
        (("mine",), str(user)),
        (("theirs",), str(project / "dunnage.toml")),
    ]
    told = found.for_clients()
    assert [(rule.packages, rule.files) for rule in decode(told["DUNNAGE_EXTRA_INPUTS"])] == [
        (("mine",), (f"{user.parent}/schema/*.sql",))
    ], "the project's are found with its sources"


def test_extra_inputs_that_are_not_understood_are_one_sentence(user: Path, project: Path) -> None:
    user.write_text('[[extra-inputs]]\nfile = "a"\n')
    with pytest.raises(ConfigError) as caught:
        settings.load(project, {"DUNNAGE_CONFIG": str(user)})
    assert caught.value.message == (
        f"{user}: extra-inputs, table 1: there is no file, only package, files, env."
    )
    assert "[[extra-inputs]]" in caught.value.advice
    user.write_text("extra_inputs = []\n")
    with pytest.raises(ConfigError, match=r"there is no setting extra_inputs. Did you mean extra-inputs?"):
        settings.load(project, {"DUNNAGE_CONFIG": str(user)})


def test_the_nearest_project_file_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "dunnage.toml").write_text("")
    (tmp_path / "a" / "dunnage.toml").write_text("")
    assert settings.project_file(inner) == tmp_path / "a" / "dunnage.toml"


def test_a_project_may_not_spend_the_users_disk(user: Path, project: Path) -> None:
    (project / "dunnage.toml").write_text('size_max = "1TiB"\n')
    with pytest.raises(ConfigError) as caught:
        settings.load(project, {"DUNNAGE_CONFIG": str(user)})
    assert caught.value.message == f"{project / 'dunnage.toml'}: a project may not set size_max."
    assert caught.value.advice == f"Set it in your own {user}, or as DUNNAGE_SIZE_MAX."


def test_the_users_file_is_no_project_file(user: Path) -> None:
    user.write_text("size_max = 4096\n")
    found = settings.load(user.parent, {"DUNNAGE_CONFIG": str(user)})
    assert found.size_max == 4096


def test_an_unknown_name_is_asked_about(user: Path, project: Path) -> None:
    user.write_text('size-max = "1GiB"\n')
    with pytest.raises(ConfigError, match=r"there is no setting size-max\. Did you mean size_max\?"):
        settings.load(project, {"DUNNAGE_CONFIG": str(user)})
    user.write_text("zebra = 1\n")
    with pytest.raises(ConfigError) as caught:
        settings.load(project, {"DUNNAGE_CONFIG": str(user)})
    assert caught.value.message == f"{user}: there is no setting zebra."


def test_a_wrong_value_is_named_with_its_place(user: Path, project: Path) -> None:
    environ = {"DUNNAGE_CONFIG": str(user), "DUNNAGE_IDLE_TIMEOUT": "soon"}
    with pytest.raises(ConfigError) as caught:
        settings.load(project, environ)
    assert (
        caught.value.message == "DUNNAGE_IDLE_TIMEOUT: idle_timeout: `soon` is not a duration like 4h or 30m."
    )
    assert "dunnage config" in caught.value.advice


@pytest.mark.parametrize("content", [b"size_max =", b"\xff\xfe"])
def test_a_file_that_is_not_toml(content: bytes, user: Path, project: Path) -> None:
    user.write_bytes(content)
    with pytest.raises(ConfigError, match="this is not TOML"):
        settings.load(project, {"DUNNAGE_CONFIG": str(user)})


def test_a_named_file_must_exist(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file, but DUNNAGE_CONFIG names it"):
        settings.load(project, {"DUNNAGE_CONFIG": str(tmp_path / "gone.toml")})


def test_a_file_that_is_a_directory(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        settings.load(project, {"DUNNAGE_CONFIG": str(tmp_path)})


def test_without_a_word_the_platform_knows_the_users_file(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert settings.user_file({}) == tmp_path / "config" / "dunnage" / "dunnage.toml"
    assert settings.load(project, {}) == settings.defaults()


def test_unknown_variables_are_told_with_what_was_meant() -> None:
    environ = {"DUNNAGE_SIZEMAX": "1G", "DUNNAGE_ZEBRA": "1", "DUNNAGE_DIR": "/x", "PATH": "/bin"}
    assert settings.unknown_variables(environ) == {
        "DUNNAGE_SIZEMAX": "DUNNAGE_SIZE_MAX",
        "DUNNAGE_ZEBRA": None,
    }


def test_settings_that_a_daemon_does_not_go_by() -> None:
    mine = settings.defaults()
    theirs = {row.name: row.format(mine.value(row.name)) for row in SETTINGS}
    assert settings.differing(mine, theirs) == []
    assert settings.differing(replace(mine, remotes="s3://b", portable="on"), theirs) == ["remotes"]
    assert settings.differing(mine, {"size_max": "1 KiB", "of a newer one": "x"}) == ["size_max"]
