"""Plain words."""

import pytest

from dartd.questions.text import fold, has, is_thai, mistakes, plain


@pytest.mark.parametrize(
    ("one", "other"), [("Jürgen", "JUERGEN"), ("höchstes", "hochstes"), ("Zoë", "zoe"), ("ß", "ss"), ("๑๘๐", "180"), ("ดับเบิ้ล", "ดับเบิล")]
)
def test_how_people_write_is_one(one: str, other: str) -> None:
    """With umlauts or without, in capitals, in Thai digits, with tone marks or without."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "cue", "found"),
    [
        ("my averge", "average*", True),  # codespell:ignore averge
        ("the averages", "average*", True),
        ("last week", "least", True),  # unless the language knows the word
        ("show the cat", "the dog", False),
        ("win or lose", "wine", False),
        ("ค่าเฉลี่ยของฉัน", "เฉลี่ย", True),
        ("9 ดอก แรก", "9 ดอกแรก", True),
    ],
)
def test_cues_are_found_with_mistakes(text: str, cue: str, found: bool) -> None:  # noqa: FBT001 - a row of the table
    """In longer words alone."""
    assert has(plain(text), cue) is found


def test_a_known_word_is_no_other_word() -> None:
    """The words of a language are taken as they are."""
    assert not has(plain("last week").knowing(frozenset({"last"})), "least")
    assert plain("please show me it").without_cue("show me").words == ("please", "·", "·", "it")
    assert is_thai("ก")


@pytest.mark.parametrize(
    ("one", "other", "count"), [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abcd", 1), ("abc", "xyz", 3), ("", "ab", 2)]
)
def test_mistakes_are_counted(one: str, other: str, count: int) -> None:
    """Two swapped letters are one mistake."""
    assert mistakes(one, other) == mistakes(other, one) == count
