"""The matrix: every route answers every caller exactly as its declaration says."""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from dartd.auth.permissions import ANONYMOUS, PERMISSIONS, ROLES, TOPIC_PERMISSIONS
from dartd.runtime.hub.topics import kind_of
from dartd.store.audit import AuditEntry
from dartd.store.calibrations import Calibrations
from dartd.store.journal import Outcome
from dartd.web import voices
from dartd.web.app import ENDPOINTS
from dartd.web.http.endpoint import Endpoint
from schemas.api.corrections import NewCorrection
from schemas.api.play import NoParameters
from schemas.api.players import PlayerMerge, SignOn
from schemas.base import CameraId, VisitId
from schemas.correction import CorrectionState
from schemas.events import AlertChanged, EntityAdded, VisitCompleted
from schemas.match import MatchPlayer
from schemas.match_commands import EnteredSide, MatchCommand, SignLeg, StepMatch, ThrowByHand, UndoDarts
from schemas.pipe.to_worker import overlay_file
from tests.support.alerts import ALERT
from tests.support.cameras import answer_probes, make_camera
from tests.support.entities import insert_entity, resource_of
from tests.support.people import PASSWORD, PNG, bearer, begin_pairing, forged, log_in, make_key, make_photo, make_player, make_user
from tests.support.play import AT, create
from tests.support.receiver import make_delivery
from tests.support.sightings import camera_at
from tests.support.station import TOKEN, Station
from tests.support.throws import hit
from tests.support.tournaments import with_tournament

FORGED = ("expired", "signature", "none")
CALLERS = ("anonymous", *FORGED, *ROLES, "key without", "key with")


@dataclass
class Subject:
    """Whose thing a request is about."""

    path: str
    body: Any


@dataclass
class Caller:
    """A caller."""

    headers: dict[str, str]
    rights: frozenset[str]
    user_id: str | None = None
    player_id: str | None = None


async def _caller(station: Station, who: str, endpoint: Endpoint) -> Caller:
    if who == "anonymous":
        return Caller({}, ANONYMOUS)
    if who in FORGED:
        return Caller(bearer(forged(await make_user(station, "admin"), who)), frozenset())
    if who.startswith("key"):
        others = tuple(set(PERMISSIONS) - {endpoint.permission, endpoint.own})
        granted = (str(endpoint.permission),) if who == "key with" else others
        user = await make_user(station, "admin")
        _, key = await make_key(station, "admin", granted, user.user_id)
        return Caller({"X-API-Key": key}, frozenset(granted), user.user_id)
    player_id = await make_player(station)
    user = await make_user(station, who, player_id=player_id)
    return Caller(await log_in(station, user), ROLES[who], user.user_id, player_id)


async def _subject(station: Station, endpoint: Endpoint, caller: Caller, *, own: bool) -> Subject:
    """Make what the path names, the caller's own or another's, and a body that fits."""
    path = endpoint.path
    if "{player_id}" in path:
        player_id = caller.player_id if own and caller.player_id else await make_player(station)
        await make_photo(station, player_id)
        path = path.replace("{player_id}", player_id)
    path = await _with_account(station, path, caller.user_id if own else None)
    path = path.replace("{delivery_id}", await make_delivery(station) if "{delivery_id}" in path else "")
    if "{correction_id}" in path:
        path = path.replace("{correction_id}", await _correction(station, caller, path.rpartition("/")[2], own=own))
    path = await with_tournament(station, await _with_alert(station, path))
    if "{match_id}" in path:
        path = path.replace("{match_id}", await _match(station, path.rpartition("/")[2]))
    if "{backup_name}" in path:
        backup = await asyncio.to_thread(station.services.backups.back_up_now)
        path = path.replace("{backup_name}", "none" if backup is None else backup.name)
    if endpoint.entity == "camera" and endpoint.publishes:
        path = path.replace("{camera_id}", await make_camera(station))
    for name in endpoint.parameters:
        if "{" + name + "}" in path and (resource := resource_of(name)) is not None:
            author = {"author": caller.user_id} if own and name == "comment_id" and caller.user_id else {}
            path = path.replace("{" + name + "}", await insert_entity(station, resource, **author))
    await station.happen(hit(f"d{secrets.token_hex(4)}"))
    known = {"{throw_id}": "d-known", "{visit_id}": "v-known", "{session_id}": "s_d-known", "{name}": "dart_hit", "{topic}": "board:main"}
    known |= {"{camera_id}": "cam0", "{device_id}": "simulated-0", "{kind}": "after", "{set_number}": "1", "{leg_number}": "1"}
    known |= {"{voice}": "ann", "{sound}": "180.mp3", "{dataset_id}": "throws"}
    for name, value in known.items():
        path = path.replace(name, value)
    if endpoint.body is NewCorrection:
        match_id = await _match(station, "undo", caller.player_id)
        return Subject(path, {"type": "delete", "match_id": match_id, "visit": 1, "dart": 1})
    return Subject(_with_query(path, endpoint), await _body(station, endpoint))


