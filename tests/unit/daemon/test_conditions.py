"""How remotes are, in words for the command line."""

from dunnage.daemon.conditions import Condition, problems_of, told
from dunnage.errors import ConfigError, RemoteRefused


def test_a_remote_that_is_well_has_no_problem() -> None:
    document = Condition("s3://bucket", writes=True, why="remote_write is on").document
    assert document == {"name": "s3://bucket", "writes": True, "why": "remote_write is on", "problem": None}


def test_a_problem_is_a_sentence_and_what_to_do() -> None:
    refused = RemoteRefused("Who are you?", hint="Say so.")
    assert told(refused) == {"message": "Who are you?", "hint": "Say so."}
    assert Condition("a", refused).document["problem"] == told(refused)


def test_each_problem_counts_once_whatever_it_keeps_from_being_used() -> None:
    key, other = ConfigError("The key cannot be read."), RemoteRefused("Who are you?")
    conditions = [Condition("a", key), Condition("b"), Condition("c", key), Condition("d", other)]
    assert problems_of(conditions) == [key, other]
