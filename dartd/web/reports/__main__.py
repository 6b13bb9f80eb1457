"""`python -m dartd.web.reports LANGUAGE`: read a daily report as JSON, write it as PDF."""

import sys

import msgspec

from dartd.web.reports.daily_pdf import pdf_of
from schemas.api.reports import DailyReport, ReportLanguage


def main() -> None:
    """Convert standard input to standard output."""
    language = msgspec.convert(sys.argv[1], ReportLanguage)
    report = msgspec.json.decode(sys.stdin.buffer.read(), type=DailyReport)
    sys.stdout.buffer.write(pdf_of(report, language))


if __name__ == "__main__":
    main()