def _with_query(path: str, endpoint: Endpoint) -> str:
    """Return a path with what makes its answer small: a stream that ends, and CSV, since a PDF takes another process a second."""
    if endpoint.path.endswith("/export"):
        return f"{path}?format=csv"
    return f"{path}?once=true" if endpoint.method == "GET" and endpoint.media == "text/event-stream" else path


async def _with_alert(station: Station, path: str) -> str:
    """Return a path with an alert, if it names one."""
    if "{alert_id}" in path:
        await station.happen(AlertChanged(alert=ALERT))
    return path.replace("{alert_id}", str(ALERT.alert_id))


async def _with_account(station: Station, path: str, owner: str | None) -> str:
    """Return a path with a user or a key, if it names one."""
    if "{user_id}" in path:
        return path.replace("{user_id}", (await make_user(station, "viewer")).user_id)
    if "{key_id}" in path:
        return path.replace("{key_id}", (await make_key(station, "viewer", None, owner))[0])
    return path


async def _correction(station: Station, caller: Caller, action: str, *, own: bool) -> str:
    """Make a correction that waits for the caller (own): asked for by the caller, or about a dart of the caller's opponent."""
    decides = action in {"confirm", "reject"}
    thrower, other = await make_player(station), caller.player_id if own and caller.player_id else await make_player(station)
    state = CorrectionState(
        correction_id=f"c_{secrets.token_hex(4)}",
        type="change",
        status="pending",
        match_id=await _match(station, "undo", thrower, other),
        set=1,
        leg=1,
        visit=1,
        dart=1,
        label="T5",
        previous_label="T20",
        player_id=thrower,
        requested_by=(caller.user_id if own and not decides else None) or "another",
        created_at=AT,
    )
    payload = msgspec.to_builtins(state)
    added = EntityAdded(entity_type="correction", entity_id=state.correction_id, payload=payload, user_id=state.requested_by)
    await station.pipeline.write(lambda _: Outcome(None, [added]))
    return state.correction_id


async def _match(station: Station, action: str, *player_ids: str | None) -> str:
    """Make a match that allows the action; the first sides are players with these profiles."""
    match_id = f"m_{secrets.token_hex(4)}"
    new = create(match_id, players=(), board=False, legs=2, start=40 if action in {"sign", "unsign"} else 501)
    profiles = dict(enumerate(player_ids))
    entrants = [MatchPlayer(player_id=profiles.get(k), name=None if profiles.get(k) else name) for k, name in enumerate("AB")]
    sides = tuple(EnteredSide(players=(each,)) for each in entrants)
    bull_off: Any = "normal" if action == "bull_off" else "off"
    await station.pipeline.submit(msgspec.structs.replace(new, sides=sides, bull_off=bull_off, start=action != "start"))
    needed: dict[str, list[MatchCommand]] = {
        "resume": [StepMatch(match_id=match_id, step="pause", at=AT)],
        "undo": [ThrowByHand(match_id=match_id, darts=("T20",))],
        "redo": [ThrowByHand(match_id=match_id, darts=("T20",)), UndoDarts(match_id=match_id)],
        "sign": [ThrowByHand(match_id=match_id, darts=("D20",))],
        "unsign": [ThrowByHand(match_id=match_id, darts=("D20",)), SignLeg(match_id=match_id, set=1, leg=1)],
    }
    for command in needed.get(action, []):
        await station.pipeline.submit(command)
    return match_id


async def _body(station: Station, endpoint: Endpoint) -> Any:
    if endpoint.path.endswith(("/pairings/claim", "/pairings/confirm")):
        return begin_pairing(station, endpoint.path.rpartition("/")[2])
    if endpoint.path.endswith("/cameras"):
        name = secrets.token_hex(4)
        return {"name": name, "url": f"rtsp://cam/{name}"}
    if endpoint.body is PlayerMerge:
        return {"into": await make_player(station)}
    return await _plain_body(station, endpoint)


