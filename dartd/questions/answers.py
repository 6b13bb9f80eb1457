"""The answers: one function for each intent, from the numbers of the store alone."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from dartd.game.decimals import ratio
from dartd.game.definitions import LOWER_IS_BETTER
from dartd.game.detection_accuracy import report
from dartd.game.statistics import Figures, marks_written, written
from dartd.questions.causes import Cause, DayRates, causes_of, similar_days
from dartd.questions.concepts import Intent
from dartd.questions.inquiry import Inquiry, Scope, UnnamedError
from dartd.questions.periods import Period
from dartd.questions.recogniser import Meaning, understand, unknown_name
from dartd.questions.speech import Speech
from dartd.store.listing import Span, within
from dartd.store.projections.sessions import sessions_during
from dartd.store.session_times import add_times, timed
from dartd.store.tables import alerts
from dartd.store.verdicts import DartSelection, count_published, judged_darts
from schemas.api.query import AnswerSource, QuestionLanguage
from schemas.base import Value

_LEADERS: Final = 3
_ALERTS: Final = 5
_SIMILAR: Final = 3
_FEWEST_DARTS: Final = 3  # at a double, to be called weak or strong
_X01: Final = "x01"


class Reply(Value, frozen=True, kw_only=True):
    """An answer with its reasoning and sources."""

    language: QuestionLanguage
    intent: Intent | None
    reasoning: str
    answer: str
    sources: tuple[AnswerSource, ...] = ()


def answer(connection: sa.Connection, question: str, scope: Scope, language: QuestionLanguage | None = None) -> Reply:
    """Return the answer to a question, or to one that is not understood what can be asked."""
    meaning = understand(question, scope.names, scope.me, language)
    speech = Speech(meaning.language)
    stranger = unknown_name(question, scope.names, meaning.language)
    if stranger is not None:
        return _plain(meaning, speech, speech.say("unknown_player", name=stranger))
    if meaning.intent is None:
        return _plain(meaning, speech, speech.say("unknown", list=speech.say("examples")))
    inquiry = Inquiry(connection, meaning, scope, speech)
    try:
        text = _ANSWERS[meaning.intent](inquiry)
    except UnnamedError:
        return _plain(meaning, speech, speech.say("whose"))
    people = "".join(f", {inquiry.who(each)}" for each in meaning.people)
    time = "" if meaning.period is None else f", {inquiry.said_period()}"
    names = "; ".join(dict.fromkeys(each.query for each in inquiry.sources))
    reasoning = speech.say("understood", intent=meaning.intent, people=people, time=time, sources=names)
    return Reply(language=meaning.language, intent=meaning.intent, reasoning=reasoning, answer=text, sources=tuple(inquiry.sources))


def _plain(meaning: Meaning, speech: Speech, text: str) -> Reply:
    return Reply(language=meaning.language, intent=meaning.intent, reasoning=speech.say("not_understood"), answer=text)


def _figure(key: str, *needed: str) -> Callable[[Inquiry], str]:
    """Return the answer of an intent whose sentence has figures of the statistics alone; without those needed there is nothing to count."""

    def of_player(inquiry: Inquiry) -> str:
        player_id = next(iter(inquiry.meaning.people), None)
        figures = inquiry.figures(player_id, inquiry.span)
        who, period = inquiry.who(player_id), inquiry.said_period()
        if any(figures[name] in {None, 0} for name in needed):
            return inquiry.speech.say("none", who=who, period=period)
        return inquiry.speech.say(key, **{**_scalars(figures), "who": who, "period": period})

    return of_player


def _scalars(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if not isinstance(value, dict)}


def _high_scores(inquiry: Inquiry) -> str:
    kind = inquiry.meaning.figure or "n180"
    player_id = next(iter(inquiry.meaning.people), None)
    figures = inquiry.thrown(player_id)
    said = inquiry.speech.say(f"kind.{kind}")
    return inquiry.speech.say("high_scores", who=inquiry.who(player_id), period=inquiry.said_period(), count=figures[kind], kind=said)


def _highest_visit(inquiry: Inquiry) -> str:
    player_id = next(iter(inquiry.meaning.people), None)
    figures = inquiry.thrown(player_id)
    who, period = inquiry.who(player_id), inquiry.said_period()
    if not figures["highest_visit"]:
        return inquiry.speech.say("none", who=who, period=period)
    return inquiry.speech.say("highest_visit", who=who, period=period, highest_visit=figures["highest_visit"])


def _played(inquiry: Inquiry) -> str:
    kind = inquiry.meaning.figure or "darts"
    player_id = next(iter(inquiry.meaning.people), None)
    if kind == "hours":
        count: Any = _hours(inquiry, player_id)
    else:
        of_throwing = kind in {"darts", "visits"}
        figures = inquiry.thrown(player_id) if of_throwing else inquiry.figures(player_id, inquiry.span)
        count = figures["thrown" if kind == "darts" else kind]
    said = inquiry.speech.say(f"kind.{kind}")
    return inquiry.speech.say("played", who=inquiry.who(player_id), period=inquiry.said_period(), count=count, kind=said)


def _hours(inquiry: Inquiry, player_id: str | None) -> float:
    span, now_s = inquiry.span, inquiry.scope.now_s
    after_ms, before_ms = round((span.after_s or 0.0) * 1000), round(min(span.before_s or now_s, now_s) * 1000) + 1
    found = [timed(each).within(after_ms, before_ms) for each in sessions_during(inquiry.connection, span, player_id)]
    hours = round(add_times(found).active_ms / 3_600_000, 2)
    inquiry.note("sessions", f"GET /api/v1/sessions{'' if player_id is None else f'?player_id={player_id}'}", [{"active_hours": hours}])
    return hours


def _wins(inquiry: Inquiry) -> str:
    player_id = inquiry.player()
    figures = inquiry.figures(player_id, inquiry.span)
    who, period = inquiry.who(player_id), inquiry.said_period()
    if not figures["legs"]:
        return inquiry.speech.say("none", who=who, period=period)
    rate = ratio(100 * figures["matches_won"], figures["matches"])
    return inquiry.speech.say("wins", **{**_scalars(figures), "who": who, "period": period, "win_rate": rate})


def _form(inquiry: Inquiry) -> str:
    player_id = inquiry.player()
    form = inquiry.summary(player_id, inquiry.span).statistics["form"]
    who = inquiry.who(player_id)
    inquiry.note("form", f"GET /api/v1/players/{player_id}/standing", [form])
    if form["average"] is None:
        return inquiry.speech.say("none", who=who, period=inquiry.said_period())
    if form["difference"] is None:
        return inquiry.speech.say("form_first", who=who, average=form["average"])
    return inquiry.speech.say("form", who=who, average=form["average"], difference=inquiry.speech.signed(form["difference"]))


def _doubles(inquiry: Inquiry) -> str:
    player_id, bed = inquiry.player(), inquiry.meaning.bed
    targets = inquiry.summary(player_id, inquiry.span).statistics["beds"]["targets"]
    who, period = inquiry.who(player_id), inquiry.said_period()
    found = {label: row for label, row in targets.items() if label.startswith("D") or label == "BULL"}
    chosen = {label: row for label, row in found.items() if label == bed} if bed is not None else found
    rows = [{"bed": label, **row} for label, row in chosen.items()]
    inquiry.note("doubles", f"GET /api/v1/players/{player_id}/statistics, beds.targets", rows)
    if not chosen:
        return inquiry.speech.say("none", who=who, period=period)
    if bed is not None:
        row = chosen[bed]
        return inquiry.speech.say("double", who=who, period=period, bed=bed, hits=row["hits"], darts=row["darts"], rate=row["rate"])
    often = {label: row for label, row in chosen.items() if row["darts"] >= _FEWEST_DARTS} or chosen
    ranked = sorted(often, key=lambda label: (Decimal(often[label]["rate"]), -often[label]["darts"], label))
    values = {
        f"{name}_{figure}": often[label][figure]
        for name, label in (("worst", ranked[0]), ("best", ranked[-1]))
        for figure in ("hits", "darts", "rate")
    }
    return inquiry.speech.say("doubles", who=who, period=period, worst=ranked[0], best=ranked[-1], **values)


def _head_to_head(inquiry: Inquiry) -> str:
    people = inquiry.meaning.people
    if len(people) < 2:
        raise UnnamedError
    own, other = people[:2]
    mine, its = (inquiry.summary(each, inquiry.span, against).statistics for each, against in ((own, other), (other, own)))
    who, period = inquiry.who(own), inquiry.said_period()
    if not mine["legs"]:
        return inquiry.speech.say("none", who=f"{who} – {inquiry.who(other)}", period=period)
    values = {**_scalars(mine), "who": who, "other": inquiry.who(other), "period": period, "other_average": its["average"]}
    return inquiry.speech.say("head_to_head", **values)


def _leader(inquiry: Inquiry) -> str:
    figure = inquiry.meaning.figure or "average"
    found = []
    for player_id, counts in inquiry.leaders(inquiry.span, _X01).items():
        value = _value(counts, figure)
        if value not in {None, 0}:
            sign = 1 if figure in LOWER_IS_BETTER else -1
            found.append((sign * Decimal(value or 0), inquiry.who(player_id), player_id, value))
    found.sort()
    rows = [{"player_id": player_id, "name": name, figure: value} for _, name, player_id, value in found[:_LEADERS]]
    inquiry.note("leaderboard", f"GET /api/v1/leaderboard?figure={figure}&game={_X01}", rows)
    period = inquiry.said_period()
    if not found:
        return inquiry.speech.say("no_rows", period=period)
    listed = ", ".join(f"{name} {inquiry.speech.write(value)}" for _, name, _, value in found[:_LEADERS])
    return inquiry.speech.say("leader", figure=inquiry.speech.say(f"figure.{figure}"), period=period, list=listed)


def _value(counts: Figures, figure: str) -> int | str | None:
    found: int | str | None = {**written(counts), **marks_written(counts)}.get(figure, getattr(counts, figure, None))
    return found


def _compared(inquiry: Inquiry) -> tuple[str, Period, Span, Any, Any]:
    """Return player, period, span, and the statistics of it and of the time before; without a period of the last day of play."""
    player_id, period, span = inquiry.player(), inquiry.meaning.period, inquiry.span
    if period is None or period.kind == "all":
        latest = next(iter(inquiry.played_days(player_id, Span())), None)
        at_s = inquiry.scope.now_s if latest is None else latest.at_s
        began_s = inquiry.days.began(at_s)
        period = Period("day", date=inquiry.days.local(began_s).date().isoformat())
        span = Span(after_s=began_s, before_s=inquiry.days.ends(began_s))
    usual_span = inquiry.usual_span(span)
    own, usual = inquiry.summary(player_id, span), inquiry.summary(player_id, usual_span)
    if not usual.total.darts:
        usual = inquiry.summary(player_id, Span(before_s=usual_span.before_s))
    return player_id, period, span, own, usual


def _usual(inquiry: Inquiry) -> str:
    player_id, period, span, own, usual = _compared(inquiry)
    said, who = inquiry.said_period(period, span), inquiry.who(player_id)
    if not own.total.darts:
        return inquiry.speech.say("none", who=who, period=said)
    if not usual.total.darts:
        return inquiry.speech.say("no_usual", who=who, period=said, average=own.statistics["average"])
    before = {f"usual_{name}": usual.statistics[name] for name in ("average", "first9", "checkout_pct")}
    values = {**_scalars(own.statistics), **before, "difference": _difference(inquiry, own, usual)}
    return inquiry.speech.say("usual", **{**values, "who": who, "period": said})


def _difference(inquiry: Inquiry, own: Any, usual: Any) -> str:
    mine, other = own.statistics["average"], usual.statistics["average"]
    return inquiry.speech.signed(None if mine is None or other is None else str(Decimal(mine) - Decimal(other)))


def _reasons(inquiry: Inquiry) -> str:
    player_id, period, span, own, usual = _compared(inquiry)
    said, who = inquiry.said_period(period, span), inquiry.who(player_id)
    if not own.total.darts:
        return inquiry.speech.say("none", who=who, period=said)
    causes = causes_of(own.total, usual.total)
    if not causes:
        return inquiry.speech.say("no_usual", who=who, period=said, average=own.statistics["average"])
    inquiry.note("causes", "statistics of both times", [cause._asdict() for cause in causes])
    is_worse = Decimal(own.statistics["average"]) < Decimal(usual.statistics["average"])
    with_it = [cause for cause in causes if (cause.effect < 0) == is_worse] or causes
    return inquiry.speech.say(
        "reasons",
        who=who,
        period=said,
        average=own.statistics["average"],
        usual_average=usual.statistics["average"],
        difference=_difference(inquiry, own, usual),
        causes="; ".join(_said_cause(inquiry, cause) for cause in causes),
        similar=_said_days(inquiry, player_id, span, own),
        advice=inquiry.speech.say(f"advice.{with_it[0].part}" if is_worse else "advice.better"),
    )


def _said_cause(inquiry: Inquiry, cause: Cause) -> str:
    part, effect = inquiry.speech.say(f"part.{cause.part}"), inquiry.speech.signed(cause.effect)
    return inquiry.speech.say("cause", part=part, own=cause.own, usual=cause.usual, effect=effect)


def _said_days(inquiry: Inquiry, player_id: str, span: Span, own: Any) -> str:
    """Return the days before that were most like the time that is asked about."""
    rates = DayRates("", *(float(own.statistics[name] or 0) for name in ("average", "first9", "checkout_pct")))
    others = [
        DayRates(inquiry.days.local(each.at_s).date().isoformat(), *(float(value or 0) for value in _rates(each.figures)))
        for each in inquiry.played_days(player_id, Span(before_s=span.after_s))
    ]
    found = similar_days(rates, others, _SIMILAR)
    inquiry.note("days", f"GET /api/v1/players/{player_id}/history?resolution=day", [day._asdict() for day in found])
    listed = ", ".join(f"{day.date} ({inquiry.speech.write(day.average)})" for day in found)
    return inquiry.speech.say("similar", days=listed) if found else ""


def _rates(figures: Figures) -> tuple[str | None, str | None, str | None]:
    return (
        ratio(3 * figures.points, figures.darts),
        ratio(3 * figures.first9_points, figures.first9_darts),
        ratio(100 * figures.checkouts, figures.checkout_attempts),
    )


def _alerts(inquiry: Inquiry) -> str:
    if not inquiry.scope.may_read_alerts:
        return inquiry.speech.say("forbidden")
    during = within(alerts.c.at_s, inquiry.span)
    raised = inquiry.connection.execute(sa.select(sa.func.count()).select_from(alerts).where(*during)).scalar_one()
    chosen = sa.select(alerts.c.alert_id, alerts.c.alert_type, alerts.c.severity, alerts.c.camera_id).where(alerts.c.status != "resolved")
    rows = [dict(row._mapping) for row in inquiry.connection.execute(chosen.order_by(alerts.c.at_s.desc()))]  # noqa: SLF001 - public in SQLAlchemy
    inquiry.note("alerts", "GET /api/v1/alerts", [{"raised": raised, "open": len(rows)}, *rows[:_ALERTS]])
    listed = [
        f"{row['alert_type'].replace('_', ' ')}{'' if row['camera_id'] is None else ' ' + row['camera_id']}" for row in rows[:_ALERTS]
    ]
    more = f" ({', '.join(listed)})" if listed else ""
    return inquiry.speech.say("alerts", period=inquiry.said_period(), raised=raised, open=len(rows), list=more)


def _accuracy(inquiry: Inquiry) -> str:
    if not inquiry.scope.may_read_accuracy:
        return inquiry.speech.say("forbidden")
    selection = DartSelection(inquiry.span.after_s, next(iter(inquiry.meaning.people), None))
    found = report(count_published(inquiry.connection, selection), judged_darts(inquiry.connection, selection))
    row = {"darts": found.darts, "verified": found.verified, "correct": found.correct, "rate": found.rate}
    inquiry.note("accuracy", "GET /api/v1/accuracy", [row])
    if not found.verified:
        return inquiry.speech.say("accuracy_none", period=inquiry.said_period(), darts=found.darts)
    rate = ratio(100 * found.correct, found.verified)
    return inquiry.speech.say("accuracy", **{**row, "period": inquiry.said_period(), "rate": rate})


_ANSWERS: Final[Mapping[Intent, Callable[[Inquiry], str]]] = {
    "accuracy": _accuracy,
    "alerts": _alerts,
    "average": _figure("average", "average"),
    "best_leg": _figure("best_leg", "best_leg"),
    "checkout_rate": _figure("checkout_rate", "checkout_attempts"),
    "doubles": _doubles,
    "first_nine": _figure("first_nine", "first9"),
    "form": _form,
    "head_to_head": _head_to_head,
    "high_scores": _high_scores,
    "highest_checkout": _figure("highest_checkout", "highest_checkout"),
    "highest_visit": _highest_visit,
    "leader": _leader,
    "played": _played,
    "reasons": _reasons,
    "usual": _usual,
    "wins": _wins,
}
