"""Saying things: results on stdout, everything else on stderr with the name in front."""

import click


def say(text: str) -> None:
    """Write text to stdout as it is; undecodable bytes of paths come out as they went in."""
    click.echo(text.encode("utf-8", "surrogateescape"), nl=False)


def complain(sentence: str) -> None:
    """Write a sentence to stderr."""
    click.echo(f"dunnage: {sentence}".encode("utf-8", "surrogateescape"), err=True)
