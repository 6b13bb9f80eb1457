"""The pages of an explained replay: one for each dart, self-contained, with its numbers as JSON, and one that lists them all."""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from dartd.replay.explain.drawing import REPORTED, TRUE, board_plane, board_zoom, close_up, colour_of, ellipse_of, whole
from dartd.replay.explain.explained_dart import ExplainedDart, fitted_sightings, line_on_face, reporting_cameras
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
    folder: Path, darts: Sequence[ExplainedDart], pictures: Pictures, board: BoardSpec, *, title: str, summary: Sequence[str] = ()
) -> Path:
    """Write a page and a JSON file for each dart, and the list of all; blocks. Return the path of the list.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{k + 1:03d}-{re.sub('[^A-Za-z0-9_.-]', '_', dart.sequence_id)}-{dart.t_ms:.0f}" for k, dart in enumerate(darts)]
    for k, dart in enumerate(darts):
        around = [names[n] if 0 <= n < len(names) else None for n in (k - 1, k + 1)]
        (folder / f"{names[k]}.html").write_text(dart_page(dart, pictures, board, around), encoding="utf-8")
        (folder / f"{names[k]}.json").write_bytes(encode_json(numbers(dart)))
    index = folder / "index.html"
    index.write_text(list_page(darts, names, title, summary), encoding="utf-8")
    return index


def dart_page(dart: ExplainedDart, pictures: Pictures, board: BoardSpec, around: Sequence[str | None] = (None, None)) -> str:
    """Return the page of one dart: the board with its lines, the figures, each camera's pictures, and links to the pages `around` it."""
    links = [f'<a href="{name}.html">{title}</a>' for name, title in zip(around, ("before", "next"), strict=True) if name is not None]
    cameras = "".join(_camera(dart, camera, pictures) for camera, _, _ in reporting_cameras(dart)) or "<p>No camera found anything.</p>"
    body = (
        f'<p><a href="index.html">all darts</a> {" ".join(links)}</p><h1>{_headline(dart)}</h1>'
        f'<div class="boards">{board_zoom(dart, board)}{board_plane(dart, board)}<div class="facts">{_facts(dart)}</div></div>'
        f'<p><span style="color:{REPORTED}">green: as reported, with the ellipse that holds the truth in 68 % of cases</span> · '
        f'<span style="color:{TRUE}">red cross: the truth</span> · grey: darts that stood · '
        f"a line for each camera, dashed where not used</p>{cameras}"
    )
    return _document(f"{dart.sequence_id} {dart.t_ms:.0f} ms", body)


def list_page(darts: Sequence[ExplainedDart], names: Sequence[str], title: str, summary: Sequence[str]) -> str:
    """Return the list of all darts."""
    rows = "".join(f"<tr>{_row(dart, name)}</tr>" for dart, name in zip(darts, names, strict=True))
    head = "".join(f"<th>{name}</th>" for name in ("dart", "reported", "truth", "mm off", "± mm", "lines off by mm", "cameras"))
    figures = f"<pre>{escape(chr(10).join(summary))}</pre>" if summary else ""
    return _document(title, f"<h1>{escape(title)}</h1>{figures}<table><tr>{head}</tr>{rows}</table>")


def numbers(dart: ExplainedDart) -> dict[str, Any]:
    """Return everything behind a dart for JSON: what was reported, the truth, the ellipse, and what each camera found."""
    fused = dart.fused_axis()
    ellipse = None if fused is None else dict(zip(("long_mm", "short_mm", "turn_deg"), ellipse_of(fused.covariance), strict=True))
    return {
        "sequence_id": dart.sequence_id,
        "t_ms": dart.t_ms,
        "reported": dart.hit,
        "truth": dart.expect,
        "error_mm": dart.error_mm,
        "is_right": dart.is_right,
        "covariance_mm2": None if fused is None else fused.covariance.tolist(),
        "ellipse": ellipse,
        "cameras": {camera: _camera_numbers(dart, camera) for camera, _, _ in reporting_cameras(dart)},
    }


def _camera_numbers(dart: ExplainedDart, camera: CameraId) -> dict[str, Any]:
    settled, calibration = dart.evidence.settled[camera], dart.evidence.poses[camera]
    sighting, used = fitted_sightings(dart).get(camera, (None, False))
    line = None if sighting is None else line_on_face(sighting, calibration)
    at = None if dart.hit is None else dart.hit.board_coordinates
    return {
        "finding": settled.finding,
        "used": used,
        "line_on_face": line,
        "line_misses_reported_mm": None if line is None or at is None else line.distance_mm(at.x_mm, at.y_mm),
        "line_misses_truth_mm": None if line is None or dart.expect is None else line.distance_mm(dart.expect.x_mm, dart.expect.y_mm),
        "settled": settled,
        "calibration": calibration,
    }


