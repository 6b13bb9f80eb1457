"""HTTPS at home: a certificate authority for this machine alone, and the certificate that it signs for the daemon. Needs `openssl`."""

import contextlib
import ipaddress
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from dartd.addresses import network_host
from dartd.errors import ServiceError

AUTHORITY_DAYS: Final = 3650
SERVER_DAYS: Final = 820  # iOS refuses certificates that are valid for more than 825
PRIVATE: Final = 0o077  # umask
_TIMEOUT_S: Final = 60.0

# The networks that the authority may sign for besides the names of this machine: private and link-local ones, and loopback. A thief of its
# key can pass for no other site.
_NETWORKS: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1/128")
_KEY: Final = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_AUTHORITY: Final = """[req]
prompt = no
string_mask = utf8only
distinguished_name = name
x509_extensions = authority
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical, @permitted
[permitted]
{permitted}
"""
_SERVER: Final = """[req]
prompt = no
string_mask = utf8only
distinguished_name = name
[name]
CN = {name}
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = @names
[names]
{names}
"""


class Certificates(NamedTuple):
    """The files: those of the authority, whose key the daemon never reads, and those of the daemon."""

    authority: Path
    authority_key: Path
    server: Path
    server_key: Path

    @classmethod
    def of(cls, config_path: Path, state_path: Path) -> "Certificates":
        """Return where they are for a configuration: the authority next to it, what the daemon reads in its state directory."""
        authority, tls = config_path.absolute().parent / "authority", state_path.absolute() / "tls"
        return cls(authority / "ca.pem", authority / "ca.key", tls / "server.pem", tls / "server.key")


def own_names(host: str, more: Iterable[str] = ()) -> list[str]:
    """Return the names and addresses of this machine, and those that are given; `host` is what the server is bound to. Blocks."""
    short = socket.gethostname().partition(".")[0].lower()
    found = [short, f"{short}.local", socket.getfqdn().lower(), "localhost", "127.0.0.1", "::1", network_host(host), *more]
    with contextlib.suppress(OSError):  # the name of this machine resolves to no address
        found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None)]
    return list(dict.fromkeys(each for each in found if each and "%" not in each))


def make_certificates(files: Certificates, names: Sequence[str]) -> bool:
    """Make a certificate for the daemon, and first the authority if there is none; return whether it was made.

    Every file is for its owner alone; those of the daemon belong to the owner of the state directory.

    Raises:
        ServiceError: openssl is missing or fails, or a file cannot be written.
    """
    is_new = not files.authority_key.exists()
    before = os.umask(PRIVATE)
    try:
        files.server.parent.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            if is_new:
                _make_authority(Path(folder), files, names)
            _make_server(Path(folder), files, names)
        owner = files.server.parent.parent.stat()
        for path in (files.server.parent, files.server, files.server_key):
            os.chown(path, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise ServiceError(f"{error.filename}: cannot be written, {error.strerror}") from None
    finally:
        os.umask(before)
    return is_new


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 fingerprint of a certificate, as devices show it.

    Raises:
        ServiceError: openssl is missing or fails.
    """
    return _openssl("x509", "-in", str(certificate), "-noout", "-fingerprint", "-sha256").strip().partition("=")[2]


def _make_authority(folder: Path, files: Certificates, names: Sequence[str]) -> None:
    permitted = [f"DNS:{each}" for each in (*_hosts(names), "local")] + [
        f"IP:{_with_mask(each)}" for each in (*_NETWORKS, *_addresses(names))
    ]
    lines = [f"permitted;{each.partition(':')[0]}.{k} = {each.partition(':')[2]}" for k, each in enumerate(permitted)]
    settings = folder / "authority.cnf"
    settings.write_text(_AUTHORITY.format(name=f"dartd on {names[0]}", permitted="\n".join(lines)))
    made = (folder / "ca.pem", folder / "ca.key")
    _openssl(
        "req", "-x509", *_KEY, "-config", str(settings), "-days", str(AUTHORITY_DAYS), "-set_serial", _serial(),
        "-out", str(made[0]), "-keyout", str(made[1]),
    )  # fmt: skip
    _put(made[0], files.authority)
    _put(made[1], files.authority_key)


def _make_server(folder: Path, files: Certificates, names: Sequence[str]) -> None:
    lines = [f"DNS.{k} = {each}" for k, each in enumerate(_hosts(names))] + [f"IP.{k} = {each}" for k, each in enumerate(_addresses(names))]
    settings = folder / "server.cnf"
    settings.write_text(_SERVER.format(name=names[0], names="\n".join(lines)))
    request, made, key = folder / "server.csr", folder / "server.pem", folder / "server.key"
    _openssl("req", "-new", *_KEY, "-config", str(settings), "-out", str(request), "-keyout", str(key))
    _openssl(
        "x509", "-req", "-in", str(request), "-CA", str(files.authority), "-CAkey", str(files.authority_key), "-days", str(SERVER_DAYS),
        "-set_serial", _serial(), "-extfile", str(settings), "-extensions", "server", "-out", str(made),
    )  # fmt: skip
    _put(key, files.server_key)
    _put(made, files.server)


def _hosts(names: Sequence[str]) -> list[str]:
    return [each for each in names if each not in _addresses(names)]


def _addresses(names: Sequence[str]) -> list[str]:
    return [each for each in names if _is_address(each)]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with_mask(network: str) -> str:
    found = ipaddress.ip_network(network)
    return f"{found.network_address}/{found.netmask}"


def _serial() -> str:
    return f"0x{secrets.token_hex(16)}"


def _put(made: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def _openssl(*arguments: str) -> str:
    program = shutil.which("openssl")
    if program is None:
        raise ServiceError("there is no openssl, which makes the certificates: on Debian `apt install openssl`")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603 - fixed arguments
    if done.returncode != 0:
        raise ServiceError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout
