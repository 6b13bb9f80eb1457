"""`dartd export`."""

import csv
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import sqlalchemy as sa

from dartd.cli.configuration import find_config
from dartd.cli.failure import reported_errors
from dartd.config import Config, load_config
from dartd.errors import DartdError
from dartd.game.detection_accuracy import NO_DART, UNSCORED, JudgedDart, ring_of, sector_of
from dartd.store.backends import inspect
from dartd.store.images import ThrowImages
from dartd.store.tables import throws
from dartd.store.timestamps import timestamp_of
from dartd.store.verdicts import judged_darts

FORMAT_VERSION: Final = 1
SPLITS: Final[Mapping[str, float]] = {"train": 0.70, "validation": 0.15, "test": 0.15}  # row N10
_MEASURED: Final = ("board_id", "x_mm", "y_mm", "confidence", "uncertainty_mm")
_THROW_COLUMNS: Final = ("throw_id", "split", "label", "ring", "sector", "published_label", "correct", "timestamp", *_MEASURED)
_IMAGE_COLUMNS: Final = ("image", "split", "throw_id", "label", "camera_id", "kind")


class ExportError(DartdError):
    """The export cannot be written; the message contains the remedy."""


class VerifiedThrow(NamedTuple):
    """A throw whose true bed is known, and its images as `(camera_id, kind)`."""

    dart: JudgedDart
    label: str
    images: tuple[tuple[str, str], ...]


class Exported(NamedTuple):
    """What was exported: throws by split, images; and what was left out: throws without images, and for the balance."""

    splits: Mapping[str, int]
    images: int
    beds: int
    per_bed: int
    without_images: int
    for_balance: int


@click.command("export")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--config", "path", type=click.Path(path_type=Path), help="The configuration; default: the one of `dartd run`.")
@click.option("--per-bed", type=click.IntRange(min=1), help="At most so many throws of a bed; default: as many as the rarest bed has.")
def command(directory: Path, path: Path | None, per_bed: int | None) -> None:
    """Export verified throws with their images and true beds, to train or to check a detector with.

    DIRECTORY must not exist. It gets throws.csv, images.csv, the images in train, validation and test (70, 15 and 15 %), and export.json
    with the counts. A throw is verified by feedback or by a correction; it is exported if its images are still stored. Each bed has the
    same number of throws; with --per-bed rare beds may have fewer. Players are not named. The daemon may run.
    """
    with reported_errors():
        config = load_config(find_config(path, os.environ), os.environ)
        done = export(config, directory, per_bed=per_bed)
    parts = ", ".join(f"{count} {split}" for split, count in done.splits.items())
    click.echo(f"{sum(done.splits.values())} throws of {done.beds} beds ({parts}) and {done.images} images were written to {directory}")
    if done.without_images:
        click.echo(f"left out, for want of images: {done.without_images} throws")
    if done.for_balance:
        click.echo(f"left out, so that beds are balanced: {done.for_balance} throws (--per-bed takes more)")


