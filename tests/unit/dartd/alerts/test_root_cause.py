"""The probable cause of an alert."""

from typing import Any

import pytest

from dartd.alerts.measures import BOARD, AlertFigures, Subject
from dartd.alerts.root_cause import root_cause
from dartd.decision import Sample
from tests.support.alerts import CAMERAS, sample

CAM0 = Subject("camera", "cam0")


def everywhere(**figures: Any) -> Sample:
    """Return a sample in which all cameras have these figures."""
    plain = sample()
    struck = [sample(figures, camera=camera).cameras[number] for number, camera in enumerate(CAMERAS)]
    return Sample(cameras=tuple(struck), cpu_percent=plain.cpu_percent)


@pytest.mark.parametrize(
    ("rule", "subject", "figures", "cause"),
    [
        ("camera_offline", CAM0, AlertFigures(sample=everywhere(state="offline")), "power or connection"),
        ("camera_offline", CAM0, AlertFigures(sample=sample({"state": "offline"})), "this camera alone"),
        ("camera_fault", CAM0, AlertFigures(sample=everywhere(faults=("black",))), "light: it changed for 3 cameras"),
        ("confidence_falling", BOARD, AlertFigures(sample=sample({"faults": ("exposure",)})), "light: the picture of cam0"),
        (
            "confidence_falling",
            BOARD,
            AlertFigures(errors_mm={"cam0": 9.0, "cam1": 1.0, "cam2": 1.0}),
            "camera cam0 alone is off, by 9.0 mm",
        ),
        ("confidence_falling", BOARD, AlertFigures(errors_mm={"cam0": 9.0, "cam1": 8.0, "cam2": 1.0}), "all cameras alike"),
        ("camera_fps_low", CAM0, AlertFigures(sample=sample(cpu_percent=97.0)), "load: the processor is busy to 97 %"),
        ("detection_latency_high", BOARD, AlertFigures(sample=sample(temperature_c=92.0)), "temperature: 92 °C"),
        ("detection_latency_high", BOARD, AlertFigures(commit_ms=400.0), "disk: writing an event takes 400 ms"),
        ("too_hot", BOARD, AlertFigures(), "no other figure"),
    ],
)
def test_what_changed_together_is_the_cause(rule: str, subject: Subject, figures: AlertFigures, cause: str) -> None:
    """Light, one camera, its connection, load, temperature, the disk."""
    assert root_cause(rule, subject, figures)[0].startswith(cause)


def test_the_evidence_has_the_figures() -> None:
    """Of the cameras and the machine, with what is usual."""
    figures = AlertFigures(sample=sample({"fps": 5.0}), usual={"cpu_percent": 30.0}, errors_mm={"cam0": 1.5}, commit_ms=2.0)
    evidence = root_cause("camera_fps_low", CAM0, figures)[1]

    assert evidence["cameras"]["cam0"] == {"state": "ready", "fps": 5.0, "faults": [], "error_mm": 1.5}
    assert (evidence["cpu_percent"], evidence["usual_cpu_percent"], evidence["commit_ms"]) == (35.0, 30.0, 2.0)