async def _plain_body(station: Station, endpoint: Endpoint) -> Any:
    name = secrets.token_hex(4)
    if endpoint.path.endswith("/login"):
        user = await make_user(station, "viewer")
        return {"username": user.username, "password": PASSWORD}
    if endpoint.path.endswith("/refresh"):
        user = await make_user(station, "viewer")
        accounts = station.services.accounts
        _, refresh = await accounts.log_in(user, _audit_entry())
        return {"refresh_token": refresh}
    if endpoint.path.endswith("/calibration"):
        return msgspec.to_builtins(camera_at(0, 0.4))
    if endpoint.path.endswith(("/users", "/register")):
        return {"username": name, "password": PASSWORD}
    if endpoint.example is not None and endpoint.entity not in {"user", "key", "player"}:
        return msgspec.to_builtins(endpoint.example)
    return {"POST": {"name": name}, "PUT": {"name": name}}.get(endpoint.method) if endpoint.body not in {NoParameters, SignOn} else {}


def _audit_entry() -> Any:
    return AuditEntry(at_s=1.0, user_id="u", action="x", entity_type="session")


def _expected(endpoint: Endpoint, who: str, caller: Caller, *, own: bool) -> set[int]:
    conflicts = {409} if endpoint.path.endswith(("/start", "/stop", "/calibrate", "/cameras")) else set()
    conflicts |= {422} if endpoint.path.endswith("/points") else set()  # the picture of the station is none
    conflicts |= {503} if endpoint.path.endswith("/pairings") else set()  # one address may have only so many codes
    good = {endpoint.status} | conflicts
    if endpoint.permission is None:
        return good
    if who in FORGED:
        return {401}
    if endpoint.permission in caller.rights:
        return good
    if endpoint.own in caller.rights:
        return good if own or not endpoint.parameters else {403}
    return {401} if who == "anonymous" else {403}


@pytest.mark.parametrize(
    "endpoint", [each for each in ENDPOINTS if ":path}" not in each.path and not each.streaming], ids=lambda e: f"{e.method} {e.path}"
)
async def test_route_answers_as_declared(station: Station, http: httpx2.AsyncClient, endpoint: Endpoint) -> None:
    """Every route answers every caller as declared, about own entities and those of others."""
    await _known(station)
    wrong = []
    for who in CALLERS:
        for own in (True, False):
            caller = await _caller(station, who, endpoint)
            subject = await _subject(station, endpoint, caller, own=own)
            given = {} if subject.body is None else {"json": subject.body}
            kind = {"Content-Type": "image/png"} if endpoint.body_media_types else {}
            given = {"content": PNG} if endpoint.body_media_types else given
            answer = await http.request(endpoint.method, subject.path, headers={**caller.headers, **kind}, **given)
            expected = _expected(endpoint, who, caller, own=own)
            if answer.status_code not in expected or answer.status_code not in {endpoint.status, *endpoint.errors}:
                wrong.append((who, "own" if own else "another's", answer.status_code, expected, answer.text[:200]))

    assert wrong == []


class _Every(set[str]):
    """A set that has every text."""

    def __contains__(self, _: object) -> bool:
        return True


