"""The pages of an explained replay: one for each dart, self-contained, and one that lists them all; numbers as JSON beside."""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from dartd.replay.explain.case import Case, chosen, line_on_face, seen_by
from dartd.replay.explain.drawing import TOLD, TRUE, board_plane, board_zoom, close_up, colour_of, ellipse_of, whole
from schemas.base import CameraId
from schemas.board import BoardSpec
from schemas.codec import encode_json

Pictures = Callable[[CameraId, int, str], bytes | None]  # of a camera's episode: before, after, change

_STYLE = """
body { margin: 0 auto; max-width: 1700px; padding: 1rem; font: 15px/1.45 system-ui, sans-serif; background: #f8f9fa; color: #212529; }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; } h2 { font-size: 1rem; margin: 1rem 0 .3rem; }
.boards { display: flex; gap: 1rem; flex-wrap: wrap; } .board { width: 460px; height: 460px; background: #495057; border-radius: 6px; }
.row { display: grid; grid-template-columns: repeat(5, 1fr); gap: .5rem; } svg.close, svg.whole { width: 100%; background: #ced4da; }
figure { margin: 0; } figcaption { font-size: .8rem; color: #495057; }
table { border-collapse: collapse; } td, th { padding: .15rem .7rem .15rem 0; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; } .wrong { color: #c92a2a; font-weight: 600; } .facts { flex: 1 1 22rem; }
a { color: #1864ab; }
"""


