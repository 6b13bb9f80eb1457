"""The sockets that the daemon listens on, and their certificate."""

import logging
import os
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dartd.config import Config
from dartd.errors import ListenError
from dartd.port_holder import port_holder
from dartd.systemd import listen_fds

_log = logging.getLogger(__name__)

_BACKLOG: Final = 2048


def open_port(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; blocks.

    Raises:
        OSError: it cannot be bound.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def open_compat_sockets(config: Config) -> dict[int, socket.socket]:
    """Return the socket of each port of the interfaces of other boards; blocks.

    Raises:
        ListenError: a port cannot be bound.
    """
    opened: dict[int, socket.socket] = {}
    for name, port in config.compat.surfaces.items():
        if port is None or port in opened:
            continue
        try:
            opened[port] = open_port(config.server.host, port)
        except OSError as error:
            for each in opened.values():
                each.close()
            holder = port_holder(port) or "the program that uses it"
            message = f"cannot listen on port {port} for compat.{name} ({error.strerror or error}): stop {holder}, or set another port"
            raise ListenError(message, host=config.server.host, port=port) from error
    return opened


def open_sockets(config: Config, environ: Mapping[str, str] = os.environ) -> list[socket.socket]:
    """Return the sockets passed by systemd, else bind the configured address; blocks.

    Raises:
        ListenError: the address cannot be bound; the message contains reason and remedy.
    """
    host, port = config.server.host, config.server.port
    if handed_over := listen_fds(environ):
        ports = {each.getsockname()[1] for each in handed_over if each.family != socket.AF_UNIX}
        if ports and port not in ports:
            _log.warning("systemd listens on port %s, not on server.port %s: `dartd install-service` changes that", min(ports), port)
        return handed_over
    where = f"{host}:{port}"
    try:
        return [open_port(host, port)]
    except OSError as error:
        holder = port_holder(port) or "the program that uses it"
        remedy = "set server.host" if isinstance(error, socket.gaierror) else f"stop {holder}, or set server.port (DARTD_SERVER_PORT=8001)"
        raise ListenError(f"cannot listen on {where} ({error.strerror or error}): {remedy}", host=host, port=port) from error


def server_context(config: Config) -> ssl.SSLContext | None:
    """Return the TLS context of the server with the configured certificate, None for plain HTTP; blocks.

    Raises:
        ListenError: certificate or key cannot be used.
    """
    if not config.server.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load_certificate(context, config)
    return context


def load_certificate(context: ssl.SSLContext, config: Config) -> None:
    """Load the configured certificate for the connections that follow; blocks.

    Raises:
        ListenError: certificate or key cannot be used; connections go on with the one before.
    """
    certificate, key = Path(config.server.tls_cert or ""), Path(config.server.tls_key or "")
    try:
        # A pair that does not fit would leave the context with half of it.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
        context.load_cert_chain(certificate, key)
    except OSError as error:  # also ssl.SSLError
        raise ListenError(f"the certificate {certificate} with the key {key} cannot be used ({error.strerror or error})") from error
