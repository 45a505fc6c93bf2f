"""Recall: the action key of a unit by how everything that its path set names was statted.

A hit of a C++ unit asks for some nine hundred places, most of them absent. Whether each is as it was, what its contents
are, and what key all that makes, takes longer than all else that the daemon does for a hit. So the key is remembered by
what it follows from: the unit, the digests of what the command line names, the values of the variables that were read,
and the stat records of the whole path set, hashed as they came.

    files     the record, if the digest memo trusts it: then equal records mean equal contents
    listed    the same, for the names in the directory
    absent    the record, which says no more than why nothing was there
    places    only whether something is there, and what: objects that are written into a directory change its stamps

It is a shortcut through `engine.lookup`, and answers only what that would have answered. It is kept in memory: a daemon
that was just started looks at each place once.
"""

from collections.abc import Sequence
from typing import Final

from blake3 import blake3

from dunnage import limits
from dunnage.engine.subject import Located, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.text import KeyText
from dunnage.model.digest import ActionKey, Digest
from dunnage.model.path_set import ALL_VARIABLES
from dunnage.model.view import StatRecord
from dunnage.store.cache import Generations

_KIND: Final = slice(0, 8)
"""Of a stat record: errno and mode."""
_NAMESPACE_BYTES: Final = 8


class Recall:
    """What one daemon remembers. Safe for many threads."""

    def __init__(self, digests: Digests) -> None:
        self._digests = digests
        self._known: Generations[ActionKey] = Generations(limits.RECALLED_MAX)

    def key(
        self,
        subject: Subject,
        located: Located,
        inputs: Sequence[tuple[str, Digest]],
        records: Sequence[StatRecord],
        namespace: int,
    ) -> bytes | None:
        """What an action key is remembered by; None where it does not follow from that.

        Args:
            inputs: roles and digests, as for `keys.unit_key.action_text`.
            records: of `located.all`, in its order.
            namespace: the client's mount namespace, 0 if it is not known.
        """
        if not namespace or ALL_VARIABLES in located.paths.env:
            return None
        text = KeyText("recall")
        text.add_digest("unit", subject.key)
        text.add_digest("path set", located.seed)
        for role, digest in inputs:
            text.add_digest(f"contents {role}", digest)
        for name in located.paths.env:
            text.add(f"env {name}", subject.env.get(name))
        stated = [text.digest(), namespace.to_bytes(_NAMESPACE_BYTES, "little"), *records]
        for index in range(len(stated) - len(located.places), len(stated)):
            stated[index] = stated[index][_KIND]
        return blake3(b"".join(stated)).digest()

    def action(self, key: bytes | None) -> ActionKey | None:
        """The action key, None where it is not known."""
        return None if key is None else self._known.get(key)

    def remember(
        self,
        key: bytes | None,
        action: ActionKey,
        located: Located,
        records: Sequence[StatRecord],
        namespace: int,
    ) -> None:
        """Remember it, unless a file is too young for its record to be trusted."""
        if key is None:
            return
        listed_at = len(located.files) + len(located.absent)
        listed = records[listed_at : listed_at + len(located.listed)]
        known = self._digests.known
        if all(known(record, namespace) is not None for record in (*records[: len(located.files)], *listed)):
            self._known.put(key, action)

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()
