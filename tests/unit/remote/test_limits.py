"""The bounds of remotes: those that rest on one another."""

from dunnage.remote import limits


def test_nobody_waits_longer_than_a_remote_may_cost() -> None:
    assert limits.REMOTE_WAIT_S_MIN <= limits.REMOTE_VAIN_S_MAX


def test_what_is_sent_together_fits_into_the_queue() -> None:
    assert limits.REMOTE_BATCH_MAX < limits.REMOTE_WAITING_MAX


def test_a_request_may_take_longer_than_its_connection() -> None:
    assert (
        limits.REMOTE_CONNECT_TIMEOUT_S < limits.REMOTE_REQUEST_TIMEOUT_S < limits.REMOTE_TRANSFER_TIMEOUT_S
    )
