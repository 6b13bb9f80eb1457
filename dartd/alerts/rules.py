"""The rules of alerts, as data: the built-in ones, and how a configuration changes them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec

from schemas.alert import Measure, OperationType, Severity
from schemas.base import Value

Side = Literal["above", "below"]


class Rule(Value, frozen=True, kw_only=True):
    """A rule: the measure must not be above (below) `limit` for `for_s`.

    It counts as kept again when the measure has been at or below (above) `clear` for `resolve_s`; the gap between the two is the
    hysteresis. With `ratio`, `limit` and `clear` are factors of the measure's own baseline, and values below `at_least` break no rule.
    `unless`: rules whose open alert explains this one; `of_the_worst`: so does one of the same rule about another camera, for cameras are
    compared with each other, and one that is off makes the others differ as well. `message` is formatted with the context of the alert.
    """

    name: str
    measure: Measure
    severity: Severity
    limit: float
    clear: float
    side: Side = "above"
    ratio: bool = False
    at_least: float = 0.0
    for_s: float = 0.0
    resolve_s: float = 0.0
    unless: tuple[str, ...] = ()
    of_the_worst: bool = False
    message: str = "{measure} of {subject} is {value} (limit {limit}): check it, or change the rule {rule}."

    def limit_at(self, baseline: float | None) -> float | None:
        """Return the value that must not be passed, None while the baseline is not known."""
        return self.limit if not self.ratio else None if baseline is None else max(self.limit * baseline, self.at_least)

    def is_broken(self, value: float, baseline: float | None) -> bool:
        """Return whether a value is beyond the limit."""
        limit = self.limit_at(baseline)
        return limit is not None and (value > limit if self.side == "above" else value < limit)

    def is_kept(self, value: float, baseline: float | None) -> bool:
        """Return whether a value is so good that an alert may end."""
        if self.ratio and baseline is None:
            return False
        clear = self.clear * (baseline or 0.0) if self.ratio else self.clear
        return value <= max(clear, self.at_least) if self.side == "above" else value >= clear


OPERATIONS: Final[Mapping[str, OperationType]] = {
    "backup_overdue": "storage",
    "bounce_out_share": "detection",
    "calibration_failed": "calibration",
    "camera_bias_mm": "calibration",
    "camera_deviation_mm": "detection",
    "camera_fault": "camera",
    "camera_fps_share": "performance",
    "camera_offline": "camera",
    "camera_unused_share": "detection",
    "commit_ms": "performance",
    "confidence": "detection",
    "cpu_percent": "host",
    "disk_free_mb": "storage",
    "latency_p99_ms": "performance",
    "memory_percent": "host",
    "outlet_away_s": "outlet",
    "takeout_overdue": "play",
    "temperature_c": "host",
    "turn_idle_s": "play",
    "webhook_failing_s": "webhook",
    "zone_empty": "play",
}
_GONE: Final = ("camera_offline", "camera_fault")
_MISPLACED: Final = (*_GONE, "calibration_failed", "calibration_drift")

# Limits of cameras and darts stand well outside of what three cameras on a board show in undisturbed play (tests/property/test_alerts.py).
# Of 30 real throws each camera was used for all, its bias over 15 was 0.06 mm at most. A line that is about 2.5 mm off is not used.
BUILTIN: Final[tuple[Rule, ...]] = (
    Rule(
        name="camera_offline", measure="camera_offline", severity="high", limit=0.5, clear=0, for_s=5, resolve_s=5,
        message="Camera {camera} is offline. Check its cable and power, and that no other program uses it.",
    ),
    Rule(
        name="camera_fault", measure="camera_fault", severity="high", limit=0.5, clear=0, for_s=5, resolve_s=5, unless=("camera_offline",),
        message="The picture of camera {camera} is wrong ({faults}). Check the light of the board, the lens and the exposure.",
    ),
    Rule(
        name="camera_fps_low", measure="camera_fps_share", severity="warning", side="below", limit=0.6, clear=0.75, for_s=15, resolve_s=10,
        unless=_GONE,
        message="Camera {camera} delivers {fps} of {expected_fps} frames per second. Connect it to a USB port of its own, "
        "give it more light, or ask it for fewer frames in the configuration.",
    ),
    Rule(
        name="calibration_failed", measure="calibration_failed", severity="high", limit=0.5, clear=0, for_s=15, unless=_GONE,
        message="Camera {camera} could not be calibrated: {reason}. Take the darts out, light the board evenly, calibrate on /board.",
    ),
    Rule(
        name="calibration_drift", measure="camera_bias_mm", severity="warning", limit=0.25, clear=0.15, of_the_worst=True,
        unless=(*_GONE, "cameras_disagree"),
        message="Camera {camera} measures darts {value} mm off the others: it has moved, or one of them. "
        "Fasten and calibrate them on /board.",
    ),
    Rule(
        name="cameras_disagree", measure="camera_unused_share", severity="warning", limit=0.45, clear=0.2, of_the_worst=True,
        unless=_MISPLACED,
        message="Camera {camera} does not agree with the others on {percent} % of the darts. Clean and focus its lens, fasten it, "
        "check its connection, then calibrate it on /board.",
    ),
    Rule(
        name="confidence_falling", measure="confidence", severity="warning", side="below", ratio=True, limit=0.75, clear=0.9,
        unless=(*_MISPLACED, "cameras_disagree"),
        message="Detection is less certain than usual ({value}, usually {baseline}). Check the light of the board and clean the lenses.",
    ),
    # The second largest of 50 darts scatters: at 1.5 times the usual one a quiet week had a false alarm in some tens of weeks (seed 2836 of
    # tests/property/test_alerts.py), at twice one in thousands.
    Rule(
        name="detection_latency_high", measure="latency_p99_ms", severity="warning", ratio=True, limit=2, clear=1.5, at_least=250,
        unless=("journal_slow", "disk_nearly_full"),
        message="Darts appear late: {p99_ms} ms, usually {baseline_ms} ms. Close other programs on this machine, and check its cooling.",
    ),
    Rule(
        name="bounce_outs_many", measure="bounce_out_share", severity="warning", limit=0.3, clear=0.15,
        message="{percent} % of the last darts fell out. Sharpen the points, and turn or replace the board.",
    ),
    Rule(
        name="takeout_overdue", measure="takeout_overdue", severity="info", limit=0.5, clear=0, for_s=20,
        message="Darts still stand after the takeout. Take them out, or reset the board if there are none.",
    ),
    Rule(
        name="turn_idle", measure="turn_idle_s", severity="info", limit=300, clear=30,
        message="A match runs and no one has thrown for {minutes} minutes. Throw, pause the match, or end it.",
    ),
    Rule(
        name="disk_nearly_full", measure="disk_free_mb", severity="critical", side="below", limit=500, clear=600, for_s=10, resolve_s=10,
        message="Only {value} MB of the disk are free. Delete files or lower images.keep_mb: without space no event can be stored.",
    ),
    Rule(
        name="journal_slow", measure="commit_ms", severity="high", limit=500, clear=250, for_s=10, resolve_s=30,
        unless=("disk_nearly_full",),
        message="Writing an event takes {value} ms. Check the disk of the state directory, and what else writes to it.",
    ),
    Rule(
        name="webhook_failing", measure="webhook_failing_s", severity="warning", limit=300, clear=0,
        message="The receiver of webhook {webhook_name} takes nothing; events given up: {lost}. Check it, then deliver them again.",
    ),
    Rule(
        name="outlet_down", measure="outlet_away_s", severity="warning", limit=300, clear=0,
        message="{outlet_name} has not reached {where} for {minutes} minutes; events that wait: {waiting}. "
        "Check that server, its address and the login; nothing is lost before store.keep_days.",
    ),
    Rule(
        name="zone_empty", measure="zone_empty", severity="info", limit=0.5, clear=0, for_s=600,
        message="Zone {zone_name} has {count} of at least {min}. Look why it is empty, or lower its min.",
    ),
    Rule(
        name="backup_overdue", measure="backup_overdue", severity="warning", limit=0.5, clear=0,
        message="Backups: {reason}. Check that backup.directory can be written and has space, then make one by hand.",
    ),
)  # fmt: skip


def rules_of(changes: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return the rules that are on: the built-in ones with the changes of a configuration, and those that it adds.

    A change has the `name` of a rule and the fields that are set (others are None), `above` or `below` for limit and side.
    """
    found = {rule.name: rule for rule in BUILTIN}
    for each in changes:
        given = {name: value for name, value in each.items() if value is not None}
        name, enabled = given["name"], given.pop("enabled", True)
        side: Side | None = next((side for side in ("above", "below") if side in given), None)
        fields = {key: value for key, value in given.items() if key not in {"above", "below"}}
        if side is not None:
            fields |= {"side": side, "limit": given[side]}
        if not enabled:
            found.pop(name, None)
        elif name in found:
            found[name] = _changed(found[name], fields)
        else:
            found[name] = Rule(**{"severity": "warning", "clear": fields.get("limit"), **fields})
    return tuple(found.values())


def _changed(rule: Rule, fields: dict[str, Any]) -> Rule:
    """Return a rule with changed fields; a limit that is changed alone moves the value at which the alert ends along."""
    limit = fields.get("limit", rule.limit)
    clear = fields.get("clear", rule.clear * limit / rule.limit if rule.limit else rule.clear)
    return msgspec.structs.replace(rule, **{**fields, "clear": clear})
