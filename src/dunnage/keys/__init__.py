"""Toolchain identity, roots, path sets, unit and action keys. Reads only through a View."""
