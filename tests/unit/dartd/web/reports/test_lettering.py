"""Letters that the font of the PDF cannot show."""

import pytest

from dartd.web.reports.lettering import MISSING, _wrapped, draw, is_plain, lines_of, missing

NOWHERE = "\U0010fffd"  # a private letter, in no font
LONG = "王小明李陈张刘赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Jürgen", True), ("Ян", True), ("محمد", False), ("אברהם", False), ("สมชาย ใจดี", False), ("नरेन्द्र", False), ("e\u0301", False)],
)
def test_text_is_plain_if_its_letters_stand_one_behind_the_other(text: str, *, expected: bool) -> None:
    """Whatever the font has: letters from the right, and marks above others, do not."""
    assert is_plain(text, lambda _: True) is expected
    assert not is_plain(text, lambda _: False)


def test_letter_that_no_font_has_is_a_question_mark() -> None:
    """No box: what is drawn is the picture of the question mark, and the page can say so."""
    lost, asked = draw(NOWHERE, 9), draw(MISSING, 9)

    assert lost[0].tobytes() == asked[0].tobytes()
    assert (missing(f"Ann {NOWHERE}"), missing("Ann"), missing("")) == (True, False, False)


@pytest.mark.parametrize("text", [f"5. {LONG}", "1. สมชาย ผู้ใหญ่บ้านกิ่งแก้วน้ำใจดีที่สุดในโลก", "Ann", "", "a b " * 40])
def test_no_line_is_wider_than_its_cell(text: str) -> None:
    """No letter is lost, none of a long word stands apart from what is before it, and marks stay with their letters."""
    lines = list(_wrapped(text, 8.5, 130))

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width <= 131 for _, width, _ in lines_of(text, 8.5, 130))
    assert not any(line.startswith(("\u0e48", "\u0e49", "\u0e34")) for line in lines)
    assert lines[0] != "5."


def test_letters_are_joined() -> None:
    """An Arabic word is narrower than its letters apart, where the library for it is installed."""
    features = pytest.importorskip("PIL.features")
    if not (features.check("raqm") and features.check("fribidi")):
        pytest.skip("Pillow has no Raqm here")
    if missing("محمد"):
        pytest.skip("no installed font has Arabic letters")

    assert draw("محمد", 9)[1] < sum(draw(letter, 9)[1] for letter in "محمد")
