"""One question on its way to an answer: what it may read, and what was read for it."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from dartd.game.statistics import Figures, add_up, written
from dartd.game.summary import SCORING_GAMES
from dartd.questions.periods import ALL, Period, span_of
from dartd.questions.recogniser import Meaning
from dartd.questions.speech import Speech
from dartd.store.days import Days
from dartd.store.free_play import free_play
from dartd.store.listing import Span
from dartd.store.play_series import series
from dartd.store.projections.player_legs import CareerSummary, LegSelection, summarise, sums_by_player
from dartd.store.timestamps import timestamp_of
from schemas.api.query import AnswerSource
from schemas.base import Value

_USUAL_DAYS: Final = 90
_DAY_S: Final = 86_400.0
_MOST_DAYS: Final = 366  # of the history that days are compared with
_ROW: Final = (
    "average", "darts", "first9", "checkout_pct", "checkouts", "checkout_attempts", "highest_checkout", "best_leg", "highest_visit",
    "n180", "n140", "n100", "busts", "visits", "legs", "legs_won", "matches", "matches_won", "thrown",
)  # fmt: skip


class Scope(Value, frozen=True, kw_only=True):
    """Who asks: the names that they may read, their own player, and whether they may read alerts and accuracy. `now_s` is wall time."""

    names: Mapping[str, str]
    me: str | None
    days: Any  # Days
    now_s: float
    may_read_alerts: bool = True
    may_read_accuracy: bool = True


class UnnamedError(Exception):
    """A question needs a player and names none."""


class Inquiry:
    """Reads what a question needs, and notes each query with its rows."""

    def __init__(self, connection: sa.Connection, meaning: Meaning, scope: Scope, speech: Speech) -> None:
        self.connection = connection
        self.meaning = meaning
        self.scope = scope
        self.speech = speech
        self.sources: list[AnswerSource] = []

    @property
    def days(self) -> Days:
        """Return the calendar."""
        days: Days = self.scope.days
        return days

    @property
    def period(self) -> Period:
        """Return the period that was asked for, all time without one."""
        return self.meaning.period or ALL

    @property
    def span(self) -> Span:
        """Return the span that was asked for."""
        return span_of(self.period, self.days, self.scope.now_s)

    def player(self) -> str:
        """Return the player that the question is about: the one that is named, else the caller.

        Raises:
            UnnamedError: none is named, and the caller has none.
        """
        found = next(iter(self.meaning.people), self.scope.me)
        if found is None:
            raise UnnamedError
        return found

    def who(self, player_id: str | None) -> str:
        """Return the name of a player, or of all of them."""
        return self.speech.say("everyone") if player_id is None else self.scope.names.get(player_id, player_id)

    def said_period(self, period: Period | None = None, span: Span | None = None) -> str:
        """Return the name of the period."""
        return self.speech.period(period or self.period, span or self.span, self.days)

    def note(self, kind: str, query: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Note a query and its rows as a source."""
        self.sources.append(AnswerSource(type=kind, query=query, rows=tuple(dict(row) for row in rows)))

    def summary(self, player_id: str, span: Span, opponent: str | None = None) -> CareerSummary:
        """Return all statistics of a player."""
        found = summarise(self.connection, LegSelection(player_id, span=span, opponent=opponent))
        against = "" if opponent is None else f"&opponent={opponent}"
        row = {name: found.statistics.get(name, getattr(found.total, name, None)) for name in _ROW}
        self.note("statistics", f"GET /api/v1/players/{player_id}/statistics{_query(span, against)}", [row])
        return found

    def figures(self, player_id: str | None, span: Span) -> dict[str, Any]:
        """Return the figures of a player, or of all players together."""
        if player_id is not None:
            return self.summary(player_id, span).statistics
        total = add_up(sums_by_player(self.connection, SCORING_GAMES, span).values())
        figures = {**written(total), "matches": total.matches, "matches_won": total.matches_won}
        self.note("statistics", f"player_legs, all players{_query(span)}", [{name: figures[name] for name in _ROW if name in figures}])
        return figures

    def thrown(self, player_id: str | None) -> dict[str, Any]:
        """Return figures with what was thrown without a match, unless the question asks for matches or legs."""
        of_matches = self.figures(player_id, self.span)
        if self.meaning.concepts & {"match", "leg"}:
            return of_matches
        free = free_play(self.connection, self.span, player_id)
        of_player = "" if player_id is None else f"&player_id={player_id}"
        row: dict[str, Any] = {name: getattr(free, name) for name in free.__struct_fields__}
        both = {name: row[name] + (of_matches.get(name) or 0) for name in row}
        both["highest_visit"] = max(row["highest_visit"], of_matches.get("highest_visit") or 0)
        self.note("visits", f"GET /api/v1/visits{_query(self.span, of_player)}, without a match", [row])
        self.note("thrown", "in matches and without one", [both])
        return {**of_matches, **both}

    def leaders(self, span: Span, game: str) -> dict[str, Figures]:
        """Return the figures of every player whom the caller may read."""
        found = sums_by_player(self.connection, [game], span)
        return {player_id: figures for player_id, figures in found.items() if player_id in self.scope.names}

    def usual_span(self, span: Span) -> Span:
        """Return the time before a span that it is compared with."""
        began_s = span.after_s if span.after_s is not None else self.scope.now_s
        return Span(after_s=began_s - _USUAL_DAYS * _DAY_S, before_s=began_s)

    def played_days(self, player_id: str, span: Span) -> list[Any]:
        """Return the days of a player in a span, the latest first."""
        return list(islice(series(self.connection, LegSelection(player_id, span=span), "day", self.days).played, _MOST_DAYS))


def _query(span: Span, more: str = "") -> str:
    parts = [f"{name}={timestamp_of(at_s)}" for name, at_s in (("since", span.after_s), ("until", span.before_s)) if at_s is not None]
    text = "&".join(parts) + more
    return f"?{text.lstrip('&')}" if text else ""
