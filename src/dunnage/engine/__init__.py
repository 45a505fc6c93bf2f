"""Lookup, restore, record: the only room that joins compilers, keys and the store. One file, one use case."""
