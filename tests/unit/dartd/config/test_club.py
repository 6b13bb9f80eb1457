"""The sections for questions and the catalog."""

import msgspec
import pytest

from dartd.config.club import QueryConfig


@pytest.mark.parametrize("url", ["localhost:11434", "file:///etc/passwd", ""])
def test_a_model_has_an_address_of_http(url: str) -> None:
    """Anything else is refused at the start."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"model_url": url}, QueryConfig)
