"""Scenarios: files of faults on purpose."""

from pathlib import Path

import pytest

from dartd.config import CameraConfig, Config, load_scenario
from dartd.errors import ConfigError

CAMERAS = Config(cameras=(CameraConfig(id="cam0", url="sim:?seed=1"), CameraConfig(id="cam1", url="recording:/some/where")))
EXAMPLES = sorted((Path(__file__).resolve().parents[4] / "config" / "faults").glob("*.toml"))


def _scenario(folder: Path, text: str) -> Path:
    path = folder / "faults.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("faults = 3", "$.faults: expected a list of tables, each headed [[faults]], got 3"),
        ("", "$.faults: missing"),
        ('[[faults]]\nkind = "black"\n', "$.faults[0].at_s: missing, add at_s = … (seconds)"),
        ('[[faults]]\nkind = "black"\nat_s = -1\n', "$.faults[0].at_s: expected 0–1000000000, got -1 (seconds)"),
        ('[[faults]]\nkind = "purple"\nat_s = 1\n', "$.faults[0].kind: expected one of "),
        ('[[faults]]\nkind = "black"\nat_s = 1\nfr_s = 2\n', "$.faults[0].fr_s: unknown key, did you mean for_s?"),
        ('[[faults]]\nkind = "black"\nat_s = 1\ncamera = "cam7"\n', '$.faults[0].camera: there is no camera "cam7", did you mean cam'),
        (
            '[[faults]]\nkind = "disk_full"\nat_s = 1\ncamera = "cam0"\n',
            "$.faults[0].camera: disk_full affects the daemon and not a camera",
        ),
        ('[[faults]]\nkind = "slow"\nat_s = 1\nfps = 0\n', "$.faults[0].fps: expected 0.1–120, got 0"),
        ("[[faults]\n", "line 1"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    """A scenario is refused as a configuration is: the path, what was expected, what was found."""
    with pytest.raises(ConfigError) as caught:
        load_scenario(_scenario(tmp_path, text), CAMERAS)

    assert words in caught.value.message


def test_real_cameras_are_never_struck(tmp_path: Path) -> None:
    """A scenario is refused as soon as one camera is neither simulated nor a recording."""
    config = Config(cameras=(*CAMERAS.cameras, CameraConfig(id="cam2", url="/dev/v4l/by-path/x")))

    with pytest.raises(ConfigError, match=r"\$\.cameras\[2\]\.url: faults can only be injected with simulated cameras"):
        load_scenario(_scenario(tmp_path, "faults = []"), config)


def test_a_scenario_is_read_as_written(tmp_path: Path) -> None:
    """Every field comes from the file, those left out are as documented."""
    text = 'about = "words"\n[[faults]]\nkind = "exposure"\nat_s = 2\nfor_s = 3\ncamera = "cam1"\ngain = 0.5\n'
    scenario = load_scenario(_scenario(tmp_path, text), CAMERAS)
    fault = scenario.faults[0]

    assert (scenario.about, fault.kind, fault.at_s, fault.for_s, fault.camera, fault.gain) == ("words", "exposure", 2, 3, "cam1", 0.5)
    assert (fault.fps, fault.step_s) == (5.0, 3600.0)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_fit_the_simulated_board(path: Path) -> None:
    """Each scenario of config/faults can be played on the board of config/simulator.toml, and says what is to be seen."""
    cameras = tuple(CameraConfig(id=f"cam{k}", url="sim:") for k in range(3))

    assert load_scenario(path, Config(cameras=cameras)).about
