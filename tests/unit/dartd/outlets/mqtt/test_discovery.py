"""The discovery message: what Home Assistant needs of each component."""

import re

from dartd.outlets.mqtt.discovery import device_message, discovery_topic
from dartd.outlets.mqtt.messages import topics_of
from schemas.base import CameraId

_NEEDED = {
    "sensor": {"state_topic", "value_template", "unique_id"},
    "binary_sensor": {"state_topic", "value_template", "unique_id"},
    "event": {"state_topic", "event_types", "unique_id"},
    "device_automation": {"automation_type", "topic", "type", "subtype"},
    "switch": {"command_topic", "unique_id"},
    "button": {"command_topic", "unique_id"},
}


def test_each_component_is_complete_and_unique() -> None:
    """`platform` and the keys of its schema; ids and triggers are given once; the topic has only allowed characters."""
    topics = topics_of("dartd", "main")
    message = device_message(
        topics, board_id="main", name="Dartboard", version="1", url="http://board/", cameras=[CameraId("cam0")], commands=True
    )
    components = message["components"].values()
    ids = [each["unique_id"] for each in components if "unique_id" in each]
    triggers = [(each["type"], each["subtype"]) for each in components if each["platform"] == "device_automation"]

    assert all(_NEEDED[each["platform"]] <= each.keys() for each in components)
    assert len(ids) == len(set(ids))
    assert len(triggers) == len(set(triggers))
    assert re.fullmatch(r"homeassistant/device/[a-zA-Z0-9_-]+/config", discovery_topic("homeassistant", "main"))
    assert message["device"]["configuration_url"] == "http://board/"
    assert message["origin"]["name"] == "dartd"


def test_without_commands_there_are_no_controls() -> None:
    """Nor an address that is not known."""
    message = device_message(
        topics_of("dartd", "main"), board_id="main", name="Dartboard", version="1", url=None, cameras=(), commands=False
    )

    assert not {"switch", "button"} & {each["platform"] for each in message["components"].values()}
    assert "configuration_url" not in message["device"]
