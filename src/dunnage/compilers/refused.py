"""Why an invocation is left to the compiler: what front-ends raise, and `registry.parse` makes a verdict of."""


class Refused(Exception):
    """The invocation is not cacheable. `reason` is a row of `model.outcome.REASONS`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class Malformed(Refused):
    """The compiler would refuse this command line, or nobody can tell what its next word is."""

    def __init__(self, detail: str) -> None:
        super().__init__("argument", detail)


class ResponseFileError(Refused):
    """A response file is not there, or not all compilers read it the same."""

    def __init__(self, detail: str) -> None:
        super().__init__("response-file", detail)
