"""Texts of keys, kept as files for whoever wants to see with `diff` why two keys differ (setting `key_texts`)."""

import logging
from pathlib import Path

from dunnage import limits
from dunnage.daemon.text_files import text_file, write_text
from dunnage.model.digest import ActionKey

log = logging.getLogger(__name__)


class KeyTexts:
    """One file a stored result: `<unit>-<beginning of the action key>.txt`. Never fails: it is only told of."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, name: str, action: ActionKey, text: str) -> None:
        """Write one, unless there are `limits.KEY_TEXTS_MAX` already."""
        try:
            file = text_file(self._directory, name, action)
            if sum(1 for _ in self._directory.iterdir()) >= limits.KEY_TEXTS_MAX:
                log.warning("%s is full: the key of %s is not kept", self._directory, name)
                return
            write_text(file, text)
        except OSError as error:
            log.warning("the key of %s is not kept: %s", name, error)
