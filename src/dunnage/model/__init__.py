"""The nouns that all rooms share. Frozen; no I/O, no clock."""
