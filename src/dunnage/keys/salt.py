"""The salt that every key begins with. It goes up when the same unit must not find old results.

1   the first.
2   units that a procedural macro may run in were observed: what 1 recorded of them may lack what a macro read.
3   in portable mode what a unit does with OUT_DIR is looked up in its sources: 2 may have freed what it made of it.
4   of a unit that is observed, native libraries count as far as rustc looks at them: 3 counted all, and noted no look.
"""

from typing import Final

SALT: Final = "dunnage key 4"
