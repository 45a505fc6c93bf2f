"""Linker identity: contents, watched stats, and who cannot be asked."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from dunnage.keys.digests import Digests
from dunnage.keys.linker import Linker, Linkers
from dunnage.keys.toolchain import Toolchain, still_holds
from dunnage.model.digest import ToolchainId
from dunnage.model.unit import Link
from dunnage.model.view import Run
from support.units import LocalView

TOOLCHAIN = Toolchain(ToolchainId(b"t" * 32), "/nowhere", "x86_64-unknown-linux-gnu", watched=(), records=())
CC = Link(driver="cc", words=("-fuse-ld=bfd",))


class Forgetful:
    """A memo that remembers nothing."""

    def digest_of(self, *_: object) -> None:
        return None

    def remember(self, *_: object) -> None:
        return None


class RealView(LocalView):
    """Asks real programs."""

    def ask(self, argv: Sequence[str]) -> Run:
        self.asked.append(tuple(argv))
        done = subprocess.run(argv, capture_output=True, check=False)
        return Run(
            code=done.returncode, signal=0, stdout=done.stdout, stderr=done.stderr,
            started_ns=0, wall_us=1, cpu_us=1,
        )  # fmt: skip


@pytest.fixture
def linkers() -> Linkers:
    return Linkers(Digests(Forgetful(), lambda: 0))


def env_of(*front: Path) -> dict[str, str]:
    return {"PATH": ":".join([*map(str, front), "/usr/bin", "/bin"])}


def identified(
    linkers: Linkers, view: LocalView, link: Link = CC, env: dict[str, str] | None = None
) -> Linker:
    found = linkers.identify(view, link, TOOLCHAIN, env or env_of())
    assert isinstance(found, Linker), found
    return found


def test_driver_linker_and_plugins_are_part_of_it(linkers: Linkers) -> None:
    found = identified(linkers, RealView())
    names = {
        os.path.basename(path)
        for path, record in zip(found.watched, found.records, strict=True)
        if not record[0]
    }
    assert {"cc", "collect2", "ld.bfd", "liblto_plugin.so"} <= names
    assert "/usr/lib/x86_64-linux-gnu" in {os.path.realpath(place) for place in found.search}


def test_it_is_remembered_and_asked_once(linkers: Linkers) -> None:
    view = RealView()
    found = identified(linkers, view)
    asked = len(view.asked)
    assert linkers.recall(view, CC, TOOLCHAIN, env_of()) is found
    assert still_holds(found, view.stat(found.watched))
    assert len(view.asked) == asked
    linkers.forget(view, CC, TOOLCHAIN, env_of())
    assert linkers.recall(view, CC, TOOLCHAIN, env_of()) is None


def test_another_path_is_another_question(linkers: Linkers, tmp_path: Path) -> None:
    view = RealView()
    identified(linkers, view)
    assert linkers.recall(view, CC, TOOLCHAIN, env_of(tmp_path)) is None


def test_a_driver_that_comes_to_stand_in_front(linkers: Linkers, tmp_path: Path) -> None:
    view = RealView()
    found = identified(linkers, view, env=env_of(tmp_path))
    shutil.copy("/usr/bin/cc", tmp_path / "cc")
    assert not still_holds(found, view.stat(found.watched))


def test_another_linker_is_another_identity(linkers: Linkers) -> None:
    gold = Link(driver="cc", words=("-fuse-ld=gold",))
    assert identified(linkers, RealView()).id != identified(linkers, RealView(), gold).id


def test_a_changed_linker_is_another_identity(linkers: Linkers, tmp_path: Path) -> None:
    """The same programs in another place are the same; with a byte more they are not."""
    for name in ("ld", "ld.bfd"):
        shutil.copy("/usr/bin/ld.bfd", tmp_path / name)
    link = Link(driver="cc", words=(f"-B{tmp_path}",))
    same = identified(linkers, RealView(), link).id
    assert same == identified(linkers, RealView(), link).id
    with (tmp_path / "ld").open("ab") as file:
        file.write(b"\0")
    assert identified(linkers, RealView(), link).id != same


def test_a_script_is_not_asked(linkers: Linkers, tmp_path: Path) -> None:
    script = tmp_path / "cc"
    script.write_text('#!/bin/sh\nexec /usr/bin/cc "$@"\n')
    script.chmod(0o755)
    view = RealView()
    assert linkers.identify(view, Link(driver="cc"), TOOLCHAIN, env_of(tmp_path)) == "linker-unknown"
    assert view.asked == []


def test_a_linker_that_does_not_know_the_option(linkers: Linkers, tmp_path: Path) -> None:
    """An old one ends with an error."""
    old = tmp_path / "ld"
    old.write_text('#!/bin/sh\ncase "$*" in *dependency-file*) echo unknown option >&2; exit 1;; esac\n')
    old.chmod(0o755)
    link = Link(driver="cc", words=(f"-B{tmp_path}",))
    assert linkers.identify(RealView(), link, TOOLCHAIN, env_of()) == "linker-not-asked"


def test_no_driver_at_all(linkers: Linkers) -> None:
    assert linkers.identify(RealView(), Link(driver="no-such-cc"), TOOLCHAIN, env_of()) == "linker-unknown"


def test_a_unit_without_a_link_always_holds() -> None:
    assert still_holds(None, ())
