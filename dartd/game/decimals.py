"""Exact decimals with two places, rounded half up, from integers alone; None where the denominator is zero."""

from math import isqrt


def ratio(numerator: int, denominator: int) -> str | None:
    """Return numerator / denominator."""
    if denominator == 0:
        return None
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return _written((200 * numerator + denominator) // (2 * denominator))


def root(numerator: int, denominator: int) -> str | None:
    """Return the square root of numerator / denominator, which must not be negative."""
    if denominator == 0:
        return None
    # floor(100 √q + ½) = (floor(√(40000 q)) + 1) // 2, and the inner floor is an integer square root.
    return _written((isqrt(40000 * numerator // denominator) + 1) // 2)


def _written(hundredths: int) -> str:
    sign = "-" if hundredths < 0 else ""
    whole, part = divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{part:02d}"
