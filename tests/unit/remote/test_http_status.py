"""Statuses as errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage.errors import RemoteBusy, RemoteError, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.remote.http_status import retry_after_s, trouble


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (301, {}, RemoteRefused),
        (400, {}, RemoteRefused),
        (401, {}, RemoteRefused),
        (403, {}, RemoteRefused),
        (404, {}, RemoteRefused),
        (405, {}, RemoteRefused),
        (408, {}, RemoteUnavailable),
        (413, {}, RemoteFull),
        (429, {}, RemoteBusy),
        (500, {}, RemoteUnavailable),
        (501, {}, RemoteRefused),
        (502, {}, RemoteUnavailable),
        (503, {}, RemoteUnavailable),
        (503, {"Retry-After": "1"}, RemoteBusy),
        (507, {}, RemoteFull),
        (999, {}, RemoteUnavailable),
    ],
)
def test_what_a_status_means(status: int, headers: dict[str, str], kind: type[RemoteError]) -> None:
    error = trouble(status, headers, "The server x")
    assert type(error) is kind
    assert error.message.startswith("The server x ")
    assert str(status) in error.message


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 30}, None),
        (
            {"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"},
            10.0,
        ),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT", "Date": "Wed, 21 Oct 2026 07:28:10 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT"}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], wait_s: float | None) -> None:
    assert retry_after_s(headers) == wait_s


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_a_time_or_none(after: str, date: str) -> None:
    wait_s = retry_after_s({"Retry-After": after, "Date": date})
    assert wait_s is None or wait_s >= 0


def test_what_is_not_accepted_is_a_matter_of_the_url() -> None:
    assert "https" in trouble(400, {}, "There").advice
