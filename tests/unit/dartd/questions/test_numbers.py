"""The numbers of a rephrased answer."""

import pytest

from dartd.questions.numbers import has_no_other_numbers, numbers_in

OURS = "Ann, this month: average 65.32 (480 darts, 32 legs), usually 60.10."


@pytest.mark.parametrize(
    "text",
    [
        "Ann averaged 65.32 with 480 darts in 32 legs; 60.10 is usual.",
        "This month Ann is at 65,32.",
        "Ann wirft im Schnitt 65,320.",
        "An average of ๖๕.๓๒!",
    ],
)
def test_the_same_numbers_may_be_said_otherwise(text: str) -> None:
    """With a comma, in other digits, fewer of them."""
    assert has_no_other_numbers(text, OURS)


@pytest.mark.parametrize(
    "text",
    [
        "Ann averaged 66.",
        "Ann averaged 60.10, usually 65.32.",
        "Ann averaged 65.32 and 65.32.",
        "Ann averaged sixty-five, that is 65.32.",
        "Ann is twice as good: 65.32.",
        "Fünfundsechzig, also 65,32",
        "ค่าเฉลี่ยหกสิบ 65.32",
        "65.32 with ５ more",
        "65.32²",
        "Ann plays well.",
    ],
)
def test_other_numbers_are_found(text: str) -> None:
    """Wrong, swapped or repeated ones, in words or in digits of any kind; and an answer without any."""
    assert not has_no_other_numbers(text, OURS)


def test_numbers_are_compared_by_value() -> None:
    """Whatever separates the decimals."""
    assert numbers_in("1,50 and 1.5 and 003") == ["1.5", "1.5", "3"]
    assert has_no_other_numbers("Nothing there.", "There is nothing to count.")
