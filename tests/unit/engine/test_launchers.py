"""Launchers: what is written in the place of a build script's program."""

import os
from collections.abc import Sequence
from pathlib import Path

from blake3 import blake3

from dunnage.engine.collect import Collected
from dunnage.engine.launchers import as_launcher, place_launcher
from dunnage.model.digest import Digest
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Output
from dunnage.model.view import Made, RestoreFile, StatRecord
from support.subjects import ended, written
from support.units import LocalView


class Watching(LocalView):
    """Writes nothing, and knows what it should have."""

    files: Sequence[RestoreFile] = ()

    def write(self, files: Sequence[RestoreFile]) -> list[StatRecord]:
        self.files = files
        return []


def test_the_program_travels_with_its_digest(tmp_path: Path) -> None:
    program = written(tmp_path / "program", b"\x7fELF")
    descriptor = os.open(program, os.O_RDONLY)
    output = f"{tmp_path}/build_script_build-1"
    files = (Output("bin", output),)
    collected = Collected(run=ended(), dep_info=b"", paths=PathSet(), files=files, outputs=[descriptor])
    view = Watching()
    place_launcher(view, collected)
    digest = Digest(blake3(b"\x7fELF").digest())
    assert list(view.files) == [as_launcher(RestoreFile(output, False, descriptor), digest)]
    assert view.files[0].made is Made.LAUNCHER
    assert view.files[0].data == digest.hex().encode()
    assert view.files[0].executable
    collected.close()
