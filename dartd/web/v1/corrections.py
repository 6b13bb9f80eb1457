"""`/api/v1/corrections`: darts that were scored wrongly, who says so, and what became of it."""

import asyncio
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from dartd.auth.command_rights import authorised
from dartd.store.audit import append_entry
from dartd.store.feedback import keep_images
from dartd.store.projections.corrections import correction_in, get_correction, list_corrections
from dartd.store.projections.matches import get_match, is_imported
from dartd.store.projections.throws import get_throw, visit_of_dart
from dartd.store.timestamps import timestamp_of
from dartd.web.http.corrections import dart_entry, new_correction_id
from dartd.web.http.endpoint import Answer, Call, Endpoint, Handler
from dartd.web.http.paging import listed, missing, page_request
from dartd.web.http.player_rights import check_player_filter
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from schemas.api.answers import Listed
from schemas.api.corrections import CorrectionChange, CorrectionDecision, CorrectionsQuery, NewCorrection
from schemas.correction import ChangeCorrection, CorrectionCommand, CorrectionState, DecideCorrection, OrderCorrection

_PATH = "/api/v1/corrections"
_ONE = f"{_PATH}/{{correction_id}}"

_replace = msgspec.structs.replace


async def get_corrections(call: Call) -> Listed[CorrectionState]:
    """Return a page of corrections."""
    asked: CorrectionsQuery = call.query
    await check_player_filter(call, asked.player_id)
    where = {name: getattr(asked, name) for name in ("status", "match_id", "dart_id", "player_id")}
    return listed(await call.read(lambda c: list_corrections(c, page_request(asked), where)), asked, correction_in)


async def get_one_correction(call: Call) -> CorrectionState:
    """Return one correction."""
    correction_id = call.path("correction_id")
    state: CorrectionState | None = await call.read(lambda c: get_correction(c, correction_id))
    if state is None:
        raise missing("correction", correction_id)
    return state


async def create_correction(call: Call) -> Answer:
    """Ask for a correction."""
    asked: NewCorrection = call.body
    if (asked.dart_id is None) == (asked.match_id is None):
        raise Problem(422, "VALIDATION_ERROR", "send either dart_id or match_id", details={"field": "$.dart_id"})
    if asked.type == "delete" and asked.label is not None:
        raise Problem(422, "VALIDATION_ERROR", "a dart that is deleted has no bed", details={"field": "$.label"})
    if asked.dart_id is not None and asked.type == "insert":
        message = "an inserted dart is named by match_id, visit and dart"
        raise Problem(422, "VALIDATION_ERROR", message, details={"field": "$.dart_id"})
    order = OrderCorrection(
        correction_id=new_correction_id(),
        **{name: getattr(asked, name) for name in NewCorrection.__struct_fields__},
        at=timestamp_of(call.services.accounts.now()),
    )
    if order.match_id is not None:
        await _check_match(call, order.match_id)
    order = await _with_stored(call, order)
    return await _submit(call, order, location=f"{_PATH}/{order.correction_id}")


async def _check_match(call: Call, match_id: str) -> None:
    """Check that there is a match, and that its darts are kept.

    Raises:
        Problem: 404, or 409 for a match that was imported.
    """
    if await call.read(lambda c: get_match(c, match_id)) is None:
        raise missing("match", match_id)
    if await call.read(lambda c: is_imported(c, match_id)):
        message = (
            "this match was imported, and only what it came to is stored: correct the darts in its file, "
            f"delete the match (DELETE /api/v1/matches/{match_id}) and import the file again"
        )
        raise Problem(409, "STATE_CONFLICT", message, details={"match_id": match_id, "status": "imported"})


async def _with_stored(call: Call, order: OrderCorrection) -> OrderCorrection:
    """Return an order with the stored visit of its dart; a throw that missed is named by its slot."""
    if order.match_id is not None:
        dart_id = call.services.matches.dart_at(
            order.match_id, set_number=order.set, leg=order.leg, visit=order.visit or 0, dart=order.dart or 0
        )
        visit_id, _, number = (dart_id or "").partition("/")
        named = {"visit_id": visit_id} if number else {"throw_id": dart_id}
        stored = await call.read(lambda c: visit_of_dart(c, **named)) if dart_id is not None else None
        return _replace(order, stored=stored)

    def read(connection: sa.Connection) -> OrderCorrection:
        throw: Any = get_throw(connection, order.dart_id or "")
        found = _replace(order, stored=visit_of_dart(connection, throw_id=order.dart_id))
        if throw is None or throw.state != "miss":
            return found
        return _replace(found, dart_id=None, visit_id=throw.visit_id, dart_number=throw.dart_number)

    found: OrderCorrection = await call.read(read)
    return found


