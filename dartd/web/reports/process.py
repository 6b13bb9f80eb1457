"""The process that draws PDFs: the daemon itself never loads what it takes, 35 MB."""

import importlib.util
import logging
import subprocess
import sys

import anyio
import anyio.to_thread

from dartd.errors import DartdError
from dartd.extras import remedy
from schemas.api.reports import DailyReport, ReportLanguage
from schemas.codec import encode_json

_log = logging.getLogger(__name__)
_TIMEOUT_S = 30.0


class PdfError(DartdError):
    """A PDF cannot be made; the message contains the remedy."""

    code = "REPORT_UNAVAILABLE"


class PdfProcess:
    """Runs `python -m dartd.web.reports`, one process at a time."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(1)

    async def draw(self, report: DailyReport, language: ReportLanguage) -> bytes:
        """Return the report as a PDF.

        Raises:
            PdfError: reportlab is not installed, or the process failed.
        """
        return await anyio.to_thread.run_sync(_draw, encode_json(report), language, limiter=self._limiter, abandon_on_cancel=True)


def _draw(report: bytes, language: ReportLanguage) -> bytes:
    if importlib.util.find_spec("reportlab") is None:
        raise PdfError(f"PDF needs the package reportlab: {remedy('reports')} (or ask for format=csv)", missing="reportlab")
    command = [sys.executable, "-m", "dartd.web.reports", language]
    try:
        done = subprocess.run(command, input=report, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 (our own)
    except subprocess.TimeoutExpired as error:
        raise PdfError(f"the PDF was not ready after {_TIMEOUT_S:g} s: try again, or ask for format=csv") from error
    if done.returncode != 0:
        _log.error("the process that draws a PDF failed: %s", done.stderr.decode(errors="replace")[-2000:])
        raise PdfError("the PDF could not be drawn: see the log, or ask for format=csv")
    return done.stdout