def export(config: Config, directory: Path, *, per_bed: int | None = None) -> Exported:
    """Export verified throws, with a progress bar; blocks. Until it is complete the directory has another name.

    Raises:
        ExportError: the directory exists or cannot be written, or there is nothing to export.
        StoreError: the store cannot be read.
    """
    if directory.exists():
        raise ExportError(f"{directory} exists: nothing is overwritten; name another directory", path=str(directory))
    images = ThrowImages(config.state_path, config.state_path / "images")
    judged, rows = inspect(config.store_location, _read)
    known = [dart for dart in judged if dart.truth not in {None, NO_DART, UNSCORED}]
    verified = [VerifiedThrow(dart, str(dart.truth), images.names(dart.throw_id)) for dart in known]
    usable = [throw for throw in verified if throw.images]
    if not usable:
        message = f"no verified throw has images ({len(verified)} are verified): give feedback on throws, or correct them"
        raise ExportError(message, verified=len(verified))
    chosen = balance(usable, per_bed)
    beds = {throw.label for throw in chosen}
    partial = directory.with_name(f".{directory.name}.partial-{os.getpid()}")
    try:
        splits, count = _write(partial, chosen, rows, images)
        limit = max(sum(throw.label == bed for throw in chosen) for bed in beds)
        done = Exported(splits, count, len(beds), limit, len(verified) - len(usable), len(usable) - len(chosen))
        described = {"version": FORMAT_VERSION, "created_at": timestamp_of(time.time()), "throws": len(chosen), **done._asdict()}
        (partial / "export.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
        partial.rename(directory)
    except OSError as error:
        raise ExportError(f"cannot write {directory}: {error.strerror}", path=str(directory)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return done


def _read(connection: sa.Connection) -> tuple[list[JudgedDart], dict[str, Any]]:
    judged = judged_darts(connection)
    known = {row.throw_id: row for row in connection.execute(sa.select(throws))}
    return judged, known


def balance(verified: Sequence[VerifiedThrow], per_bed: int | None = None) -> list[VerifiedThrow]:
    """Return the same number of throws of each bed: `per_bed`, or as many as the rarest bed has; the same ones each time."""
    by_bed = {bed: list(group) for bed, group in groupby(sorted(verified, key=_shuffled), key=lambda throw: throw.label)}
    limit = min(map(len, by_bed.values()), default=0) if per_bed is None else per_bed
    return [throw for group in by_bed.values() for throw in group[:limit]]


def _shuffled(throw: VerifiedThrow) -> tuple[str, str]:
    return throw.label, hashlib.sha256(throw.dart.throw_id.encode()).hexdigest()


def split(count: int) -> Iterator[str]:
    """Yield the split of each of so many throws in order: at any point the shares are as near to SPLITS as whole throws allow."""
    given = dict.fromkeys(SPLITS, 0)
    for k in range(1, count + 1):
        name = max(SPLITS, key=lambda each: SPLITS[each] * k - given[each])
        given[name] += 1
        yield name


def _write(partial: Path, chosen: Sequence[VerifiedThrow], rows: Mapping[str, Any], images: ThrowImages) -> tuple[dict[str, int], int]:
    """Write both tables and all images; return the throws of each split, and the number of images."""
    counts, count = dict.fromkeys(SPLITS, 0), 0
    partial.mkdir(parents=True)
    with (
        (partial / "throws.csv").open("w", encoding="utf-8", newline="") as throws_file,
        (partial / "images.csv").open("w", encoding="utf-8", newline="") as images_file,
        click.progressbar(length=len(chosen), label=f"{len(chosen)} throws") as bar,
    ):
        throw_table, image_table = csv.writer(throws_file), csv.writer(images_file)
        throw_table.writerow(_THROW_COLUMNS)
        image_table.writerow(_IMAGE_COLUMNS)
        for throw, name in zip(chosen, split(len(chosen)), strict=True):
            counts[name] += 1
            throw_table.writerow(_throw_row(throw, name, rows.get(throw.dart.throw_id)))
            folder = partial / name / throw.dart.throw_id
            folder.mkdir(parents=True)
            for camera_id, kind in throw.images:
                image = images.read(throw.dart.throw_id, camera_id, kind)
                if image is None:  # deleted by age meanwhile
                    continue
                (folder / f"{camera_id}-{kind}.jpg").write_bytes(image)
                path = f"{name}/{throw.dart.throw_id}/{camera_id}-{kind}.jpg"
                image_table.writerow((path, name, throw.dart.throw_id, throw.label, camera_id, kind))
                count += 1
            bar.update(1)
    return counts, count


def _throw_row(throw: VerifiedThrow, name: str, row: Any) -> tuple[object, ...]:
    dart, label = throw.dart, throw.label
    measured = [None if row is None else getattr(row, column) for column in _MEASURED]
    at = None if row is None else timestamp_of(row.at_s)
    return (dart.throw_id, name, label, ring_of(label), sector_of(label), dart.published, int(dart.is_correct), at, *measured)
