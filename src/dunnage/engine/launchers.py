"""Launchers: what stands in the place of a build script's program, so that its runs can be replayed (`engine.runs`).

The store keeps the program itself; the client puts its launcher in front of it whenever it writes one.
"""

import os
from dataclasses import replace

from dunnage.engine.collect import Collected
from dunnage.keys.digests import hash_descriptor
from dunnage.model.digest import Digest
from dunnage.model.view import Made, RestoreFile, View


def as_launcher(file: RestoreFile, program: Digest) -> RestoreFile:
    """A program that is to be written, carried by a launcher."""
    return replace(file, executable=True, data=program.hex().encode(), made=Made.LAUNCHER)


def place_launcher(view: View, collected: Collected) -> None:
    """Put a launcher in the place of what was compiled. Its descriptor stays open, with the program itself.

    Raises:
        ViewGone: also where it could not be written; then the program stands there as it was.
    """
    files = [
        as_launcher(
            RestoreFile(output.path, True, descriptor),
            hash_descriptor(descriptor, os.fstat(descriptor).st_size),
        )
        for output, descriptor in zip(collected.files, collected.outputs, strict=True)
    ]
    view.write(files)
