"""The texts of a PDF."""

from dartd.web.reports.labels import LABELS


def test_every_language_has_every_text() -> None:
    """The same keys, and none of them empty."""
    assert {frozenset(texts) for texts in LABELS.values()} == {frozenset(LABELS["en"])}
    assert all(text for texts in LABELS.values() for text in texts.values())
