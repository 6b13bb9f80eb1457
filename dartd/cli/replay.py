"""`dartd replay`."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
import msgspec
import uvloop

from dartd.cli.failure import FAILED, reported_errors
from dartd.config import Config, LogConfig, load_config
from dartd.deciders import build_board
from dartd.log import logging_to
from dartd.replay.explain.explained_dart import explained_darts
from dartd.replay.explain.observer import EvidenceRecorder
from dartd.replay.explain.page import write_pages
from dartd.replay.playlist import Playlist
from dartd.replay.replay import BuildBoard, Replay, ReplayedEvent, ReplayOutcome
from dartd.replay.scoring import ScoreReport, Truth, load_truth
from dartd.replay.scoring import score as judge
from schemas.base import CameraId
from schemas.events import (
    BoardStateChanged,
    CalibrationChanged,
    CameraStateChanged,
    DartHit,
    JournalledEvent,
    ThrowMiss,
    VisitCompleted,
)


@click.command("replay")
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--jsonl", is_flag=True, help="Print every journalled event as a JSON line with `sequence_id` and `t_ms`.")
@click.option(
    "--realtime", is_flag=True, help="Play in real time; as with live cameras, old frames are dropped if the machine is too slow."
)
@click.option("--without", multiple=True, metavar="CAMERA", help="Leave out a camera; may be repeated.")
@click.option("--score", is_flag=True, help="Compare with DIR/truth.json at the end.")
@click.option(
    "--explain",
    metavar="OUT",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a page with images and a JSON file for each dart into this folder; start at OUT/index.html.",
)
@click.option("--config", "path", type=click.Path(path_type=Path), help="Take board and time limits from here instead of the defaults.")
def command(
    folder: Path | None, *, jsonl: bool, realtime: bool, without: tuple[str, ...], score: bool, explain: Path | None, path: Path | None
) -> None:
    """Play a recording through the same camera processes, board and journal as live cameras.

    DIR contains recording.json and its images. It is played as fast as possible, frame by frame on the recording's own clock: two runs
    print the same lines whatever the load. The store is temporary. Missing or broken images are reported and skipped; exit status 2 if the
    recording itself cannot be read, 1 if a camera process crashed.

    `--explain OUT` shows for each dart what every camera compared, the lines on the board, and the ground truth if there is a truth.json.
    `dartd replay --explain DIR` alone writes into the folder DIR-explained of the working directory.
    """
    folder, explain = _folders(folder, explain)
    with reported_errors():
        config = load_config(path, os.environ if path else {})
        playlist = Playlist.load(folder, without=[CameraId(camera) for camera in without])
        truth = load_truth(folder) if score or (explain is not None and (folder / "truth.json").exists()) else None
        with logging_to(sys.stderr, LogConfig(level="warning")):
            play = partial(_play, playlist, config, jsonl=jsonl, realtime=realtime)
            outcome = play() if explain is None else _explained(play, explain, playlist, truth, config)
    if truth is not None and score:
        for line in describe(judge(truth, outcome.events)):
            click.echo(line, err=jsonl)  # stdout contains JSON only
    for camera_id, reason in outcome.crashed.items():
        click.echo(f"dartd: camera {camera_id} crashed: {reason}", err=True)
    sys.exit(FAILED if outcome.crashed else 0)


def _folders(folder: Path | None, explain: Path | None) -> tuple[Path, Path | None]:
    """Return the folders of the recording and of its explanation."""
    if folder is not None:
        return folder, explain
    if explain is None:
        raise click.UsageError("Missing argument 'DIR': a recording, a folder with recording.json.")
    return explain, Path(f"{explain.resolve().name}-explained")


def _play(
    playlist: Playlist, config: Config, *, jsonl: bool, realtime: bool, build: BuildBoard | None = None, explain_dir: Path | None = None
) -> ReplayOutcome:
    def on_event(event: ReplayedEvent) -> None:
        line = event.json_line().decode() if jsonl else event_line(event)
        if line:
            click.echo(line)

    # A progress bar and event lines would interfere on the same terminal.
    with _bar(playlist.duration_s, shown=sys.stderr.isatty() and not sys.stdout.isatty()) as advance:
        replay = Replay(
            playlist, config, build or partial(build_board, config), on_event=on_event, on_progress=advance, explain_dir=explain_dir
        )
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(replay.run(realtime=realtime))


def _explained(play: Callable[..., ReplayOutcome], out: Path, playlist: Playlist, truth: Truth | None, config: Config) -> ReplayOutcome:
    """Play, and write the explanation of each dart."""
    recorders: list[EvidenceRecorder] = []

    def build(cameras: Sequence[CameraId]) -> EvidenceRecorder:
        recorders.append(EvidenceRecorder(build_board(config, cameras)))
        return recorders[0]

    with tempfile.TemporaryDirectory(prefix="dartd-explain-") as written:
        outcome = play(build=build, explain_dir=Path(written))
        numbers = {source.camera_id: str(k) for k, source in enumerate(playlist.sources)}

        def picture(camera_id: CameraId, episode: int, word: str) -> bytes | None:
            path = Path(written) / numbers[camera_id] / f"{episode}-{word}.jpg"
            return path.read_bytes() if path.exists() else None

        cases = explained_darts(outcome.events, recorders[0], playlist, truth)
        summary = describe(judge(truth, outcome.events)) if truth is not None else []
        index = write_pages(out, cases, picture, config.board.spec, title=f"{playlist.folder}: {len(cases)} darts", summary=summary)
    click.echo(f"{len(cases)} darts explained: {index}", err=True)
    return outcome


@contextmanager
def _bar(duration_s: float, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """Show a progress bar; yield the function that advances it."""
    shown_s = 0
    with click.progressbar(length=max(1, round(duration_s)), file=sys.stderr, hidden=not shown, label="replay") as bar:

        def advance(at_s: float) -> None:
            nonlocal shown_s
            if int(at_s) > shown_s:
                bar.update(int(at_s) - shown_s)
                shown_s = int(at_s)

        yield advance


def event_line(event: ReplayedEvent) -> str:
    """Return an event as a line of text; empty for events that are not shown."""
    text = _event_text(event.envelope.event)
    return f"{event.sequence_id} {event.t_ms:9.0f} ms  {text}" if text else ""


def _event_text(event: JournalledEvent) -> str:
    match event:
        case BoardStateChanged() | CameraStateChanged(state="calibrating"):
            text = ""
        case CameraStateChanged():
            text = f"{event.camera_id} {event.state} {event.reason}"
        case CalibrationChanged():
            text = f"{event.camera_id} calibration {event.state} {event.reason}"
        case DartHit():
            at, fusion = event.board_coordinates, event.fusion
            text = f"dart {event.dart_number}: {event.score.label:4} at {at.x_mm:+.1f} {at.y_mm:+.1f} mm ± {fusion.uncertainty_mm:.1f}"
        case VisitCompleted():
            text = f"visit: {' '.join(throw.label for throw in event.throws)} = {event.total}"
        case ThrowMiss():
            text = f"miss ({event.reason.replace('_', ' ')})"
        case _:
            text = str(event.__struct_config__.tag).replace("_", " ")
    return text.rstrip()


def describe(report: ScoreReport) -> list[str]:
    """Return the score as lines, one figure each, followed by the differences."""
    figures = {key: value for key, value in msgspec.structs.asdict(report).items() if key != "wrong"}
    return [f"{key:16} {'-' if value is None else value}" for key, value in figures.items()] + [f"wrong: {each}" for each in report.wrong]
