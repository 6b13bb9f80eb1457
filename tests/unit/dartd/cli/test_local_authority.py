"""The certificates of `dartd init --https`."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from dartd.cli.local_authority import Certificates, fingerprint, make_certificates, own_names
from tests.support.waiting import DEADLINE_S

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
_NAMES = ("board", "board.local", "localhost", "127.0.0.1", "192.168.7.5", "::1", "203.0.113.9")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make certificates."""
    folder = tmp_path_factory.mktemp("certificates")
    files = Certificates.of(folder / "config" / "dartd.toml", folder / "state")
    assert make_certificates(files, _NAMES)
    return files


def _handshake(files: Certificates, name: str) -> str:
    """Let a client that trusts the authority alone open the daemon under a name; return why it refuses, else nothing."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=str(files.authority))
    server.load_cert_chain(files.server, files.server_key)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    pending = [ours, theirs]
    for _ in range(10):
        for side in list(pending):
            try:
                side.do_handshake()
                pending.remove(side)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
    assert not pending
    return ""


@pytest.mark.parametrize("name", _NAMES)
def test_a_device_that_trusts_the_authority_opens_the_board(files: Certificates, name: str) -> None:
    """Under every name and address of the machine."""
    assert _handshake(files, name) == ""


def test_other_names_are_refused(files: Certificates) -> None:
    """The certificate is for this machine."""
    assert "mismatch" in _handshake(files, "other.local")


def test_the_authority_signs_for_no_other_site(files: Certificates, tmp_path: Path) -> None:
    """With its key nothing can pass for a site of the internet: devices refuse what it signs."""
    stolen = Certificates(files.authority, files.authority_key, tmp_path / "tls" / "server.pem", tmp_path / "tls" / "server.key")
    make_certificates(stolen, ["bank.example", "board.local"])
    command = ["openssl", "verify", "-CAfile", str(files.authority), str(stolen.server)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)

    assert done.returncode != 0
    assert "permitted subtree violation" in done.stderr


def test_files_are_for_their_owner_alone(files: Certificates) -> None:
    """Keys, and the certificates as well."""
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600] * 4
    assert files.server.parent.stat().st_mode & 0o777 == 0o700


def test_a_new_certificate_is_of_the_same_authority(files: Certificates) -> None:
    """Devices that trust it go on to; its fingerprint stays."""
    before, mark = files.server.read_bytes(), fingerprint(files.authority)

    assert not make_certificates(files, _NAMES)
    assert files.server.read_bytes() != before
    assert fingerprint(files.authority) == mark
    assert _handshake(files, "board.local") == ""


def test_names_are_those_of_the_machine() -> None:
    """Its own, those of loopback, and what is given, each once."""
    names = own_names("0.0.0.0", ["darts.example", "localhost"])  # noqa: S104  no socket is bound

    assert {"localhost", "127.0.0.1", "::1", "darts.example"} <= set(names)
    assert len(names) == len(set(names))
