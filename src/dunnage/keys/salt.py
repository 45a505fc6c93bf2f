"""The salt that every key begins with. It goes up when the same unit must not find old results.

1   the first.
"""

from typing import Final

SALT: Final = "dunnage key 1"
