"""Reports of a day: what can be asked, and the answers."""

from typing import Annotated, Literal

from msgspec import Meta

from schemas.alert import AlertStatus, Severity
from schemas.base import Value

Date = Annotated[
    str, Meta(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z", description="a day such as 2026-11-30; default: today")
]
ReportLanguage = Literal["en", "de", "nl"]


class ReportQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which day, and in which format."""

    date: Date | None = None
    format: Literal["json", "csv"] = "json"


class ReportExportQuery(Value, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Which day, as which file, and the language of a PDF."""

    date: Date | None = None
    format: Literal["pdf", "csv"] = "pdf"
    language: ReportLanguage = "en"


class ReportSummary(Value, frozen=True, kw_only=True):
    """The day in figures: darts of the boards and of matches that were scored by hand. The average is points for three darts."""

    darts: int
    visits: int
    players: int
    matches: int
    average: str | None
    count_180: int
    highest_checkout: int | None
    active_hours: float
    idle_hours: float
    anomalies_count: int
    alerts_count: int


class ReportZone(Value, frozen=True, kw_only=True):
    """The sessions in a zone."""

    zone_id: str
    zone_name: str | None
    sessions: int
    players: int
    active_hours: float
    idle_hours: float


class TopPerformer(Value, frozen=True, kw_only=True):
    """What a player did on the day: legs, and visits at a board that belong to no match."""

    rank: int
    player_id: str
    name: str
    average: str | None
    darts: int
    legs: int
    legs_won: int
    count_180: int
    highest_visit: int | None
    highest_checkout: int | None


class ReportIssue(Value, frozen=True, kw_only=True):
    """An alert of the day."""

    alert_id: int
    timestamp: str
    alert_type: str
    severity: Severity
    status: AlertStatus
    message: str


class ReportHour(Value, frozen=True, kw_only=True):
    """An hour of the day (0 to 23)."""

    hour: int
    darts: int


class VisitRange(Value, frozen=True, kw_only=True):
    """How many visits scored from `low` to `high` points."""

    low: int
    high: int
    visits: int


class ReportCell(Value, frozen=True, kw_only=True):
    """A square of the board by its centre, and the darts in it."""

    x_mm: float
    y_mm: float
    count: int


class ReportHeatMap(Value, frozen=True, kw_only=True):
    """Where the measured darts of all players hit, in squares of `cell_mm`."""

    cell_mm: float
    darts: int
    cells: tuple[ReportCell, ...]


class DailyReport(Value, frozen=True, kw_only=True):
    """A day of the club, in the time zone of the daemon."""

    report_type: Literal["daily"] = "daily"
    date: str
    generated_at: str
    board_name: str
    summary: ReportSummary
    zones: tuple[ReportZone, ...]
    top_performers: tuple[TopPerformer, ...]
    issues: tuple[ReportIssue, ...]
    hours: tuple[ReportHour, ...]
    visit_ranges: tuple[VisitRange, ...]
    heat_map: ReportHeatMap
