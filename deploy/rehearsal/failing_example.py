"""A test that fails, for the rehearsal; its name keeps it out of the suite."""


def test_that_fails() -> None:
    """Fail."""
    raise AssertionError
