"""What is there of a path set besides files, as it stands now: for the keys of a hit and of a record alike."""

from collections.abc import Mapping

from dunnage.engine.subject import Located
from dunnage.keys.digests import Digests
from dunnage.keys.unit_key import NOTHING_AROUND, Around
from dunnage.model.digest import Digest
from dunnage.model.view import STAT, StatRecord, View, exists, is_directory, is_regular


def look_around(
    view: View, located: Located, records: Mapping[str, StatRecord], digests: Digests
) -> Around | None:
    """What is at the listed directories and the places; None where something else is there than a path set can mean.

    A place that is gone, or is a file now, is one: an earlier run would have told of it otherwise.

    Raises:
        ViewGone.
    """
    if not (located.listed or located.places):
        return NOTHING_AROUND
    there = [records[path] for path in located.places]
    if not all(exists(record) and not is_regular(record) for record in there):
        return None
    listings: list[Digest] = []
    for path in located.listed:
        digest = digests.of_listing(view, path, records[path])
        if digest is None:
            return None
        listings.append(digest)
    return Around(tuple(listings), tuple(map(is_directory, there)))


def changed_around(
    located: Located, after: Mapping[str, StatRecord], before: Mapping[str, StatRecord], started_ns: int
) -> str | None:
    """A directory that was listed and has got or lost a name since the compiler started, or a place that has become
    another kind of thing; None where all is as it was.
    """
    for path in located.listed:
        now, then = after[path], before.get(path)
        stamps = STAT.unpack(now)
        if now != then if then is not None and exists(then) else max(stamps[5], stamps[6]) > started_ns:
            return path
    for path in located.places:
        then = before.get(path)
        if then is not None and (not exists(then) or is_directory(then) != is_directory(after[path])):
            return path
    return None
