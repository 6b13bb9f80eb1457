"""`/api/v1/cameras`: the cameras of the board, and those that are added, changed and removed while it runs."""

import asyncio
import re
import secrets
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import UNSET

from dartd.config import redact_url
from dartd.store.cameras import CAMERAS, join_credentials, split_credentials, zones_by_camera
from dartd.store.entity import Row
from dartd.store.timestamps import timestamp_of
from dartd.web.http.endpoint import Answer, Call
from dartd.web.http.entity_resource import given_fields
from dartd.web.http.fields import Fields
from dartd.web.http.paging import missing, page_request
from dartd.web.http.problems import Problem
from dartd.web.http.resource import Resource
from dartd.web.services import Services
from schemas.api.answers import Listed, Pagination
from schemas.api.cameras import (
    Camera,
    CameraChange,
    CameraKind,
    CameraPicture,
    CameraSettings,
    CamerasQuery,
    CameraStatusName,
    NewCamera,
    StoredCamera,
)
from schemas.base import CameraId
from schemas.events import CameraSnapshot
from schemas.pipe.to_worker import CameraControls, SourceSpec

MAX_CAMERAS = 16  # of one board; each is a process
DEFAULT_SIZE, DEFAULT_FPS = (1280, 720), 30.0  # of a camera that does not answer

_KINDS: dict[str, CameraKind] = {"v4l2": "usb", "sim": "simulator", "recording": "recording", "file": "file"}
_ADDED = re.compile(r"(v4l2:)?/dev/(video\d+|v4l/by-(path|id)/[^/]+)|(rtsps?|https?)://[^/?#]+.*|sim:\?.*")

_FIELDS = Fields(CAMERAS.table, StoredCamera, {}, {})


# What is known of a camera.


def _kind_of(url: str) -> CameraKind:
    return "usb" if url.startswith("/dev/") else _KINDS.get(url.partition(":")[0], "stream")


def _configured(services: Services) -> list[StoredCamera]:
    """Return the cameras of the configuration file."""
    started_at = timestamp_of(services.accounts.now() - (services.now() - services.started_at_s))
    return [
        StoredCamera(
            camera_id=camera.id,
            name=camera.id,
            url=redact_url(camera.url).replace("***@", ""),
            kind=_kind_of(camera.url),
            location=None,
            resolution=f"{camera.width}x{camera.height}",
            fps=camera.fps,
            settings=CameraSettings(near_sector=camera.near_sector, **msgspec.structs.asdict(camera.controls)),
            created_at=started_at,
            updated_at=started_at,
        )
        for camera in services.config.cameras
    ]


def _shown(services: Services, stored: StoredCamera, zones_count: int) -> Camera:
    """Return a camera with its present state."""
    camera_id = CameraId(stored.camera_id)
    board = next((each for each in services.board.snapshot().cameras if each.camera_id == camera_id), None)
    seen_s = services.rig.last_seen_s(camera_id)
    return Camera(
        source="config" if camera_id in services.rig.configured else "api",
        status=_status_of(board, was_seen=seen_s is not None),
        reason=board.reason if board else "",
        measured_fps=board.fps if board else 0.0,
        last_seen_at=None if seen_s is None else timestamp_of(seen_s),
        calibrated_at=board.calibrated_at if board else None,
        residual_px=board.residual_px if board else None,
        residual_mm=board.residual_mm if board else None,
        picture=_picture(services, camera_id),
        zones_count=zones_count,
        **msgspec.structs.asdict(stored),
    )


def _picture(services: Services, camera_id: CameraId) -> CameraPicture | None:
    figures = services.previews.figures(camera_id)
    if figures is None:
        return None
    return CameraPicture(**msgspec.structs.asdict(figures), exposure=figures.exposure, focus=figures.focus)


def _status_of(board: CameraSnapshot | None, *, was_seen: bool) -> CameraStatusName:
    """Return the status of a camera: inactive until its first frame."""
    match board.state if board else "starting":
        case "ready":
            return "active"
        case "calibrating":
            return "calibrating"
        case "error":
            return "error"
        case _:
            return "offline" if was_seen else "inactive"


async def _all(call: Call) -> list[Camera]:
    services = call.services
    rows = await call.read(lambda c: (CAMERAS.page(c, page_request(CamerasQuery(limit=100))).rows, zones_by_camera(c)))
    stored = [*_configured(services), *(_FIELDS.answer_of(services, row) for row in rows[0])]
    return [_shown(services, each, rows[1].get(each.camera_id, 0)) for each in stored]


async def _one(call: Call) -> tuple[Camera, int]:
    """Return the camera that the path names, and its version.

    Raises:
        Problem: 404.
    """
    camera_id, services = call.path("camera_id"), call.services
    zones, row = await call.read(lambda c: (zones_by_camera(c), CAMERAS.get(c, camera_id)))
    stored = next((each for each in _configured(services) if each.camera_id == camera_id), None)
    if stored is None:
        if row is None:
            raise missing("camera", camera_id)
        stored = _FIELDS.answer_of(services, row)
    return _shown(services, stored, zones.get(camera_id, 0)), 1 if row is None else row.version


