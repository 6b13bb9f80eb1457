"""Texts of comments."""

import msgspec
import pytest

from schemas.api.comments import NewComment


@pytest.mark.parametrize(
    ("text", "valid"), [("a\nb", True), ("x" * 2000, True), ("", False), ("\n", False), ("a\x07", False), ("a\u202e", False)]
)
def test_text_can_be_seen(text: str, *, valid: bool) -> None:
    """Line breaks are permitted; what cannot be seen is not."""
    given = {"parent_type": "match", "parent_id": "m1", "text": text}
    if valid:
        assert msgspec.convert(given, NewComment).text == text
    else:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(given, NewComment)
