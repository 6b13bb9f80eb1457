"""A simulated board with three simulated cameras and exact truth (URL `sim:?rig=1&seed=7&story=demo&camera=0`)."""

from workers.sources.simulator.rig import near_sector, rig_of, true_calibration
from workers.sources.simulator.script import SCRIPTS
from workers.sources.simulator.source import SimulatorSource
from workers.sources.simulator.truth import truth

__all__ = ["SCRIPTS", "SimulatorSource", "near_sector", "rig_of", "true_calibration", "truth"]
