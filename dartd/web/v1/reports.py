"""`/api/v1/reports`: the report of a day as JSON, CSV and PDF."""

from starlette.responses import Response

from dartd.store.daily_report import ReportDay, read_daily_report
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.problems import Problem
from dartd.web.reports.table import csv_of
from dartd.web.v1.statistics import days_of
from schemas.api.reports import DailyReport, ReportExportQuery, ReportQuery

_CSV = "text/csv; charset=utf-8"


async def get_report(call: Call) -> DailyReport | Response:
    """Return the report of a day."""
    asked: ReportQuery = call.query
    report = await _report(call, asked.date)
    return report if asked.format == "json" else Response(csv_of(report), headers={"Cache-Control": "no-store"}, media_type=_CSV)


async def get_export(call: Call) -> Response:
    """Return the report of a day as a file."""
    asked: ReportExportQuery = call.query
    report = await _report(call, asked.date)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="daily_report_{report.date}.{asked.format}"'}
    if asked.format == "csv":
        return Response(csv_of(report), headers=headers, media_type=_CSV)
    return Response(await call.services.pdfs.draw(report, asked.language), headers=headers, media_type="application/pdf")


async def _report(call: Call, date: str | None) -> DailyReport:
    """Return the report of a day.

    Raises:
        Problem: 422 if there is no such day.
    """
    services, days, now_s = call.services, days_of(call), call.services.accounts.now()
    day = ReportDay(date or days.local(now_s).date().isoformat(), days, services.sessions(), now_s, services.config.board.name)
    try:
        report: DailyReport = await call.read(lambda connection: read_daily_report(connection, day))
    except (ValueError, OverflowError, OSError) as error:
        raise Problem(422, "VALIDATION_ERROR", f"there is no such date: {date}", details={"field": "date"}) from error
    return report


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/reports/daily",
        handler=get_report,
        permission="reports:view",
        rate="default",
        summary="The report of a day",
        tag="reports",
        query=ReportQuery,
        answer=DailyReport,
        media="text/csv",
    ),
    Endpoint(
        method="GET",
        path="/api/v1/reports/daily/export",
        handler=get_export,
        permission="reports:view",
        rate="default",
        summary="The report of a day as a file, with plots and a heat map in PDF",
        tag="reports",
        query=ReportExportQuery,
        answer=None,
        media="application/pdf, text/csv",
    ),
]
