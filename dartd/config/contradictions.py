"""Checks across keys: combinations of values that are valid one by one."""

import difflib
import ipaddress
import itertools
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from dartd.config.database_url import url_problem
from dartd.config.neighbours import NatsConfig
from dartd.config.refusal import format_value
from dartd.config.sections import AlertRuleConfig, CameraConfig, Config, StoreConfig
from schemas.alert import BuiltinRule
from schemas.board import BoardSpec

URL_SCHEMES = ("v4l2", "rtsp", "http", "https", "file", "recording", "sim")

_SHARED = ("recording:", "file:", "sim:")  # cameras may play the same: a recording has the images of several


def contradictions(config: Config) -> Iterator[tuple[str, str]]:
    """Yield path and reason of each invalid combination."""
    server, board = config.server, config.board
    if (server.tls_cert is None) != (server.tls_key is None):
        missing = "tls_key" if server.tls_key is None else "tls_cert"
        yield f"$.server.{missing}", "missing, TLS needs both tls_cert and tls_key: set both or neither"
    for key, file in (("tls_cert", server.tls_cert), ("tls_key", server.tls_key)):
        if file is not None and not Path(file).is_file():
            yield f"$.server.{key}", f'there is no file "{file}", name a PEM file that the daemon may read'
    if server.timezone is not None and not _is_timezone(server.timezone):
        yield "$.server.timezone", f'expected the name of a time zone such as Europe/Berlin, got "{server.timezone}"'
    if server.cors_credentials and "*" in server.cors_origins:
        yield "$.server.cors_origins", 'expected origins by name with cors_credentials, got "*": list each origin that may log in'
    for index, network in enumerate(server.trusted_proxies):
        if not _is_network(network):
            yield f"$.server.trusted_proxies[{index}]", f'expected an address or a network such as 10.0.0.0/8, got "{network}"'
    yield from _compat_contradictions(config)
    yield from _nats_contradictions(config.nats)
    rings = list(BoardSpec.__struct_fields__)
    for inner, outer in itertools.pairwise(rings):
        if not getattr(board, inner) < getattr(board, outer):
            yield f"$.board.{outer}", f"expected more than {inner} ({getattr(board, inner):g}), got {getattr(board, outer):g}"
    yield from _store_contradictions(config.store)
    yield from _rule_contradictions(config.alerts.rules)
    yield from _camera_contradictions(config.cameras)


def _store_contradictions(store: StoreConfig) -> Iterator[tuple[str, str]]:
    problem = None if store.url is None else url_problem(store.url)
    if problem is not None:
        yield "$.store.url", problem


def _compat_contradictions(config: Config) -> Iterator[tuple[str, str]]:
    compat = config.compat
    for name in ("autodarts", "arudart", "opendarts"):
        if getattr(compat, name) is True:
            yield f"$.compat.{name}", 'expected false, "same_port" or a port, got true'
    for name, port in compat.surfaces.items():
        if port is not None and port == config.server.port:
            yield f"$.compat.{name}", f'{port} is server.port: write "same_port", or another port'
        elif name == "caller" and port in [other for each, other in compat.surfaces.items() if each != "caller"]:
            yield f"$.compat.{name}", f"{port} is the port of another interface: Socket.IO needs one of its own"
    for index, network in enumerate(compat.allow):
        if not _is_network(network):
            yield f"$.compat.allow[{index}]", f'expected an address or a network such as 10.0.0.0/8, got "{network}"'


def _nats_contradictions(nats: NatsConfig) -> Iterator[tuple[str, str]]:
    if (nats.tls_cert is None) != (nats.tls_key is None):
        missing = "tls_key" if nats.tls_key is None else "tls_cert"
        yield f"$.nats.{missing}", "missing, a certificate needs both tls_cert and tls_key: set both or neither"
    ways = [key for key in ("credentials_file", "username", "token_file", "nkey_file") if getattr(nats, key) is not None]
    if len(ways) > 1:
        yield f"$.nats.{ways[1]}", f"{ways[0]} is set as well: a connection has one of them"
    if nats.password_file is not None and nats.username is None:
        yield "$.nats.username", "missing, password_file is of a user: set both or neither"


def _rule_contradictions(rules: tuple[AlertRuleConfig, ...]) -> Iterator[tuple[str, str]]:
    builtin, names = get_args(BuiltinRule), [rule.name for rule in rules]
    for index, rule in enumerate(rules):
        where = f"$.alerts.rules[{index}]"
        if names.index(rule.name) != index:
            yield f"{where}.name", f'expected a name of its own, got "{rule.name}" as in $.alerts.rules[{names.index(rule.name)}]'
        if rule.above is not None and rule.below is not None:
            yield f"{where}.below", "set above or below, not both"
        if rule.name in builtin:
            if rule.measure is not None:
                yield (
                    f"{where}.measure",
                    f"a built-in rule has its own measure: leave it out, or give the rule another name than {rule.name}",
                )
        elif rule.measure is None:
            guess = difflib.get_close_matches(rule.name, builtin, n=1)
            hint = f", did you mean {guess[0]}?" if guess else f": one of {', '.join(builtin)}"
            yield f"{where}.name", f'"{rule.name}" is no built-in rule, and a new one needs a measure{hint}'
        elif rule.above is None and rule.below is None:
            yield f"{where}.above", "missing, a new rule needs above or below"


def _is_timezone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _camera_contradictions(cameras: tuple[CameraConfig, ...]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    urls: dict[str, int] = {}
    for index, camera in enumerate(cameras):
        where = f"$.cameras[{index}]"
        first = seen.setdefault(camera.id, index)
        if first != index:
            yield f"{where}.id", f'expected an id of its own, got "{camera.id}" as in $.cameras[{first}]: name the cameras apart'
        same = urls.setdefault(camera.url, index)
        if same != index and not camera.url.startswith(_SHARED):
            yield f"{where}.url", f"the same as of $.cameras[{same}]: give each camera the address of its own device"
        scheme, colon, _ = camera.url.partition(":")
        if not camera.url.startswith("/dev/") and (not colon or scheme not in URL_SCHEMES):
            guess = difflib.get_close_matches(scheme.lower(), URL_SCHEMES, n=1) if colon else []
            hint = f", did you mean {guess[0]}:?" if guess else ""
            ways = " ".join(f"{each}:" for each in URL_SCHEMES)
            yield f"{where}.url", f"expected /dev/… or one of {ways}, got {format_value(camera.url)}{hint}"
