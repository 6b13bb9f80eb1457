"""`dartd trust`."""

import html
import os
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import click

from dartd.addresses import local_host, network_host, qr_text, url_of
from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.cli.local_authority import Certificates, fingerprint
from dartd.config import load_config
from dartd.errors import ListenError, ServiceError

CERTIFICATE: Final = "/dartd-ca.crt"
TIMEOUT_S: Final = 10.0  # of a connection
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Trust this dartboard</title>
<style>
body {{ font: 18px/1.5 system-ui; max-width: 40em; margin: 2em auto; padding: 0 1em }}
code {{ word-break: break-all }}
</style></head>
<body><h1>Trust this dartboard</h1>
<p>Only in a network that you trust. <a href="dartd-ca.crt">Get the certificate</a>, then:</p>
<ul>
<li><b>iPhone, iPad:</b> Settings, “Profile Downloaded”, Install. Then General, About, Certificate Trust Settings: switch it on.</li>
<li><b>Android:</b> Settings, search for “CA certificate”, Install anyway, choose the file.</li>
<li><b>Firefox:</b> Settings, Certificates, Authorities, Import. <b>Others:</b> open the file and put it among the trusted roots.</li>
</ul>
<p>Its fingerprint (SHA-256) must be the one that the terminal shows:<br><code>{fingerprint}</code></p>
<p>Then open <a href="{url}">{url}</a></p></body></html>
"""


@click.command("trust")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; as for `dartd run`.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="The port of the page.")
def command(path: Path | None, port: int) -> None:
    """Let other devices trust the certificate that `dartd init --https` made.

    Shows the QR code of a page with the certificate of the authority, and serves that page over plain HTTP until Ctrl-C: nothing else
    is there.
    """
    with reported_errors():
        found = find_config(path, os.environ)
        config = load_config(found, os.environ)
        files = Certificates.of(found, config.state_path)
        if not files.authority.is_file():
            raise ServiceError(f"there is no authority at {files.authority}: `dartd init --https` makes one")
        host = network_host(config.server.host) or local_host(config.server.host)
        mark = fingerprint(files.authority)
        page = _PAGE.format(fingerprint=mark, url=html.escape(url_of("https", host, config.server.port)))
        server = server_of(port, page.encode(), files.authority.read_bytes())
    url = url_of("http", host, server.server_port)
    click.echo(f"open on the other device: {url}\nfingerprint: {mark}\nCtrl-C ends it")
    if sys.stdout.isatty():
        click.echo(qr_text(url))
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()


def server_of(port: int, page: bytes, certificate: bytes) -> ThreadingHTTPServer:
    """Return a server, bound to every address, of a page and a certificate.

    Raises:
        ListenError: the port cannot be bound.
    """
    files = {"/": ("text/html; charset=utf-8", page), CERTIFICATE: ("application/x-x509-ca-cert", certificate)}

    class Handler(BaseHTTPRequestHandler):
        """Sends the page and the certificate."""

        timeout = TIMEOUT_S

        def do_GET(self) -> None:
            """Send one of the two files."""
            if self.path not in files:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            media, content = files[self.path]
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    try:
        return ThreadingHTTPServer(("", port), Handler)
    except OSError as error:
        raise ListenError(f"port {port}: {error.strerror}; name another with --port", port=port) from None