async def _provoked(station: Station, http: httpx2.AsyncClient, endpoint: Endpoint) -> dict[int, int]:
    """Return, for each status that follows from a declaration, the status of a request that provokes it."""
    found: dict[int, int] = {}
    operator = bearer(TOKEN)
    caller = await _caller(station, "admin", endpoint)
    subject = await _subject(station, endpoint, caller, own=True)
    valid: dict[str, Any] = {} if subject.body is None else {"json": subject.body}
    kind: dict[str, str] = {}
    if endpoint.body_media_types:
        valid, kind = {"content": PNG}, {"Content-Type": "image/png"}

    async def ask(path: str = subject.path, headers: dict[str, str] | None = None, **given: Any) -> int:
        again = await _caller(station, "admin", endpoint) if endpoint.path.endswith("/logout") and found else caller
        headers = {**again.headers, **(headers or {})}
        if endpoint.streaming:  # a refusal ends at once; an answer may never end
            async with http.stream(endpoint.method, path, headers=headers) as answer:
                return answer.status_code
        return (await http.request(endpoint.method, path, headers=headers, **given)).status_code

    unknown = endpoint.path
    for name in endpoint.parameters:
        unknown = unknown.replace("{" + name + "}", "1" if name.endswith("_number") else "no-such-thing")
    without = await _caller(station, "key without", endpoint)
    found[401] = (await http.request(endpoint.method, subject.path, headers=bearer("no token"), **valid)).status_code
    found[403] = (await http.request(endpoint.method, subject.path, headers={**without.headers, **kind}, **valid)).status_code
    found[404] = await ask(unknown, kind, **valid)
    found[413] = await ask(headers=kind, content=b" " * (endpoint.max_body_bytes + 1))
    found[415] = await ask(headers={"Content-Type": "text/csv"}, content=b"a;b")
    found[400] = await ask(headers={"Content-Type": "application/json"}, content=b"{")
    found[422] = await ask(f"{subject.path}{'&' if '?' in subject.path else '?'}no_such_parameter=1", kind, **valid)
    found[412] = await ask(headers={"If-Match": '"v999"', **kind}, **valid)
    found[304] = await ask(headers={"If-None-Match": "*"})
    if endpoint.body is not None or endpoint.body_media_types:
        found[422] = await ask(headers={"Content-Type": "image/png" if kind else "application/json"}, content=b"[]")
    elif endpoint.method == "POST":
        found[422] = await ask(headers={"Idempotency-Key": "k" * 201})
    object.__setattr__(station.services, "running_idempotency_keys", _Every())
    found[409] = await ask(headers={"Idempotency-Key": "any", **kind}, **valid)
    station.services.limits.limit_of = lambda *_: 1  # type: ignore[method-assign]
    await ask(headers={**operator, **kind}, **valid)
    found[429] = await ask(headers={**operator, **kind}, **valid)
    return found


@pytest.mark.parametrize("endpoint", [each for each in ENDPOINTS if ":path}" not in each.path], ids=lambda e: f"{e.method} {e.path}")
async def test_no_status_is_declared_that_cannot_occur(station: Station, http: httpx2.AsyncClient, endpoint: Endpoint) -> None:
    """Each status that follows from the declaration can be provoked, and none of the others.

    500 and 503 may occur anywhere; what a handler adds is in `statuses`.
    """
    await _known(station)
    found = await _provoked(station, http, endpoint)
    derived = {status for status in endpoint.errors if status not in {500, 503, *endpoint.statuses}}

    assert {status: found[status] for status in derived} == {status: status for status in derived}
    assert {status for status, given in found.items() if status == given} <= {*endpoint.errors, endpoint.status}


async def _known(station: Station) -> None:
    answer_probes(station)
    folder = Path(station.services.config.state_dir) / "images" / "d-known"
    await asyncio.to_thread(folder.mkdir, parents=True)
    await asyncio.to_thread((folder / "cam0-after.jpg").write_bytes, b"a picture")
    overlay = station.services.config.state_path / overlay_file(CameraId("cam0"))
    await asyncio.to_thread(overlay.parent.mkdir, parents=True)
    await asyncio.to_thread(overlay.write_bytes, b"a picture")
    voice = station.services.config.state_path / voices.FOLDER / "ann"
    await asyncio.to_thread(voice.mkdir, parents=True)
    await asyncio.to_thread((voice / "180.mp3").write_bytes, b"a sound")
    await Calibrations(station.services.database).keep(camera_at(0, 0.4), at_s=1.0)
    await station.happen(hit("d-known"), VisitCompleted(visit_id=VisitId("v-known"), throws=(), total=0, reason="takeout"))


@pytest.mark.parametrize("who", ["anonymous", *ROLES])
async def test_topics_are_sent_to_callers_with_the_permission(station: Station, http: httpx2.AsyncClient, who: str) -> None:
    """A caller finds in the journal what the permissions allow, kind by kind."""
    admin = await log_in(station, await make_user(station, "admin"))
    await http.post("/api/v1/players", json={"name": "Ann"}, headers=admin)
    await http.post("/api/v1/users", json={"username": "eve", "password": PASSWORD}, headers=admin)
    await http.post("/api/v1/auth/api-keys", json={"name": "k"}, headers=admin)
    await station.happen(hit("d1"))
    headers, rights = ({}, ANONYMOUS) if who == "anonymous" else (await log_in(station, await make_user(station, who)), ROLES[who])
    seen = {kind_of(event["topic"]) for event in (await http.get("/api/v1/events", headers=headers)).json()["data"]}

    assert seen == {kind for kind in ("board", "player", "user", "key", "session") if TOPIC_PERMISSIONS[kind] in rights}


def test_every_topic_has_a_permission() -> None:
    """Each kind of topic asks for a permission that there is."""
    assert set(TOPIC_PERMISSIONS.values()) <= set(PERMISSIONS)