async def get_cameras(call: Call) -> Listed[Camera]:
    """Return a page of cameras."""
    asked: CamerasQuery = call.query
    page_request(asked)
    found = [each for each in await _all(call) if asked.status in {None, each.status}]
    found.sort(key=lambda each: (getattr(each, asked.sort.removeprefix("-")), each.camera_id), reverse=asked.sort.startswith("-"))
    after = next((k + 1 for k, each in enumerate(found) if each.camera_id == asked.cursor), len(found)) if asked.cursor else asked.offset
    page = tuple(found[after : after + asked.limit])
    next_cursor = page[-1].camera_id if after + len(page) < len(found) and page else None
    return Listed(data=page, pagination=Pagination(total=len(found), limit=asked.limit, offset=asked.offset, next_cursor=next_cursor))


async def get_camera(call: Call) -> Answer:
    """Return one camera."""
    camera, version = await _one(call)
    return Answer(value=camera, version=version)


# Adding, changing and removing.


async def post_camera(call: Call) -> Answer:
    """Add a camera: open it once to find its size and rate, store it, start its process."""
    asked: NewCamera = call.body
    services = call.services
    camera_id = asked.camera_id or f"cam_{secrets.token_hex(4)}"
    if camera_id in services.rig.sources:
        raise _taken("camera_id", f"there is a camera {camera_id!r} already")
    if len(services.rig.sources) >= MAX_CAMERAS:
        raise Problem(409, "STATE_CONFLICT", f"there are {MAX_CAMERAS} cameras already", details={"limit": MAX_CAMERAS})
    address = _address(asked.url, asked.rtsp_url)
    if address is None:
        raise _invalid("url", "expected the address of the camera")
    source, userinfo = await _probed(call, camera_id, address, asked.resolution, asked.fps, asked.settings)
    now_s, url = services.accounts.now(), split_credentials(address)[0]
    values = {
        "camera_id": camera_id,
        "name": asked.name,
        "url": url,
        "kind": _kind_of(url),
        "location": asked.location,
        "resolution": f"{source.width}x{source.height}",
        "fps": source.fps,
        "settings": asked.settings,
    }

    def insert(connection: Any) -> Answer:
        row = CAMERAS.insert(connection, _FIELDS.columns_of(values), at_s=now_s)
        return _answer(services, row, 0, location=f"/api/v1/cameras/{camera_id}")

    answer: Answer = await call.change(insert, camera_id)
    await _keep_credentials(services, camera_id, userinfo)
    await services.rig.add(source)
    return answer


async def put_camera(call: Call) -> Answer:
    """Change a camera; its process is replaced if address, size, rate or settings differ."""
    camera_id, given = await _writable(call), given_fields(call.body)
    services = call.services
    known: StoredCamera = _FIELDS.answer_of(services, await call.read(lambda c: CAMERAS.get(c, camera_id)))
    userinfo = (await asyncio.to_thread(services.camera_credentials.read)).get(camera_id, "")
    address = _address(given.pop("url", None), given.pop("rtsp_url", None))
    wanted = {name: given.pop(name, None) or getattr(known, name) for name in ("resolution", "fps", "settings")}
    source = _source(camera_id, join_credentials(known.url, userinfo), *wanted.values())
    if address is not None:
        if split_credentials(address) == (known.url, ""):
            address = join_credentials(address, userinfo)  # as GET showed it
        if address != source.url:
            source, userinfo = await _probed(call, camera_id, address, wanted["resolution"], wanted["fps"], wanted["settings"])
    url, now_s = split_credentials(source.url)[0], services.accounts.now()
    sized = {"resolution": f"{source.width}x{source.height}", "fps": source.fps, "settings": wanted["settings"]}
    values = {name: value for name, value in {**given, **sized, "url": url, "kind": _kind_of(url)}.items() if name != "name" or value}

    def update(connection: Any) -> Answer:
        zones = zones_by_camera(connection).get(camera_id, 0)
        row = CAMERAS.update(connection, camera_id, _FIELDS.columns_of(values), at_s=now_s, version=call.if_version)
        if row is None:
            raise missing("camera", camera_id)
        return _answer(services, row, zones)

    answer: Answer = await call.change(update, camera_id)
    await _keep_credentials(services, camera_id, userinfo)
    await services.rig.change(source)
    return answer


async def delete_camera(call: Call) -> Answer:
    """Remove a camera: end its process and forget its credentials."""
    camera_id = await _writable(call)

    def delete(connection: Any) -> Answer:
        if not CAMERAS.delete(connection, camera_id):
            raise missing("camera", camera_id)
        return Answer(entity_id=camera_id)

    answer: Answer = await call.change(delete, camera_id)
    await call.services.rig.remove(CameraId(camera_id))
    await _keep_credentials(call.services, camera_id, "")
    return answer


