"""The base of all tables."""

import msgspec
import pytest

from dartd.config.section import Network, Section


class _Table(Section, frozen=True, kw_only=True):
    network: Network


@pytest.mark.parametrize("given", [{"network": "10.0.0.0/8", "netwrok": "x"}, {"network": "not a network"}])
def test_unknown_keys_and_odd_values_are_refused(given: dict[str, str]) -> None:
    """A key that is misspelt must not be ignored, nor a text that is no network be taken for one."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, _Table)
