"""Values as people write them: sizes like `10GiB`, durations like `1h30m`. Text in, numbers out, and back."""

import re
from collections.abc import Iterable
from typing import Final

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(b?)", re.IGNORECASE | re.ASCII)
_POWER: Final[dict[str, int]] = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

_DURATION: Final = re.compile(
    r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?", re.IGNORECASE | re.ASCII
)
_SECONDS: Final = (86_400, 3600, 60, 1)

_OFF: Final = ("off", "0", "false", "no")
_ON: Final = ("on", "1", "true", "yes")


def parse_size(text: str) -> int:
    """Bytes of `10GiB`, `500M`, `1.5 GB` or `4096`; Ki is 1024, K is 1000, as in ccache. Raises ValueError."""
    match = _SIZE.fullmatch(text.strip())
    if match is None or (match[3] and not match[2]):
        raise ValueError(f"`{text}` is not a size like 10GiB or 500M")
    whole, _, fraction = match[1].partition(".")
    unit: int = (1024 if match[3] else 1000) ** _POWER[match[2].lower()]
    return int(whole) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)


def parse_duration(text: str) -> int:
    """Seconds of `4h`, `1h30m`, `2d`, `45s` or `600`. Raises ValueError."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text)
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"`{text}` is not a duration like 4h or 30m")
    return sum(int(count) * unit for count, unit in zip(match.groups(default="0"), _SECONDS, strict=True))


_USERINFO: Final = re.compile(r"(?<=//)[^/?#@\s]*@")
_SECRET_OPTION: Final = re.compile(
    r"(?<=[?&])(\w*(?:token|password|secret|key|sig|signature|header)\w*)=([^&\s]*)", re.IGNORECASE
)


def redacted(urls: str) -> str:
    """URLs as they may be shown: without user and password, and without the values of options that sound secret.

    An option that names a file (`token_file=…`) holds no secret itself.
    """
    shown = _USERINFO.sub("", urls)
    return _SECRET_OPTION.sub(
        lambda match: match[0] if match[1].endswith("_file") else f"{match[1]}=***", shown
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant; None where none is like it."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


def is_on(text: str) -> bool:
    """Whether a switch in the environment is on: anything but an empty word and the words for off."""
    return text.strip().lower() not in {"", *_OFF}


def switch_word(value: object) -> object:
    """`on` or `off` for the other spellings of them, TOML's booleans among them; anything else as it is."""
    word = str(value).strip().lower()
    return "off" if word in _OFF else "on" if word in _ON else value


def format_size(size_bytes: int) -> str:
    """A size for people, in binary units with one decimal: `4.0 GiB`."""
    size = float(size_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size_bytes} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


def format_duration(seconds: float) -> str:
    """A span of time for people: `0.4 s`, `12.3 s`, `4 min 05 s`, `3 h 20 min`, `2 d 04 h`."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    minutes = whole // 60
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // 1440} d {minutes // 60 % 24:02} h"