def _headline(dart: ExplainedDart) -> str:
    reported = "not reported" if dart.hit is None else f"{dart.hit.score.label} ({dart.hit.score.ring.replace('_', ' ')})"
    truth = "" if dart.expect is None else f", in truth {dart.expect.label} ({dart.expect.ring.replace('_', ' ')})"
    off = "" if dart.error_mm is None else f", {dart.error_mm:.2f} mm off"
    sure = "" if dart.hit is None else f" ± {dart.hit.fusion.uncertainty_mm:.2f}"
    mark = "" if dart.is_right else ' class="wrong"'
    return f"{escape(dart.sequence_id)} at {dart.t_ms:.0f} ms: <span{mark}>{escape(reported + sure + truth + off)}</span>"


def _facts(dart: ExplainedDart) -> str:
    rows = []
    if dart.hit is not None:
        at, fusion = dart.hit.board_coordinates, dart.hit.fusion
        rows += [("reported at", f"{at.x_mm:+.2f} {at.y_mm:+.2f} mm"), ("leans", "{:+.2f} {:+.2f}".format(*dart.hit.slope))]
        rows += [("confidence", f"{fusion.confidence:.2f}"), ("nearest wire", f"{fusion.wire_distance_mm:.1f} mm")]
        rows += [
            ("lines off by", f"{fusion.residual_mm:.2f} mm"),
            ("cameras", f"{', '.join(fusion.cameras_used)} of {fusion.num_cameras}"),
        ]
        rows += [("may also be", ", ".join(f"{s.label} {s.ring} {s.probability:.0%}" for s in dart.hit.suggestions) or "nothing else")]
    if dart.expect is not None:
        rows += [("truth", f"{dart.expect.x_mm:+.2f} {dart.expect.y_mm:+.2f} mm")]
    for camera, _, _ in reporting_cameras(dart):
        found = _camera_numbers(dart, camera)
        miss = found["line_misses_truth_mm"]
        reported = found["line_misses_reported_mm"]
        notes = [f"{name} {value:.2f} mm off its line" for name, value in (("reported", reported), ("truth", miss)) if value is not None]
        rows += [(camera, (", ".join(notes) or "no line") + ("" if found["used"] else " (not used)"))]
    return "<table>" + "".join(f"<tr><th>{escape(str(a))}</th><td>{escape(b)}</td></tr>" for a, b in rows) + "</table>"


def _camera(dart: ExplainedDart, camera: CameraId, pictures: Pictures) -> str:
    """Show what a camera compared; each picture is embedded once and used in every drawing."""
    settled, calibration = dart.evidence.settled[camera], dart.evidence.poses[camera]
    held, views = [], []
    for title in ("before", "after", "change"):
        data = pictures(camera, settled.episode, title)
        name = f"{title}-{sorted(dart.evidence.poses).index(camera)}"
        if data is not None:
            link = f"data:image/jpeg;base64,{b64encode(data).decode()}"
            held.append(f'<image id="{name}" width="{calibration.width}" height="{calibration.height}" href="{link}"/>')
            views.append(_figure(close_up(dart, camera, name, marked=title == "after"), title))
            if title == "after":
                views.append(_figure(close_up(dart, camera, name, marked=False), "after, nothing drawn over it"))
    if held:
        first = sorted(dart.evidence.poses).index(camera)
        views.insert(0, _figure(whole(dart, camera, f"after-{first}"), "after"))
    evidence = ", ".join(f"{key} {value:g}" for key, value in settled.evidence.items())
    found = f"{settled.finding}, {len(settled.sightings)} lines, {evidence}"
    title = f'<h2><span style="color:{colour_of(dart, camera)}">{escape(camera)}</span>: {escape(found)}</h2>'
    hidden = f'<svg width="0" height="0" style="position:absolute"><defs>{"".join(held)}</defs></svg>'
    return f'{title}{hidden}<div class="row">{"".join(views)}</div>'


def _figure(drawing: str, caption: str) -> str:
    return f"<figure>{drawing}<figcaption>{escape(caption)}</figcaption></figure>"


def _row(dart: ExplainedDart, name: str) -> str:
    reported = "not reported" if dart.hit is None else f"{dart.hit.score.label} {dart.hit.score.ring}"
    truth = "" if dart.expect is None else f"{dart.expect.label} {dart.expect.ring}"
    fusion = None if dart.hit is None else dart.hit.fusion
    figures = (dart.error_mm, fusion and fusion.uncertainty_mm, fusion and fusion.residual_mm)
    mark = "" if dart.is_right else ' class="wrong"'
    cells = f'<td><a href="{name}.html">{escape(dart.sequence_id)} {dart.t_ms:.0f} ms</a></td>'
    cells += f"<td{mark}>{escape(reported)}</td><td>{escape(truth)}</td>"
    cells += "".join(f'<td class="n">{"" if value is None else f"{value:.2f}"}</td>' for value in figures)
    return cells + f"<td>{escape(', '.join(fusion.cameras_used)) if fusion else ''}</td>"


def _document(title: str, body: str) -> str:
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f"{head}<body>{body}</body></html>\n"
