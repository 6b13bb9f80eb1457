"""`dartd export` on a real store."""

import asyncio
import csv
import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from dartd.cli import main
from dartd.cli.export import SPLITS, split
from dartd.store.feedback import append_feedback
from dartd.store.journal import Journal
from schemas.base import BoardId
from tests.support.throws import hit

T20, T5, S1 = (f"d{k:03}" for k in range(60)), (f"d{k:03}" for k in range(60, 100)), (f"d{k:03}" for k in range(100, 103))
LABELS = {**dict.fromkeys(T20, "T20"), **dict.fromkeys(T5, "T5"), **dict.fromkeys(S1, "S1")}
UNVERIFIED, UNKNOWN, BARE = "d103", "d104", "d105"


async def _store(tmp_path: Path) -> None:
    """Store 103 verified throws with images, most of them published rightly; one that is not verified, one of no known bed, one bare."""
    journal = await asyncio.to_thread(Journal.open, tmp_path / "dartd.db", BoardId("main"))
    await journal.append([hit(f"d{k:03}", k % 3 + 1, visit=f"v{k // 3}") for k in range(106)], at_s=1.0)

    def say(throw_id: str, label: str | None) -> None:
        throw = SimpleNamespace(throw_id=throw_id, seq=1, label="T20")
        verdict = "correct" if label == "T20" else "wrong"
        append_feedback(journal.database.backend.writer, throw, verdict=verdict, label=label, user_id="u", at_s=2.0)

    def say_all(_: object) -> None:
        for throw_id, label in {**LABELS, UNKNOWN: None, BARE: "T20"}.items():
            say(throw_id, label)

    await journal.database.change(say_all)
    await asyncio.to_thread(journal.close)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Make the store, the images and a configuration."""
    asyncio.run(_store(tmp_path))
    for throw_id in (*LABELS, UNVERIFIED, UNKNOWN):
        for name in ("cam0-after", "cam1-after"):
            path = tmp_path / "images" / throw_id / f"{name}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(f"{throw_id} {name}".encode())
    path = tmp_path / "dartd.toml"
    path.write_text(f'state_dir = "{tmp_path}"\n')
    return path


def _export(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", str(config.parent / "out"), "--config", str(config), *arguments])


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_export_is_verified_balanced_and_split(config: Path) -> None:
    """As many throws of each bed as of the rarest, 70/15/15 %, each with its true bed and its images."""
    result, out = _export(config, "--per-bed", "40"), config.parent / "out"
    rows, images, described = _table(out / "throws.csv"), _table(out / "images.csv"), json.loads((out / "export.json").read_text())
    splits = Counter(row["split"] for row in rows)

    assert result.exit_code == 0, result.output
    assert Counter(row["label"] for row in rows) == {"T20": 40, "T5": 40, "S1": 3}
    assert {row["throw_id"]: row["label"] for row in rows}.items() <= LABELS.items()
    assert {(row["published_label"], row["correct"]) for row in rows if row["label"] == "T20"} == {("T20", "1")}
    assert {(row["published_label"], row["correct"], row["ring"], row["sector"]) for row in rows if row["label"] == "T5"} == {
        ("T20", "0", "triple", "5")
    }
    assert all(abs(splits[name] - share * len(rows)) <= 1 for name, share in SPLITS.items())
    assert len(images) == 2 * len(rows)
    assert all((out / row["image"]).read_bytes().startswith(row["throw_id"].encode()) for row in images)
    assert (described["throws"], described["splits"], described["without_images"], described["for_balance"]) == (83, splits, 1, 20)
    assert "left out" in result.output
    assert "83 throws  [" in result.output


def test_beds_are_balanced_by_default_and_nothing_is_overwritten(config: Path) -> None:
    """The rarest bed says how many; a directory that exists is refused and stays as it is."""
    first = _export(config)
    before = sorted(str(path) for path in (config.parent / "out").rglob("*"))
    again = _export(config)

    assert (first.exit_code, again.exit_code) == (0, 1)
    assert Counter(row["label"] for row in _table(config.parent / "out" / "throws.csv")) == {"T20": 3, "T5": 3, "S1": 3}
    assert "exists: nothing is overwritten" in again.output
    assert sorted(str(path) for path in (config.parent / "out").rglob("*")) == before
    assert not list(config.parent.glob(".out*"))


def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    """Without verified throws that have images no directory is made."""
    asyncio.run(_store(tmp_path))
    path = tmp_path / "dartd.toml"
    path.write_text(f'state_dir = "{tmp_path}"\n')
    result = _export(path)

    assert (result.exit_code, (tmp_path / "out").exists()) == (1, False)
    assert "no verified throw has images (104 are verified)" in result.output


def test_splits_are_near_their_shares() -> None:
    """Of any number."""
    for count in (1, 7, 20, 100, 333):
        found = Counter(split(count))
        assert all(abs(found[name] - share * count) <= 1 for name, share in SPLITS.items())
