"""The PDF of a day."""

import msgspec

from dartd.web.reports.daily_pdf import pdf_of
from schemas.api.reports import ReportHeatMap
from tests.support.reports import full_report


def _pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")


def test_a_full_and_an_empty_day_are_drawn() -> None:
    """In each language; the same report gives the same bytes. A day without darts is one page."""
    report = full_report()
    nothing = msgspec.structs.replace(report.summary, darts=0, average=None, highest_checkout=None)
    empty = msgspec.structs.replace(report, summary=nothing, top_performers=(), zones=(), issues=())
    by_hand = msgspec.structs.replace(report, heat_map=ReportHeatMap(cell_mm=10.0, darts=0, cells=()))
    full = {language: pdf_of(report, language) for language in ("en", "de", "nl")}

    assert all(pdf.startswith(b"%PDF-") for pdf in full.values())
    assert [_pages(pdf) for pdf in full.values()] == [3, 3, 3]
    assert (_pages(pdf_of(empty, "en")), _pages(pdf_of(by_hand, "en"))) == (1, 2)
    assert full["en"] == pdf_of(report, "en")


def test_names_of_every_script_are_drawn() -> None:
    """In the head of the page, in the table of players and in alerts; a name with a letter that no font has adds a note."""
    report = full_report()
    names = ("สมชาย ใจดี", "محمد عبد الله", "王小明" * 13, "😀 Ann")
    performers = tuple(msgspec.structs.replace(each, name=name) for each, name in zip(report.top_performers[:4], names, strict=True))
    issue = msgspec.structs.replace(report.issues[0], message="王小明 has thrown nothing for a long time. " * 4)
    of_scripts = msgspec.structs.replace(report, board_name="กระดาน 王", top_performers=performers, issues=(issue,))

    assert pdf_of(of_scripts, "en").count(b"/Subtype /Image") >= 7
    assert pdf_of(report, "en").count(b"/Subtype /Image") == 0
    assert pdf_of(of_scripts, "en") == pdf_of(of_scripts, "en")
