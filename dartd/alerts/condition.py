"""Hysteresis: when a rule that is broken or kept becomes an alert, or the end of one."""

from typing import Final, Literal

import msgspec

from dartd.alerts.rules import Rule

UNKNOWN_S: Final = 600.0  # an open alert whose measure has not been known for so long ends: what it was about is over


class Condition(msgspec.Struct):
    """Since when a rule has been broken, kept, or its measure not known; in media time."""

    broken_s: float | None = None
    kept_s: float | None = None
    unknown_s: float | None = None

    def judge(
        self, rule: Rule, value: float | None, baseline: float | None, now: float, *, is_open: bool
    ) -> Literal["raise", "resolve"] | None:
        """Take a value in; return what it makes of the alert."""
        broken = value is not None and rule.is_broken(value, baseline)
        kept = value is not None and not broken and rule.is_kept(value, baseline)
        self.broken_s = _since(self.broken_s, now, is_so=broken)
        self.kept_s = _since(self.kept_s, now, is_so=kept)
        self.unknown_s = _since(self.unknown_s, now, is_so=value is None)
        if not is_open:
            return "raise" if self.broken_s is not None and now - self.broken_s >= rule.for_s else None
        has_ended = self.kept_s is not None and now - self.kept_s >= rule.resolve_s
        is_over = self.unknown_s is not None and now - self.unknown_s >= UNKNOWN_S
        return "resolve" if has_ended or is_over else None


def _since(since_s: float | None, now: float, *, is_so: bool) -> float | None:
    return (now if since_s is None else since_s) if is_so else None
