"""What can be asked of statistics."""

import msgspec
import pytest

from dartd.game.summary import summary
from schemas.api.statistics import PerformanceQuery, StatisticsQuery, SummaryFigures


def test_the_answer_has_what_a_summary_has() -> None:
    """No number is lost on the way."""
    assert set(summary([])) == {field.name for field in msgspec.structs.fields(SummaryFigures)}


@pytest.mark.parametrize("since", ["2026-11-30", "2026-11-30T20:00:00Z", "2026-11-30T20:00+01:00"])
def test_days_and_times(since: str) -> None:
    """Both are taken."""
    assert msgspec.convert({"since": since}, StatisticsQuery).since == since


@pytest.mark.parametrize("query", [{"since": "2026-11-30T20:00:00"}, {"since": "yesterday"}, {"resolution": "year"}, {"players": "ann"}])
def test_anything_else_is_refused(query: dict[str, str]) -> None:
    """A time needs its offset from UTC."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(query, StatisticsQuery)


@pytest.mark.parametrize("benchmark", ["player:", "level", "team:ann"])
def test_benchmarks(benchmark: str) -> None:
    """Have a kind and a name."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"benchmark": benchmark}, PerformanceQuery)
