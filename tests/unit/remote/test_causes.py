"""What exceptions were made of."""

import ssl

from dunnage.remote.causes import causes, unverified, words_of, words_of_the_system


def test_an_exception_of_its_own() -> None:
    error = ValueError("x")
    assert causes(error) == [error]
    assert words_of_the_system([error]) == ""
    assert unverified([error]) == ""


def test_causes_contexts_and_arguments() -> None:
    inner, middle = ConnectionRefusedError(111, "Connection refused"), KeyError()
    outer = RuntimeError("x", middle)
    middle.__cause__ = inner
    assert causes(outer) == [outer, middle, inner]
    assert words_of_the_system(causes(outer)) == "Connection refused"


def test_a_circle_ends() -> None:
    one, two = ValueError(), ValueError()
    one.__cause__, two.__context__ = two, one
    assert causes(one) == [one, two]


def test_a_chain_without_end_ends() -> None:
    error: BaseException = ValueError()
    for _ in range(100):
        error = ValueError(error)
    assert len(causes(error)) == 16


def test_tls() -> None:
    failed = ssl.SSLCertVerificationError(1, "certificate verify failed")
    assert "not signed" in unverified([failed])
    failed.verify_message = "self-signed certificate"
    assert unverified([ValueError(), failed]) == "self-signed certificate"
    other = ssl.SSLError(1, "x")
    other.reason = "WRONG_VERSION_NUMBER"
    assert words_of_the_system([other]) == "wrong version number"


def test_the_words_of_an_error_over_a_file() -> None:
    assert (
        words_of(FileNotFoundError(2, "No such file or directory", "/secret")) == "No such file or directory"
    )
    assert words_of(OSError("odd")) == "odd"
    assert words_of(ValueError("not PEM")) == "not PEM"
