"""dunnage: a compiler cache that makes Rust builds warm, on the host and inside unmodified containers."""

__version__ = "0.1.0"
