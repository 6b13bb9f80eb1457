"""The daemon's side of drawing a PDF."""

import importlib.util

import pytest

from dartd.web.reports.process import PdfError, PdfProcess
from tests.support.reports import full_report


async def test_a_missing_package_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else of the daemon needs it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(PdfError, match=r"pip install 'dartd\[reports\]'"):
        await PdfProcess().draw(full_report(), "en")


async def test_a_process_that_fails_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    """With its error in the log."""
    with pytest.raises(PdfError, match="could not be drawn"):
        await PdfProcess().draw(full_report(), "xx")  # type: ignore[arg-type]  # that is the fault

    assert "Invalid enum value 'xx'" in caplog.text