def write_pages(
    folder: Path, cases: Sequence[Case], pictures: Pictures, board: BoardSpec, *, title: str, summary: Sequence[str] = ()
) -> Path:
    """Write a page and a JSON file for each dart, and the list of all; blocks. Give the list's path.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{k + 1:03d}-{re.sub('[^A-Za-z0-9_.-]', '_', case.sequence_id)}-{case.t_ms:.0f}" for k, case in enumerate(cases)]
    for k, case in enumerate(cases):
        around = [names[n] if 0 <= n < len(names) else None for n in (k - 1, k + 1)]
        (folder / f"{names[k]}.html").write_text(dart_page(case, pictures, board, around), encoding="utf-8")
        (folder / f"{names[k]}.json").write_bytes(encode_json(numbers(case)))
    index = folder / "index.html"
    index.write_text(list_page(cases, names, title, summary), encoding="utf-8")
    return index


def dart_page(case: Case, pictures: Pictures, board: BoardSpec, around: Sequence[str | None] = (None, None)) -> str:
    """Write one dart's page: the board with the crossing lines, the figures, and each camera's pictures; `around` are its neighbours."""
    links = [f'<a href="{name}.html">{word}</a>' for name, word in zip(around, ("before", "next"), strict=True) if name is not None]
    cameras = "".join(_camera(case, camera, pictures) for camera, _, _ in seen_by(case)) or "<p>No camera said anything of it.</p>"
    body = (
        f'<p><a href="index.html">all darts</a> {" ".join(links)}</p><h1>{_headline(case)}</h1>'
        f'<div class="boards">{board_zoom(case, board)}{board_plane(case, board)}<div class="facts">{_facts(case)}</div></div>'
        f'<p><span style="color:{TOLD}">green: as told, with the ellipse that holds the truth in 68 % of cases</span> · '
        f'<span style="color:{TRUE}">red cross: the truth</span> · grey: darts that stood · '
        f"a line for each camera, dashed where not used</p>{cameras}"
    )
    return _document(f"{case.sequence_id} {case.t_ms:.0f} ms", body)


def list_page(cases: Sequence[Case], names: Sequence[str], title: str, summary: Sequence[str]) -> str:
    """Write the list of all darts."""
    rows = "".join(f"<tr>{_row(case, name)}</tr>" for case, name in zip(cases, names, strict=True))
    head = "".join(f"<th>{word}</th>" for word in ("dart", "told", "truth", "mm off", "± mm", "lines miss by mm", "cameras"))
    figures = f"<pre>{escape(chr(10).join(summary))}</pre>" if summary else ""
    return _document(title, f"<h1>{escape(title)}</h1>{figures}<table><tr>{head}</tr>{rows}</table>")


def numbers(case: Case) -> dict[str, Any]:
    """Give everything behind a dart as JSON: what was told, the truth, the ellipse, and what each camera said."""
    fix = case.fix()
    ellipse = None if fix is None else dict(zip(("long_mm", "short_mm", "turn_deg"), ellipse_of(fix.covariance), strict=True))
    return {
        "sequence_id": case.sequence_id,
        "t_ms": case.t_ms,
        "told": case.hit,
        "truth": case.expect,
        "error_mm": case.error_mm,
        "is_right": case.is_right,
        "covariance_mm2": None if fix is None else fix.covariance.tolist(),
        "ellipse": ellipse,
        "cameras": {camera: _camera_numbers(case, camera) for camera, _, _ in seen_by(case)},
    }


def _camera_numbers(case: Case, camera: CameraId) -> dict[str, Any]:
    settled, calibration = case.testimony.settled[camera], case.testimony.poses[camera]
    sighting, used = chosen(case).get(camera, (None, False))
    line = None if sighting is None else line_on_face(sighting, calibration)
    at = None if case.hit is None else case.hit.board_coordinates
    return {
        "finding": settled.finding,
        "used": used,
        "line_on_face": line,
        "line_misses_told_mm": None if line is None or at is None else line.miss_mm(at.x_mm, at.y_mm),
        "line_misses_truth_mm": None if line is None or case.expect is None else line.miss_mm(case.expect.x_mm, case.expect.y_mm),
        "settled": settled,
        "calibration": calibration,
    }


def _headline(case: Case) -> str:
    told = "not told" if case.hit is None else f"{case.hit.score.label} ({case.hit.score.ring.replace('_', ' ')})"
    truth = "" if case.expect is None else f", in truth {case.expect.label} ({case.expect.ring.replace('_', ' ')})"
    off = "" if case.error_mm is None else f", {case.error_mm:.2f} mm off"
    sure = "" if case.hit is None else f" ± {case.hit.fusion.uncertainty_mm:.2f}"
    mark = "" if case.is_right else ' class="wrong"'
    return f"{escape(case.sequence_id)} at {case.t_ms:.0f} ms: <span{mark}>{escape(told + sure + truth + off)}</span>"


def _facts(case: Case) -> str:
    rows = []
    if case.hit is not None:
        at, fusion = case.hit.board_coordinates, case.hit.fusion
        rows += [("told at", f"{at.x_mm:+.2f} {at.y_mm:+.2f} mm"), ("leans", "{:+.2f} {:+.2f}".format(*case.hit.slope))]
        rows += [("confidence", f"{fusion.confidence:.2f}"), ("nearest wire", f"{fusion.wire_distance_mm:.1f} mm")]
        rows += [
            ("lines miss by", f"{fusion.residual_mm:.2f} mm"),
            ("cameras", f"{', '.join(fusion.cameras_used)} of {fusion.num_cameras}"),
        ]
        rows += [("may also be", ", ".join(f"{s.label} {s.ring} {s.probability:.0%}" for s in case.hit.suggestions) or "nothing else")]
    if case.expect is not None:
        rows += [("truth", f"{case.expect.x_mm:+.2f} {case.expect.y_mm:+.2f} mm")]
    for camera, _, _ in seen_by(case):
        said = _camera_numbers(case, camera)
        miss = said["line_misses_truth_mm"]
        told = said["line_misses_told_mm"]
        words = [f"{name} {value:.2f} mm off its line" for name, value in (("told", told), ("truth", miss)) if value is not None]
        rows += [(camera, (", ".join(words) or "no line") + ("" if said["used"] else " (not used)"))]
    return "<table>" + "".join(f"<tr><th>{escape(str(a))}</th><td>{escape(b)}</td></tr>" for a, b in rows) + "</table>"


def _camera(case: Case, camera: CameraId, pictures: Pictures) -> str:
    """Show what a camera compared; the pictures are held once and used in every drawing."""
    settled, calibration = case.testimony.settled[camera], case.testimony.poses[camera]
    held, views = [], []
    for word in ("before", "after", "change"):
        data = pictures(camera, settled.episode, word)
        name = f"{word}-{sorted(case.testimony.poses).index(camera)}"
        if data is not None:
            link = f"data:image/jpeg;base64,{b64encode(data).decode()}"
            held.append(f'<image id="{name}" width="{calibration.width}" height="{calibration.height}" href="{link}"/>')
            views.append(_figure(close_up(case, camera, name, marked=word == "after"), word))
            if word == "after":
                views.append(_figure(close_up(case, camera, name, marked=False), "after, nothing drawn over it"))
    if held:
        first = sorted(case.testimony.poses).index(camera)
        views.insert(0, _figure(whole(case, camera, f"after-{first}"), "after"))
    evidence = ", ".join(f"{key} {value:g}" for key, value in settled.evidence.items())
    said = f"{settled.finding}, {len(settled.sightings)} lines, {evidence}"
    title = f'<h2><span style="color:{colour_of(case, camera)}">{escape(camera)}</span>: {escape(said)}</h2>'
    hidden = f'<svg width="0" height="0" style="position:absolute"><defs>{"".join(held)}</defs></svg>'
    return f'{title}{hidden}<div class="row">{"".join(views)}</div>'


def _figure(drawing: str, caption: str) -> str:
    return f"<figure>{drawing}<figcaption>{escape(caption)}</figcaption></figure>"


def _row(case: Case, name: str) -> str:
    told = "not told" if case.hit is None else f"{case.hit.score.label} {case.hit.score.ring}"
    truth = "" if case.expect is None else f"{case.expect.label} {case.expect.ring}"
    fusion = None if case.hit is None else case.hit.fusion
    figures = (case.error_mm, fusion and fusion.uncertainty_mm, fusion and fusion.residual_mm)
    mark = "" if case.is_right else ' class="wrong"'
    cells = f'<td><a href="{name}.html">{escape(case.sequence_id)} {case.t_ms:.0f} ms</a></td>'
    cells += f"<td{mark}>{escape(told)}</td><td>{escape(truth)}</td>"
    cells += "".join(f'<td class="n">{"" if value is None else f"{value:.2f}"}</td>' for value in figures)
    return cells + f"<td>{escape(', '.join(fusion.cameras_used)) if fusion else ''}</td>"


def _document(title: str, body: str) -> str:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f"{head}<body>{body}</body></html>\n"