async def _writable(call: Call) -> str:
    """Return the id of the camera that the path names.

    Raises:
        Problem: 404, or 409 for one of the configuration file.
    """
    camera, _ = await _one(call)
    if camera.source == "config":
        message = f"{camera.camera_id} is in the configuration file: change it there and restart dartd"
        raise Problem(409, "STATE_CONFLICT", message, details={"camera_id": camera.camera_id, "source": "config"})
    return camera.camera_id


def _address(url: Any, rtsp_url: Any) -> str | None:
    """Return the address of a request, None if there is none.

    Raises:
        Problem: 422 if it is of a kind that is not allowed.
    """
    given = next((each for each in (url, rtsp_url) if each is not None and each is not UNSET), None)
    if given is None:
        return None
    if _ADDED.fullmatch(given) is None:
        raise _invalid("url", "expected /dev/video…, /dev/v4l/by-path/…, rtsp://…, http://…, https://… or sim:?…")
    return str(given)


async def _probed(
    call: Call, camera_id: str, address: str, resolution: str | None, fps: float | None, settings: CameraSettings
) -> tuple[SourceSpec, str]:
    """Open a camera in a process of its own; return its source, and its user and password.

    A camera that does not answer is accepted: it may be plugged in later, and its status says what is wrong.
    """
    services, (url, userinfo) = call.services, split_credentials(address)
    shared = next((each.camera_id for each in services.rig.sources.values() if split_credentials(each.url)[0] == url), None)
    if shared not in {None, camera_id} and not url.startswith("sim:"):
        raise _taken("url", f"{shared} has this address already")
    size = None if resolution is None else _size(resolution)
    source = _source(camera_id, address, resolution or f"{DEFAULT_SIZE[0]}x{DEFAULT_SIZE[1]}", fps or DEFAULT_FPS, settings)
    found = await services.camera_processes.probe(source, size)
    if found.refusal:
        return source, userinfo
    return msgspec.structs.replace(source, width=found.width, height=found.height, fps=fps or found.fps or DEFAULT_FPS), userinfo


def _source(camera_id: str, url: str, resolution: str, fps: float, settings: CameraSettings) -> SourceSpec:
    width, height = _size(resolution)
    controls = {name: value for name, value in msgspec.structs.asdict(settings).items() if name != "near_sector"}
    return SourceSpec(
        camera_id=CameraId(camera_id),
        url=url,
        width=width,
        height=height,
        fps=fps,
        near_sector=settings.near_sector,
        controls=CameraControls(**controls),
    )


def source_of(row: Row, userinfo: str) -> SourceSpec:
    """Return the source of a stored camera."""
    settings = msgspec.json.decode(row.settings, type=CameraSettings)
    return _source(row.camera_id, join_credentials(row.url, userinfo), row.resolution, row.fps, settings)


def _size(resolution: str) -> tuple[int, int]:
    width, _, height = resolution.partition("x")
    return int(width), int(height)


async def _keep_credentials(services: Services, camera_id: str, userinfo: str) -> None:
    try:
        await asyncio.to_thread(services.camera_credentials.write, camera_id, userinfo)
    except OSError as error:
        raise Problem(503, "DATABASE_ERROR", f"the credentials of the camera cannot be stored: {error.strerror}") from error


def _answer(services: Services, row: Row, zones_count: int, location: str | None = None) -> Answer:
    """Return the answer to a write; its event, which readers of the board receive, has no address."""
    camera = _shown(services, _FIELDS.answer_of(services, row), zones_count)
    payload = {name: value for name, value in msgspec.to_builtins(camera).items() if name not in {"url", "location"}}
    return Answer(value=camera, entity_id=camera.camera_id, payload=payload, version=row.version, location=location)


def _invalid(field: str, message: str) -> Problem:
    return Problem(422, "VALIDATION_ERROR", f"{field}: {message}", details={"field": f"$.{field}"})


def _taken(field: str, message: str) -> Problem:
    return Problem(409, "RESOURCE_ALREADY_EXISTS", message, details={"field": field})


_ROUTES = Resource(path="/api/v1/cameras", one="/api/v1/cameras/{camera_id}", tag="cameras", answer=Camera, entity="camera")
_NEW = NewCamera(name="Left", url="rtsp://192.0.2.7/stream", resolution="1280x720", fps=30)

ENDPOINTS = [
    _ROUTES.list(get_cameras, "Cameras, a page of them", "cameras:read", CamerasQuery),
    replace(_ROUTES.create(post_camera, "Add a camera and start it", "cameras:config", NewCamera), example=_NEW),
    _ROUTES.read(get_camera, "One camera", "cameras:read", versioned=True),
    _ROUTES.update(put_camera, "Change a camera that was added over the API", "cameras:config", CameraChange),
    _ROUTES.delete(delete_camera, "Remove a camera that was added over the API", "cameras:config", statuses=(409,)),
]
