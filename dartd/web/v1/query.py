"""`/api/v1/query`: questions in words about the stored play."""

import logging
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import sqlalchemy as sa
from starlette.responses import Response, StreamingResponse

from dartd.errors import DartdError
from dartd.questions.answers import Reply, answer
from dartd.questions.inquiry import Scope
from dartd.store.players import visible_to
from dartd.store.tables import players
from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.problems import Problem
from dartd.web.query_model import rephrase
from dartd.web.v1.statistics import days_of
from schemas.api.query import Question, QuestionAnswer
from schemas.codec import encode_json

_log = logging.getLogger(__name__)

_PIECE: Final = re.compile(r".{1,40}(?:\s|$)|\S+", re.DOTALL)
_HEADERS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


async def post_query(call: Call) -> QuestionAnswer | Response:
    """Return the answer to a question, as server-sent events if the body says so."""
    asked: Question = call.body
    found = await _answered(call, asked)
    return _streamed(found) if asked.stream else found


async def post_query_stream(call: Call) -> Response:
    """Return the answer to a question as server-sent events."""
    return _streamed(await _answered(call, call.body))


async def _answered(call: Call, asked: Question) -> QuestionAnswer:
    """Return the answer, rephrased if there is a model that keeps to the numbers.

    Raises:
        Problem: 503 if there is no answer, whatever the reason.
    """
    services = call.services
    began_s = services.now()
    try:
        reply: Reply = await call.read(lambda connection: _reply(connection, call, asked))
    except DartdError:
        raise
    except Exception as error:
        _log.exception("a question could not be answered")
        raise Problem(503, "INFERENCE_ERROR", "this question could not be answered; see the log") from error
    rephrased = await rephrase(services.config.query, asked.query, reply.answer, reply.language) if reply.sources else None
    return QuestionAnswer(
        query=asked.query,
        language=reply.language,
        reasoning=reply.reasoning,
        answer=rephrased or reply.answer,
        sources=reply.sources,
        query_time_ms=round((services.now() - began_s) * 1000, 3),
    )


def _reply(connection: sa.Connection, call: Call, asked: Question) -> Reply:
    principal = call.principal
    names = {row.player_id: row.name for row in connection.execute(_readable(call))}
    scope = Scope(
        names=names,
        me=principal.player_id if principal.player_id in names else None,
        days=days_of(call),
        now_s=call.services.accounts.now(),
        may_read_alerts=principal.may("alerts:read"),
        may_read_accuracy=principal.may("statistics:read"),
    )
    return answer(connection, asked.query, scope, asked.language)


def _readable(call: Call) -> sa.Select[Any]:
    """Return the query of the players whom the caller may read."""
    chosen = sa.select(players.c.player_id, players.c.name).where(players.c.deleted.is_(False)).order_by(players.c.name)
    principal = call.principal
    if principal.may("players:read"):
        return chosen
    return chosen.where(visible_to(principal.player_id or "") if principal.may("profile:own") else sa.false())


def _streamed(found: QuestionAnswer) -> Response:
    return StreamingResponse(_events(found), headers=_HEADERS, media_type="text/event-stream")


async def _events(found: QuestionAnswer) -> AsyncIterator[bytes]:
    for piece in _PIECE.findall(found.answer):
        yield b"data: " + encode_json({"type": "chunk", "content": piece}) + b"\n\n"
    whole = {"type": "final", "reasoning": found.reasoning, "answer": found.answer, "sources": found.sources}
    yield b"data: " + encode_json({**whole, "language": found.language, "query_time_ms": found.query_time_ms}) + b"\n\n"


def _ask(path: str, handler: Any, summary: str, answer_type: Any, media: str) -> Endpoint:
    return Endpoint(
        method="POST", path=path, handler=handler, permission="query:ask", rate="query", summary=summary, tag="query", body=Question,
        example=Question(query="What is Ann's average this month?"), answer=answer_type, media=media, entity="query",
        no_event_reason="nothing that is stored changes",
    )  # fmt: skip


ENDPOINTS = [
    _ask(
        "/api/v1/query",
        post_query,
        "Ask a question in words about the play: English, German or Thai",
        QuestionAnswer,
        "application/json, text/event-stream",
    ),
    _ask("/api/v1/query/stream", post_query_stream, "Ask a question, answered as server-sent events", None, "text/event-stream"),
]
