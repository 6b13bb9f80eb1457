"""The process that draws a PDF."""

import io
import sys
from types import SimpleNamespace

import pytest

from dartd.web.reports.__main__ import main
from schemas.codec import encode_json
from tests.support.reports import full_report


def test_json_in_pdf_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input to standard output."""
    given, written = io.BytesIO(encode_json(full_report())), io.BytesIO()
    monkeypatch.setattr(sys, "argv", ["reports", "de"])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=given))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=written))
    main()

    assert written.getvalue().startswith(b"%PDF-")
