"""The keys of what dartd is to other systems: interfaces of other boards, MQTT, mDNS and NATS."""

from typing import Annotated, Literal

from msgspec import Meta

from dartd.config.section import Network, Section

_Surface = (
    Annotated[int, Meta(ge=1, le=65_535, description='false, "same_port" for server.port, or a port of its own')]
    | Literal["same_port"]
    | bool
)


class CompatConfig(Section, frozen=True, kw_only=True):
    """The interfaces of other boards, for clients that know only those. Every client that may reach them may command the board."""

    autodarts: _Surface = False
    arudart: _Surface = False
    opendarts: _Surface = False
    caller: Annotated[int, Meta(ge=1, le=65_535, description="the port of darts-caller's data feeder, 8079 for its clients")] | None = None
    allow: tuple[Network, ...] = (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1",
        "fc00::/7",
        "fe80::/10",
    )

    @property
    def surfaces(self) -> dict[str, int | None]:
        """Return the interfaces that are on, each with its port; None: `server.port`."""
        asked = {"autodarts": self.autodarts, "arudart": self.arudart, "opendarts": self.opendarts, "caller": self.caller or False}
        return {name: None if port == "same_port" else int(port) for name, port in asked.items() if port is not False}


class MqttConfig(Section, frozen=True, kw_only=True):
    """Events, state and commands over MQTT, with the discovery of Home Assistant."""

    url: Annotated[str, Meta(pattern=r"^mqtts?://[^/@\s]+\Z", description="mqtt://host:1883, or mqtts:// for TLS")] | None = None
    username: str | None = None
    password_file: str | None = None
    tls_ca: str | None = None
    prefix: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\Z", description="the first part of the topics")] = "dartd"
    discovery_prefix: Annotated[
        str, Meta(pattern=r"^([A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*)?\Z", description="that of Home Assistant; empty: no discovery")
    ] = "homeassistant"
    commands: bool = False


class MdnsConfig(Section, frozen=True, kw_only=True):
    """The announcement of the board in the local network."""

    enabled: bool = False


_Token = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}\Z", description="1 to 32 letters, digits, - or _")]


class NatsConfig(Section, frozen=True, kw_only=True):
    """The venue: the journals of many boards in a stream of NATS JetStream, for `dartd relay` and `dartd central`."""

    url: Annotated[str, Meta(pattern=r"^(nats|tls)://[^/@\s]+\Z", description="nats://host:4222, or tls:// for TLS")] | None = None
    venue: _Token = "main"
    stream: _Token = "DARTD"
    keep_days: Annotated[float, Meta(ge=1, le=36_500, description="days for which a stream that dartd creates keeps events")] = 30
    credentials_file: str | None = None
    username: str | None = None
    password_file: str | None = None
    token_file: str | None = None
    nkey_file: str | None = None
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
