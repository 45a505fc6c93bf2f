"""`dunnage stats`: what the cache did, and why."""

import click

from dunnage.cli import context
from dunnage.cli.output import say


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the document that programs may rely on.")
@click.option("--units", is_flag=True, help="Show each unit: hits, misses, seconds.")
@click.option("--summary", is_flag=True, help="Print Markdown, for the page of a CI job.")
@click.option("--zero", is_flag=True, help="Begin to count anew, after showing the counts so far.")
def command(as_json: bool, units: bool, summary: bool, zero: bool) -> None:
    """Show hits and misses with reasons, the time saved, the size.

    A session ends as a hit, a miss, uncacheable or a fallback, each for one of the reasons that are listed. The hit
    rate is that of hits and misses; the time saved is what the compiler took once, without the time of the hits.
    """
    from dunnage.report import documents

    document = documents.stats(context.ask("stats", units=units or summary, zero=zero))
    if summary:
        from dunnage.report import github

        slowest = [unit["name"] for unit in github.slowest(document["units"])]
        reasons = {name: github.why(context.ask("explain", unit=name)["sessions"]) for name in slowest}
        say(github.summary(document, reasons))
        return
    if as_json:
        say(documents.dump(document))
        return
    from dunnage.report import text
    from dunnage.report.style import Style

    style = Style.of_stdout()
    say(text.units(document, style) if units else text.stats(document, style))
    if zero:
        say("Counting begins anew.\n")
