"""The discovery message of Home Assistant: one device with all its entities and triggers; pure.

The components were accepted by the schemas of Home Assistant 2024.3.3 (tests/support/home_assistant.py says how); the message of a whole
device is read since 2024.11.
"""

from collections.abc import Iterable
from typing import Any, Final

from dartd.outlets.mqtt.messages import EVENT_TYPES, TRIGGERS, Topics
from schemas.base import CameraId

_MEASURED: Final = {"state_class": "measurement"}

Component = dict[str, Any]


def discovery_topic(prefix: str, board_id: str) -> str:
    """Return the topic of the discovery message of a board."""
    return f"{prefix}/device/dartd_{board_id}/config"


def device_message(
    topics: Topics, *, board_id: str, name: str, version: str, url: str | None, cameras: Iterable[CameraId], commands: bool
) -> dict[str, Any]:
    """Return the message: Home Assistant adds its components, and removes those that are no longer in it."""
    device = {
        "identifiers": [f"dartd_{board_id}"],
        "name": name,
        "manufacturer": "dartd",
        "model": "Dartboard",
        "sw_version": version,
        **({} if url is None else {"configuration_url": url}),
    }
    return {
        "device": device,
        "origin": {"name": "dartd", "sw_version": version},
        "availability_topic": topics.availability,
        "components": components(topics, board_id=board_id, cameras=cameras, commands=commands),
    }


def components(topics: Topics, *, board_id: str, cameras: Iterable[CameraId], commands: bool) -> dict[str, Component]:
    """Return the components of a board by name."""
    found = {
        **_sensors(topics),
        **{f"fps_{camera_id}": _fps(topics, camera_id) for camera_id in cameras},
        "dart": {"platform": "event", "name": "Events", "state_topic": topics.event, "event_types": list(EVENT_TYPES)},
        **(_controls(topics) if commands else {}),
    }
    named = {name: {**component, "unique_id": f"dartd_{board_id}_{name}"} for name, component in found.items()}
    return named | _triggers(topics)


def _sensors(topics: Topics) -> dict[str, Component]:
    texts = {
        "status": ("Status", "status"),
        "thrower": ("Thrower", "play.thrower"),
        "game": ("Game", "play.game"),
        "score": ("Legs", "play.score"),
    }
    numbers = {"total": ("Visit", "visit.total"), "remaining": ("Remaining", "play.remaining"), "average": ("Average", "play.average")}
    switches = {"takeout": ("Takeout", "value_json.status == 'takeout'"), "bust": ("Bust", "value_json.play.bust")}
    sensors: dict[str, Component] = {}
    for key, (name, field) in texts.items():
        sensors[key] = _sensor(topics, name, f"{{{{ value_json.{field} or 'none' }}}}")
    for key, (name, field) in numbers.items():
        sensors[key] = {**_sensor(topics, name, f"{{{{ value_json.{field} }}}}"), **_MEASURED}
    for key, (name, condition) in switches.items():
        template = f"{{{{ 'ON' if {condition} else 'OFF' }}}}"
        sensors[key] = {**_sensor(topics, name, template), "platform": "binary_sensor"}
    sensors["last"] = _sensor(topics, "Last dart", "{{ value_json.visit.throws[-1].label if value_json.visit.throws else 'none' }}")
    problem = "{{ 'ON' if value_json.status == 'error' else 'OFF' }}"
    sensors["problem"] = {**_sensor(topics, "Problem", problem), "platform": "binary_sensor", "device_class": "problem"}
    return sensors


def _sensor(topics: Topics, name: str, template: str) -> Component:
    return {"platform": "sensor", "name": name, "state_topic": topics.state, "value_template": template}


def _fps(topics: Topics, camera_id: CameraId) -> Component:
    return {
        "platform": "sensor",
        "name": f"Frames per second {camera_id}",
        "state_topic": topics.cameras,
        "value_template": f"{{{{ value_json['{camera_id}'] }}}}",
        "unit_of_measurement": "fps",
        "entity_category": "diagnostic",
        **_MEASURED,
    }


def _controls(topics: Topics) -> dict[str, Component]:
    buttons = {"reset": "Reset", "calibrate": "Calibrate"}
    detection = {
        "platform": "switch",
        "name": "Detection",
        "command_topic": topics.command,
        "payload_on": "start",
        "payload_off": "stop",
        "state_topic": topics.state,
        "value_template": "{{ 'OFF' if value_json.status == 'stopped' else 'ON' }}",
        "state_on": "ON",
        "state_off": "OFF",
    }
    pressed = {
        key: {"platform": "button", "name": name, "command_topic": topics.command, "payload_press": key} for key, name in buttons.items()
    }
    return {"detection": detection, **pressed}


def _triggers(topics: Topics) -> dict[str, Component]:
    return {
        f"trigger_{payload}": {
            "platform": "device_automation",
            "automation_type": "trigger",
            "topic": topics.trigger,
            "payload": payload,
            "type": kind,
            "subtype": payload,
        }
        for payload, kind in TRIGGERS.items()
    }
