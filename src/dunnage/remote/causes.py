"""What an exception of a library was made of: below its own words there is mostly one of the system."""

import ssl
from collections.abc import Iterable

_CAUSES_MAX = 16


def causes(error: BaseException) -> list[BaseException]:
    """An exception and what it was made of, the outermost first."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < _CAUSES_MAX:
        one = waiting.pop(0)
        if one is None or any(one is other for other in found):
            continue
        found.append(one)
        inner = (each for each in one.args if isinstance(each, BaseException))
        waiting += [*inner, getattr(one, "original_error", None), one.__cause__, one.__context__]
    return found


def words_of_the_system(found: Iterable[BaseException]) -> str:
    """The innermost system error in words, or nothing: everything further out repeats URLs and names of classes."""
    for error in reversed(list(found)):
        if isinstance(error, ssl.SSLError) and (said := getattr(error, "reason", None)):
            return str(said).replace("_", " ").lower()
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
    return ""


def words_of(error: Exception) -> str:
    """An error over a file in words: a system error without its number and the path, which the sentence has."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def unverified(found: Iterable[BaseException]) -> str:
    """Why a certificate does not verify, in words; nothing where that is not the trouble."""
    for error in found:
        if isinstance(error, ssl.SSLCertVerificationError):
            return str(getattr(error, "verify_message", "") or "it is not signed by anybody trusted")
    return ""
