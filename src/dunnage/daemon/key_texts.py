"""Texts of keys, kept as files for whoever wants to see with `diff` why two keys differ (setting `key_texts`)."""

import logging
import re
from pathlib import Path
from typing import Final

from dunnage import limits
from dunnage.model.digest import ActionKey

log = logging.getLogger(__name__)

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")


class KeyTexts:
    """One file a stored result: `<unit>-<beginning of the action key>.txt`. Never fails: it is only told of."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, name: str, action: ActionKey, text: str) -> None:
        """Write one, unless there are `limits.KEY_TEXTS_MAX` already."""
        file = self._directory / f"{_ODD.sub('-', name)}-{action.hex()[:16]}.txt"
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
            if sum(1 for _ in self._directory.iterdir()) >= limits.KEY_TEXTS_MAX:
                log.warning("%s is full: the key of %s is not kept", self._directory, name)
                return
            file.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            log.warning("the key of %s is not kept: %s", name, error)