async def change_correction(call: Call) -> Answer:
    """Change the bed of a correction that is pending."""
    state = await get_one_correction(call)
    return await _submit(call, ChangeCorrection(correction_id=state.correction_id, label=call.body.label))


async def cancel_correction(call: Call) -> Answer:
    """Cancel a correction that is pending."""
    return await _decide(call, "cancel", None)


def _deciding(decision: Literal["confirm", "reject"]) -> Handler:
    async def decide(call: Call) -> Answer:
        """Decide the correction."""
        return await _decide(call, decision, call.body.reason)

    return decide


async def _decide(call: Call, decision: Literal["confirm", "reject", "cancel"], reason: str | None) -> Answer:
    state = await get_one_correction(call)
    stored = await call.read(lambda c: visit_of_dart(c, visit_id=state.visit_id))
    command = DecideCorrection(
        correction_id=state.correction_id,
        decision=decision,
        reason=reason,
        stored=stored,
        at=timestamp_of(call.services.accounts.now()),
    )
    return await _submit(call, command)


async def _submit(call: Call, command: CorrectionCommand, *, location: str | None = None) -> Answer:
    """Submit a command and return the correction after it; audit entries and answer are written in the same commit."""
    entry, answers, applied = call.audit_entry(command.correction_id), list[Answer](), list[str]()

    def keep(connection: sa.Connection, envelopes: Any, _snapshot: object) -> None:
        state = get_correction(connection, command.correction_id)
        if state is not None and state.status == "applied" and state.dart_id is not None:
            applied.append(state.dart_id)
        value = None if call.endpoint.answer is None else state
        answers.append(Answer(value=value, entity_id=command.correction_id, location=location))
        call.record(connection, entry, answers[-1])
        append_entry(connection, dart_entry(_replace(entry, action="dart.correct"), envelopes))

    await call.services.board.submit(authorised(command, call.principal), keep)
    for dart_id in applied:  # what was corrected shows how darts are detected wrongly
        await asyncio.to_thread(keep_images, call.services.config.state_path, dart_id)
    return answers[-1]


_CORRECTIONS = Resource(path=_PATH, one=_ONE, tag="corrections", answer=CorrectionState)


def _change(method: Any, path: str, handler: Handler, summary: str, body: type | None, **given: Any) -> Endpoint:
    """Declare a route that changes a correction."""
    return Endpoint(
        method=method,
        path=path,
        handler=handler,
        summary=summary,
        body=body,
        tag="corrections",
        entity="correction",
        no_event_reason="each step of a correction is published as ADDED or STATUS_CHANGED by its decider",
        statuses=(404, 409),
        **{"rate": "default", "answer": CorrectionState, "permission": "matches:write", "own": "corrections:write", **given},
    )


ENDPOINTS = [
    _CORRECTIONS.list(get_corrections, "Corrections, the latest first", "throws:read", CorrectionsQuery),
    _change(
        "POST", _PATH, create_correction, "Ask for a correction of a dart", NewCorrection, rate="corrections",
        permission="corrections:write", own=None, status=201,
        example=NewCorrection(type="change", match_id="m_01", visit=1, dart=2, label="T20"),
    ),
    _CORRECTIONS.read(get_one_correction, "One correction", "throws:read"),
    _change("PUT", _ONE, change_correction, "Change the bed of a correction that is pending", CorrectionChange,
            example=CorrectionChange(label="T19")),
    _change("DELETE", _ONE, cancel_correction, "Cancel a correction that is pending", None, answer=None, status=204),
    _change("POST", f"{_ONE}/confirm", _deciding("confirm"), "Confirm a correction, which then counts", CorrectionDecision,
            body_required=False, example=CorrectionDecision()),
    _change("POST", f"{_ONE}/reject", _deciding("reject"), "Reject a correction", CorrectionDecision, body_required=False,
            example=CorrectionDecision(reason="it was in the bed")),
]  # fmt: skip
