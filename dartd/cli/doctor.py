"""`dartd doctor`."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
import msgspec

from dartd.cli.camera_checks import camera_findings
from dartd.cli.configuration import find_config
from dartd.cli.failure import FAILED, USAGE_ERROR
from dartd.cli.system_checks import Finding, daemon_findings, health_of, holder_of, host_findings, output_of, state_findings, store_findings
from dartd.config import Config, load_config
from dartd.errors import ConfigError
from dartd.listening import open_sockets

_COLOURS = {"ok": "green", "warn": "yellow", "bad": "red", "skipped": None}


@click.command("doctor")
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; as for `dartd run`.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(path: Path | None, *, as_json: bool) -> None:
    """Check everything that dartd needs, and report problems and remedies.

    Configuration, state directory, disk, database, port, clock, service, and every camera: frame rate, brightness, sharpness, and
    whether the board is detected. While a daemon runs, the cameras are not opened; the daemon is asked.

    Exit status: 0 if dartd can run, 1 if there is a problem, 2 if the configuration is not valid.
    """
    try:
        found = find_config(path, os.environ)
        config = load_config(found, os.environ)
    except ConfigError as error:
        _print([Finding(check="configuration", verdict="bad", found=error.message)], as_json=as_json)
        sys.exit(USAGE_ERROR)
    if not as_json and sys.stderr.isatty():
        click.echo("checking; cameras take some seconds", err=True)
    findings = [Finding(check="configuration", verdict="ok", found=f"{found} is right"), *examine(config, os.environ)]
    _print(findings, as_json=as_json)
    sys.exit(FAILED if any(each.verdict == "bad" for each in findings) else 0)


def examine(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the findings of all checks except the configuration; blocks."""
    yield from state_findings(config)
    yield from store_findings(config)
    pid = holder_of(config)
    health = None if pid is None else health_of(config)
    yield daemon_findings(config, pid, health, lambda config: open_sockets(config, environ))
    yield from host_findings(output_of)
    yield from camera_findings(config, health, running=pid is not None)


def table(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield findings as lines: check, verdict, what was found, and below it the remedy."""
    rows = list(findings)
    width = max(len(each.check) for each in rows)
    for each in rows:
        verdict = click.style(f"{each.verdict:<7}", fg=_COLOURS[each.verdict])
        yield f"{each.check:<{width}}  {verdict}  {each.found}"
        if each.remedy:
            yield f"{'':<{width}}           -> {each.remedy}"


def _print(findings: list[Finding], *, as_json: bool) -> None:
    worst = max((each.verdict for each in findings), key=["skipped", "ok", "warn", "bad"].index)
    if as_json:
        click.echo(json.dumps({"verdict": worst, "findings": msgspec.to_builtins(findings)}, indent=1))
        return
    for line in table(findings):
        click.echo(line)
