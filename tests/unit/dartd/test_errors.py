"""The errors that dartd raises on purpose."""

from collections.abc import Iterator

import pytest

import dartd.errors
from dartd.errors import ConfigError, DartdError, StoreBusyError, StoreError


def _all(base: type[DartdError]) -> Iterator[type[DartdError]]:
    yield base
    for each in base.__subclasses__():
        yield from _all(each)


_OURS = [error for error in _all(DartdError) if error.__module__ == "dartd.errors"]


@pytest.mark.parametrize("error", _OURS, ids=lambda each: each.__name__)
def test_every_error_has_a_code_of_its_own(error: type[DartdError]) -> None:
    """Clients distinguish errors by their code: it must be in capitals, and belong to one error and its special cases alone."""
    others = [other for other in _OURS if not issubclass(other, error) and not issubclass(error, other)]

    assert error.code == error.code.upper()
    assert [other.__name__ for other in others if other.code == error.code] == []


@pytest.mark.parametrize("error", _OURS, ids=lambda each: each.__name__)
def test_every_error_stands_in_the_tree(error: type[DartdError]) -> None:
    """The tree at the top of the module must name every error, so that a reader sees them all."""
    assert error.__name__ in (dartd.errors.__doc__ or "")


def test_error_carries_message_and_data() -> None:
    """An error must keep the words for people and the data behind them."""
    error = ConfigError("$.server.port: wrong", path="$.server.port")

    assert (str(error), error.message, error.details) == ("$.server.port: wrong", "$.server.port: wrong", {"path": "$.server.port"})


def test_busy_store_is_a_store_that_fails() -> None:
    """A handler of a failing store must catch a busy one too."""
    assert issubclass(StoreBusyError, StoreError)
