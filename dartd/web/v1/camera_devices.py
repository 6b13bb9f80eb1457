"""`/api/v1/camera-devices`: the cameras that may be added, those that are plugged in or simulated ones, each with a picture."""

import re
from pathlib import Path

from starlette.responses import Response

from dartd.web.http.endpoint import Call, Endpoint
from dartd.web.http.paging import missing
from dartd.web.http.problems import Problem
from dartd.web.services import Services
from schemas.api.cameras import CameraDevice, CameraDevices
from schemas.base import CameraId
from schemas.pipe.to_worker import SourceSpec

SIMULATED = 3  # cameras of a simulated board
EMPTY_S = 20.0  # a simulated board that is added stays empty for so long, and ten seconds more: its cameras are set up meanwhile


async def get_devices(call: Call) -> CameraDevices:
    """Return the cameras that may be added."""
    return CameraDevices(data=await _devices(call.services))


async def get_device_picture(call: Call) -> Response:
    """Return a picture: of the camera that uses the device, or a small one of a device that is not in use."""
    services, device_id = call.services, call.path("device_id")
    device = next((each for each in await _devices(services) if each.device_id == device_id), None)
    if device is None:
        raise missing("camera device", device_id)
    if device.camera_id is not None:
        jpeg = await services.previews.snapshot(CameraId(device.camera_id))
    else:
        found = await services.camera_processes.picture(SourceSpec(camera_id=CameraId("device"), url=device.url))
        if found.refusal:
            raise Problem(503, "CAMERA_OFFLINE", found.refusal, details={"device_id": device_id}, headers={"Retry-After": "5"})
        jpeg = found.jpeg
    return Response(jpeg, headers={"Cache-Control": "no-store"}, media_type="image/jpeg")


async def _devices(services: Services) -> tuple[CameraDevice, ...]:
    """Return the cameras that are plugged in; without any, or on a simulated board, simulated ones."""
    used = {source.url: str(source.camera_id) for source in services.rig.sources.values()}
    found = [
        CameraDevice(device_id=Path(each.url).name, name=each.name, url=each.url, kind="usb", camera_id=used.get(each.url))
        for each in await services.camera_processes.devices()
    ]
    simulated = [] if found and not services.simulated else _simulated(services)
    return (
        *found,
        *(
            CameraDevice(device_id=f"simulated-{k}", name=f"Simulation {k + 1}", url=url, kind="simulator", camera_id=used.get(url))
            for k, url in enumerate(simulated)
        ),
    )


def _simulated(services: Services) -> list[str]:
    """Return the addresses of the simulated cameras: those of the scene that is shown already, else of one that begins soon."""
    shown = next((source.url for source in services.rig.sources.values() if source.url.startswith("sim:")), None)
    scene = shown or f"sim:?rig=1&seed=1&story=demo&epoch={services.now() + EMPTY_S:.0f}&camera=0"
    return [re.sub(r"\bcamera=\d+", f"camera={k}", scene) for k in range(SIMULATED)]


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/camera-devices",
        handler=get_devices,
        permission="cameras:config",
        rate="default",
        summary="The cameras that may be added: those that are plugged in, else simulated ones",
        tag="cameras",
        answer=CameraDevices,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/camera-devices/{device_id}/picture",
        handler=get_device_picture,
        permission="cameras:config",
        rate="default",
        summary="A picture of a camera that may be added",
        tag="cameras",
        answer=None,
        media="image/jpeg",
        statuses=(503,),
    ),
]
