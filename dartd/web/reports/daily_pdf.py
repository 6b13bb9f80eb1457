"""The PDF of a daily report: summary and plots on the first page, board, players, zones and alerts after it."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from PIL.Image import Image as Pillow
from PIL.Image import new as new_picture
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.units import mm  # type: ignore[import-untyped]  # it ships no types
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]  # it ships no types
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]  # it ships no types
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]  # it ships no types
from reportlab.platypus import CondPageBreak, Image, KeepTogether, PageTemplate, Paragraph, Spacer, Table, TableStyle  # type: ignore[import-untyped]  # it ships no types
from reportlab.platypus.doctemplate import BaseDocTemplate  # type: ignore[import-untyped]  # it ships no types
from reportlab.platypus.frames import Frame  # type: ignore[import-untyped]  # it ships no types

from dartd.web.reports.drawings import BAR, FAINT, INK, QUIET, bars, board
from dartd.web.reports.labels import LABELS
from dartd.web.reports.lettering import draw, is_plain, lines_of, missing
from schemas.api.reports import DailyReport, ReportLanguage

# Fonts with the letters of many languages, where Debian installs them; reportlab's own Vera has those of Western Europe.
_FOLDERS: Final = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu", "/usr/share/fonts/TTF")
_WANTED: Final = {"dartd": ("DejaVuSans.ttf", "Vera.ttf"), "dartd-bold": ("DejaVuSans-Bold.ttf", "VeraBd.ttf")}
_MARGIN: Final = 16 * mm
_WIDTH: Final = A4[0] - 2 * _MARGIN
_SIDEWAYS: Final = 4.0  # between the text of a cell and its edges
_TILES: Final = ("darts", "visits", "players", "matches", "average", "count_180", "highest_checkout", "active_hours")
_COLUMNS: Final = ("name", "average", "darts", "legs", "count_180", "highest_visit", "highest_checkout")
_SHARES: Final = (0.26, 0.12, 0.09, 0.145, 0.085, 0.15, 0.15)  # of the columns: no word of a head is broken in any language
_SPACES: Final = {"en": ("\u202f", "."), "de": ("\u202f", ","), "nl": ("\u202f", ",")}


def pdf_of(report: DailyReport, language: ReportLanguage) -> bytes:
    """Return the report as a PDF of A4 pages."""
    regular, bold = _fonts()
    sheet = _Sheet(report, LABELS[language], language, regular, bold)
    body = io.BytesIO()
    title = f"{sheet.labels['title']} {report.date}"
    document = BaseDocTemplate(
        body, pagesize=A4, title=title, author=report.board_name, creator="dartd", lang=language, pageCompression=1, invariant=1
    )
    frame = Frame(_MARGIN, 18 * mm, _WIDTH, A4[1] - 44 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=sheet.draw_frame))
    document.build(sheet.flowables())
    return body.getvalue()


def _fonts() -> tuple[str, str]:
    """Register the fonts and return their names."""
    for name, files in _WANTED.items():
        paths = [Path(folder) / file for file in files for folder in _FOLDERS]
        found = next((str(path) for path in paths if path.is_file()), files[-1])
        pdfmetrics.registerFont(TTFont(name, found))
    regular, bold = _WANTED
    return regular, bold


class _Sheet:
    """The parts of the document."""

    def __init__(self, report: DailyReport, labels: Mapping[str, str], language: ReportLanguage, regular: str, bold: str) -> None:
        self.report = report
        self.labels = labels
        self._thousands, self._point = _SPACES[language]
        self._regular, self._bold = regular, bold
        self._glyphs: Mapping[int, int] = pdfmetrics.getFont(regular).face.charToGlyph
        self._is_missing = False  # a letter that no font has
        self._text = ParagraphStyle("text", fontName=regular, fontSize=8.5, leading=11, textColor=INK)
        self._quiet = ParagraphStyle("quiet", parent=self._text, textColor=QUIET)
        self._heading = ParagraphStyle("heading", fontName=bold, fontSize=7.5, leading=9, textColor=QUIET)
        self._right_heading = ParagraphStyle("right heading", parent=self._heading, alignment=2)
        self._head = ParagraphStyle("head", fontName=bold, fontSize=12, leading=15, textColor=INK, spaceBefore=10, spaceAfter=5)

    def draw_frame(self, canvas: Any, document: Any) -> None:
        """Draw what is on every page: title, day, name of the board, page number."""
        width, height = A4
        canvas.setFillColor(BAR)
        canvas.rect(0, height - 20 * mm, width, 20 * mm, stroke=0, fill=1)
        canvas.setFillColor("#ffffff")
        canvas.setFont(self._bold, 17)
        canvas.drawString(_MARGIN, height - 13 * mm, f"{self.labels['title']} · {self._day()}")
        canvas.setFont(self._regular, 9)
        self._draw_name(canvas, self.report.board_name[:40], width - _MARGIN, height - 13 * mm)
        canvas.setFillColor(QUIET)
        canvas.setFont(self._regular, 7.5)
        made = self.labels["made"].format(time=self.report.generated_at[:16].replace("T", " ") + " UTC")
        canvas.drawString(_MARGIN, 10 * mm, f"dartd · {made}")
        canvas.drawRightString(width - _MARGIN, 10 * mm, self.labels["page"].format(page=document.page))

    def _draw_name(self, canvas: Any, name: str, right: float, y: float) -> None:
        if is_plain(name, self._has):
            canvas.drawRightString(right, y, name)
            return
        mask, width, height = draw(name, 9)
        canvas.drawImage(ImageReader(_coloured(mask, "#ffffff")), right - width, y - 0.35 * 9, width, height, mask="auto")

    def _has(self, letter: str) -> bool:
        return ord(letter) in self._glyphs

    def _words(self, text: str, width: float) -> Any:
        """Return what people wrote as content of a cell of this width, whatever its letters."""
        if is_plain(text, self._has):
            return Paragraph(_plain(text), self._text)
        self._is_missing |= missing(text)
        return [_picture(*line) for line in lines_of(text, self._text.fontSize, width - 2 * _SIDEWAYS)]

    def flowables(self) -> list[Any]:
        """Return the content in its order."""
        found = self._content()
        return [*found, Spacer(0, 4 * mm), Paragraph(self.labels["missing_letters"], self._quiet)] if self._is_missing else found

    def _content(self) -> list[Any]:
        report, labels = self.report, self.labels
        if not report.summary.darts:
            return [self._tiles(), Spacer(0, 6 * mm), Paragraph(labels["nothing"], self._text), *self._zones(), *self._issues()]
        hours = _played_hours([each.darts for each in report.hours])
        ranges = [f"{each.low}" if each.low == each.high else f"{each.low}–{each.high}" for each in report.visit_ranges]
        charts = (_WIDTH, 52 * mm)
        return [
            self._tiles(),
            self._title("hours"),
            bars([report.hours[hour % 24].darts for hour in hours], [f"{hour % 24}" for hour in hours], charts, self._regular),
            self._title("visit_ranges"),
            bars([each.visits for each in report.visit_ranges], ranges, charts, self._regular),
            *self._performers(),
            *self._heat_map(),
            *self._zones(),
            *self._issues(),
        ]

    def _day(self) -> str:
        day = datetime.fromisoformat(self.report.date)
        return f"{day:%d.%m.%Y}" if self._point == "," else f"{day:%d} {_MONTHS[day.month - 1]} {day:%Y}"

    def _title(self, name: str) -> Paragraph:
        return Paragraph(self.labels[name], self._head)

    def _number(self, value: float | str | None) -> str:
        """Return a number as people write it: thousands apart, and with the decimal sign of the language."""
        if value is None:
            return "–"
        whole, _, part = f"{value}".partition(".")
        grouped = f"{int(whole):,}".replace(",", self._thousands)
        return f"{grouped}{self._point}{part}" if part else grouped

    def _tiles(self) -> Table:
        summary = self.report.summary
        cells = []
        for name in _TILES:
            value = getattr(summary, name)
            shown = self._number(round(value, 1) if isinstance(value, float) else value)
            figure = ParagraphStyle("figure", fontName=self._bold, fontSize=18, leading=22, textColor=INK)
            cells.append([Paragraph(shown, figure), Paragraph(self.labels[name], self._quiet)])
        rows = [cells[:4], cells[4:]]
        style = [("BOX", (0, 0), (-1, -1), 0.6, FAINT), ("INNERGRID", (0, 0), (-1, -1), 0.6, FAINT), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        return Table(rows, colWidths=[_WIDTH / 4] * 4, style=TableStyle([*style, *_padding(7, 6)]))

    def _performers(self) -> list[Any]:
        if not self.report.top_performers:
            return []
        rows = [
            [
                self._words(f"{each.rank}. {each.name}", _SHARES[0] * _WIDTH),
                self._number(each.average),
                self._number(each.darts),
                f"{each.legs_won}/{each.legs}",
                self._number(each.count_180),
                self._number(each.highest_visit),
                self._number(each.highest_checkout),
            ]
            for each in self.report.top_performers
        ]
        return self._table("top_performers", _COLUMNS, rows, _SHARES)

    def _heat_map(self) -> list[Any]:
        heat, width = self.report.heat_map, 118 * mm
        if not heat.darts:
            return [KeepTogether([self._title("heat_map"), Paragraph(self.labels["no_heat"], self._quiet)])]
        drawing = board(heat, width, self._bold)
        drawing.hAlign = "CENTER"
        note = self.labels["heat_note"].format(darts=self._number(heat.darts), cell=self._number(round(heat.cell_mm)))
        return [KeepTogether([self._title("heat_map"), drawing, Spacer(0, 2 * mm), Paragraph(note, self._quiet)])]

    def _zones(self) -> list[Any]:
        if not self.report.zones:
            return []
        rows = [
            [
                self._words(each.zone_name or each.zone_id, 0.36 * _WIDTH),
                self._number(each.sessions),
                self._number(each.players),
                self._number(round(each.active_hours, 1)),
                self._number(round(each.idle_hours, 1)),
            ]
            for each in self.report.zones
        ]
        columns = ("name", "sessions", "players", "active_hours", "idle_hours")
        return self._table("zones", columns, rows, (0.36, 0.16, 0.16, 0.16, 0.16))

    def _issues(self) -> list[Any]:
        rows = [
            [each.timestamp[11:16], self.labels[each.severity], self._words(each.message, 0.76 * _WIDTH)] for each in self.report.issues
        ]
        if not rows:
            return [KeepTogether([self._title("issues"), Paragraph(self.labels["none"], self._quiet)])]
        return self._table("issues", ("time", "severity", "message"), rows, (0.10, 0.14, 0.76), figures=False)

    def _table(
        self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], shares: Sequence[float], *, figures: bool = True
    ) -> list[Any]:
        style = [
            ("FONT", (0, 0), (-1, -1), self._regular, 8.5),
            ("TEXTCOLOR", (0, 1), (-1, -1), INK),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, FAINT),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            *([("ALIGN", (1, 0), (-1, -1), "RIGHT")] if figures else []),
            *_padding(_SIDEWAYS, 3),
        ]
        aligned = [self._heading, *[self._right_heading if figures else self._heading] * (len(columns) - 1)]
        head = [Paragraph(self.labels[name], style) for name, style in zip(columns, aligned, strict=True)]
        table = Table([head, *rows], colWidths=[_WIDTH * share for share in shares], repeatRows=1, style=TableStyle(style))
        return [CondPageBreak(40 * mm), self._title(title), table]


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _padding(sideways: float, upright: float) -> list[tuple[Any, ...]]:
    whole = ((0, 0), (-1, -1))
    return [
        ("LEFTPADDING", *whole, sideways),
        ("RIGHTPADDING", *whole, sideways),
        ("TOPPADDING", *whole, upright),
        ("BOTTOMPADDING", *whole, upright),
    ]


def _played_hours(darts: Sequence[int]) -> range:
    """Return the hours from the first dart to the last one, twelve of them at least."""
    played = [hour for hour, count in enumerate(darts) if count]
    first, last = min(played), max(played)
    missing = max(0, 11 - (last - first))
    first = max(0, first - (missing + 1) // 2)
    return range(first, max(last, min(23, first + 11)) + 1)


def _picture(mask: Pillow, width: float, height: float) -> Image:
    return Image(_coloured(mask, INK.hexval().replace("0x", "#")), width, height, mask="auto", hAlign="LEFT")


def _coloured(mask: Pillow, colour: str) -> io.BytesIO:
    """Return letters of a colour as PNG, with nothing around them."""
    letters = new_picture("RGB", mask.size, colour)
    letters.putalpha(mask)
    body = io.BytesIO()
    letters.save(body, "PNG")
    body.seek(0)
    return body


def _plain(text: str) -> str:
    """Return a text in which nothing is markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
