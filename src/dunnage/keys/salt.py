"""The salt that every key begins with. It goes up when the same unit must not find old results.

1   the first.
2   units that a procedural macro may run in were observed: what 1 recorded of them may lack what a macro read.
"""

from typing import Final

SALT: Final = "dunnage key 2"
