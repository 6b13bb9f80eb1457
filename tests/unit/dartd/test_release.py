"""The version that is installed."""

import re

from dartd.release import version


def test_the_version_is_known() -> None:
    """It must be that of the package, or say that there is none."""
    assert re.fullmatch(r"\d+\.\d+.*|0\+source", version())
