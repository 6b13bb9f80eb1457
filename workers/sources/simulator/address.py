"""The address of a simulated camera: `sim:?rig=1&seed=7&story=demo&camera=0&epoch=12.5`."""

from urllib.parse import parse_qsl

from schemas.base import Value
from workers.sources.errors import SourceError
from workers.sources.simulator.rig import CAMERAS
from workers.sources.simulator.script import SCRIPTS, Script


class Address(Value, frozen=True, kw_only=True):
    """The rig and the script of a simulated camera; the parameter `story` of the URL names the script.

    `unusual` is the share of unusual visits in the script `mixed`, `epoch_s` the time when it begins (None: when the source opens).
    """

    rig: int = 1
    seed: int = 1
    script: str = "demo"
    camera: int = 0
    unusual: float = 0.33
    epoch_s: float | None = None

    @property
    def played(self) -> Script:
        """Return the script that is played."""
        return Script(name=self.script, seed=self.seed, unusual=self.unusual)


def parse_address(url: str) -> Address:
    """Parse a `sim:` URL.

    Raises:
        SourceError: a parameter is unknown or its value is invalid; the message names it.
    """
    scheme, _, rest = url.partition(":")
    if scheme != "sim":
        raise SourceError(f"{url!r} is not the URL of a simulator: write sim:?rig=1&seed=7&story=demo&camera=0")
    values = dict(parse_qsl(rest.lstrip("?"), keep_blank_values=True))
    unknown = sorted(set(values) - {"rig", "seed", "story", "camera", "unusual", "epoch"})
    if unknown:
        raise SourceError(f"{url!r}: unknown parameter {unknown[0]!r}; there are rig, seed, story, camera, unusual and epoch")
    address = Address(
        rig=_whole(url, values.get("rig", "1"), "rig"),
        seed=_whole(url, values.get("seed", "1"), "seed"),
        script=values.get("story", "demo"),
        camera=_whole(url, values.get("camera", "0"), "camera"),
        unusual=_number(url, values.get("unusual", "0.33"), "unusual"),
        epoch_s=_number(url, values["epoch"], "epoch") if "epoch" in values else None,
    )
    if address.script not in SCRIPTS:
        raise SourceError(f"{url!r}: there is no story {address.script!r}; there are {', '.join(SCRIPTS)}")
    if address.camera >= CAMERAS:
        raise SourceError(f"{url!r}: camera must be 0 to {CAMERAS - 1}")
    return address


def _whole(url: str, text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise SourceError(f"{url!r}: {name} must be a whole number, got {text!r}")
    return int(text)


def _number(url: str, text: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise SourceError(f"{url!r}: {name} must be a number, got {text!r}") from None
    if not abs(number) < 1e12:
        raise SourceError(f"{url!r}: {name} must be a finite number, got {text!r}")
    return number
