"""Delays of logins."""

from dartd.auth.login_throttle import MAX_DELAY_S, LoginThrottle


def test_wrong_passwords_delay_others_but_not_the_owner() -> None:
    """The account stays usable from an address that it was used from, and usable after a delay from any other."""
    now_s = 100.0
    throttle = LoginThrottle(10, now=lambda: now_s)
    throttle.succeeded("ann", "ip:192.0.2.1")
    for k in range(10):
        assert throttle.delay_s("ann", "ip:203.0.113.5") == 0.0, k
        throttle.failed("ann", "ip:203.0.113.5")
    delays = [throttle.delay_s("ann", address) for address in ("ip:203.0.113.5", "ip:198.51.100.7", "ip:192.0.2.1")]
    for _ in range(100):
        throttle.failed("ann", "ip:203.0.113.5")
    longest, other = throttle.delay_s("ann", "ip:198.51.100.7"), throttle.delay_s("bob", "ip:203.0.113.5")
    now_s += 700

    assert delays == [0.5, 0.5, 0.0]
    assert (longest, other) == (MAX_DELAY_S, 0.0)
    assert throttle.delay_s("ann", "ip:198.51.100.7") == 0.0


def test_memory_is_bounded() -> None:
    """Names that do not exist are forgotten."""
    throttle = LoginThrottle(1, now=lambda: 1.0)
    for k in range(10_000):
        throttle.failed(f"u{k}", "ip:203.0.113.5")
        throttle.succeeded(f"u{k}", "ip:203.0.113.5")

    assert len(throttle._wrong) + len(throttle._known) <= 2 * 4096
