"""A simulated board before three simulated cameras, with exact truth (URL `sim:?rig=1&seed=7&story=demo&camera=0`)."""

from workers.sources.simulator.rig import near_sector, rig_of, true_calibration
from workers.sources.simulator.source import SimulatorSource
from workers.sources.simulator.story import STORIES
from workers.sources.simulator.truth import truth

__all__ = ["STORIES", "SimulatorSource", "near_sector", "rig_of", "true_calibration", "truth"]
