"""Check components of a discovery message, as JSON on standard input, against the schemas of the Home Assistant that is installed.

It runs where Home Assistant is, in an environment of its own:

    python3.11 -m venv /tmp/ha && /tmp/ha/bin/pip install homeassistant==2024.3.3 'paho-mqtt<2'
    .venv/bin/python -m tests.support.home_assistant message | /tmp/ha/bin/python tests/support/home_assistant.py
"""

import importlib
import json
import sys
from typing import Any


def problem_of(component: dict[str, Any]) -> str | None:
    """Return why Home Assistant would not take a component, None if it would."""
    config = dict(component)
    platform = config.pop("platform")
    if platform == "device_automation":
        module = importlib.import_module("homeassistant.components.mqtt.device_trigger")
        schema = module.TRIGGER_DISCOVERY_SCHEMA
        config = {**config, "platform": "mqtt"}
    else:
        schema = importlib.import_module(f"homeassistant.components.mqtt.{platform}").DISCOVERY_SCHEMA
    try:
        schema(config)
    except Exception as error:  # noqa: BLE001 - voluptuous is not installed here; whatever it is, it is printed
        return str(error)
    return None


def message_of_a_board() -> dict[str, Any]:
    """Return the message of a board with two cameras and commands."""
    messages = importlib.import_module("dartd.outlets.mqtt.messages")
    discovery = importlib.import_module("dartd.outlets.mqtt.discovery")
    board = {"board_id": "main", "name": "Dartboard", "version": "1", "url": "http://board.local:8000/", "cameras": ("cam0", "cam1")}
    found: dict[str, Any] = discovery.device_message(messages.topics_of("dartd", "main"), commands=True, **board)
    return found


if __name__ == "__main__":
    if sys.argv[1:] == ["message"]:
        print(json.dumps(message_of_a_board()))
        sys.exit()
    message = json.load(sys.stdin)
    common = {key: message[key] for key in ("device", "availability_topic")}
    failed = 0
    for name, component in message["components"].items():
        shared = {"device": common["device"]} if component["platform"] == "device_automation" else common
        problem = problem_of({**component, **shared})
        failed += problem is not None
        print(f"{'refused' if problem else 'accepted'} {component['platform']} {name} {problem or ''}")
    sys.exit(failed)
