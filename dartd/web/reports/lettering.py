"""Names in any script: text that the PDF's own font cannot show is drawn as a picture, with letters joined and ordered as they are read.

reportlab places one glyph behind the other. Arabic, Thai or Hindi need more: Pillow, which reportlab requires, has the library Raqm for it.
"""

import functools
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import reportlab  # type: ignore[import-untyped]  # it ships no types
from PIL import Image, ImageDraw, ImageFont, features

_FOLDERS: Final = ("/usr/share/fonts", "/usr/local/share/fonts")
# In the order of preference; Debian's packages are fonts-dejavu-core, fonts-noto-core, fonts-noto-ui-core, fonts-noto-cjk,
# fonts-droid-fallback, fonts-wqy-microhei and fonts-symbola.
_FILES: Final = (
    "DejaVuSans.ttf",
    "NotoSans*-Regular.*",
    "DroidSansFallback*.ttf",
    "wqy-microhei.ttc",
    "Symbola*.ttf",
)
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_JOINED: Final = frozenset({"Mn", "Me", "Mc", "Cf"})  # marks and joiners: they belong to the letter before them
_NO_LETTER: Final = "\U0010ffff"  # is in no font
MISSING: Final = "?"
_PIXELS_PER_POINT: Final = 6  # 432 a inch: as sharp as print

_Run = tuple[Path, str]


def is_plain(text: str, has: Callable[[str], bool]) -> bool:
    """Return whether glyphs one behind the other show a text; `has` says whether the font has a letter."""
    return not any(
        unicodedata.bidirectional(each) in _RIGHT_TO_LEFT or unicodedata.category(each) in _JOINED or not has(each) for each in text
    )


def lines_of(text: str, size: float, width: float) -> Iterator[tuple[Image.Image, float, float]]:
    """Yield a text line by line as pictures, each with its width and height in points; none is wider than `width`."""
    for line in _wrapped(text, size, width):
        yield draw(line, size)


def draw(text: str, size: float) -> tuple[Image.Image, float, float]:
    """Return one line as a picture with its width and height in points; letters that no font has are question marks."""
    pixels = round(size * _PIXELS_PER_POINT)
    runs = _runs(text)
    lengths = [_font(path, pixels).getlength(part) for path, part in runs]
    width, height = max(1, round(sum(lengths))), round(1.4 * pixels)
    mask = Image.new("L", (width, height), 0)
    x = 0.0
    for (path, part), length in zip(runs, lengths, strict=True):
        ImageDraw.Draw(mask).text((x, 1.05 * pixels), part, fill=255, font=_font(path, pixels), anchor="ls", **_direction())
        x += length
    return mask, width / _PIXELS_PER_POINT, height / _PIXELS_PER_POINT


def missing(text: str) -> bool:
    """Return whether no installed font has some letter of a text."""
    return any(not letter.isspace() and unicodedata.category(letter) not in _JOINED and _font_of(letter) is None for letter in text)


def _direction() -> dict[str, Any]:
    """Return the direction of a line, which Raqm alone knows: a name stands in a table that is read from the left."""
    return {"direction": "ltr"} if features.check("raqm") and features.check("fribidi") else {}


def _wrapped(text: str, size: float, width: float) -> Iterator[str]:
    """Yield the lines of a text: broken at spaces, and within a word that is wider than a line."""
    line = ""
    for word in text.split():
        both = f"{line} {word}" if line else word
        if _width(both, size) <= width:
            line = both
            continue
        if _width(word, size) <= width:
            yield line
            line = word
            continue
        line += " " if line else ""
        for letters in _clusters(word):
            if line and _width(line + letters, size) > width:
                yield line
                line = ""
            line += letters
    yield line


def _width(text: str, size: float) -> float:
    return sum(_font(path, 64).getlength(part) for path, part in _runs(text)) * size / 64


def _clusters(word: str) -> Iterator[str]:
    """Yield the letters of a word, each with its marks."""
    found = ""
    for letter in word:
        if found and unicodedata.category(letter) not in _JOINED and found[-1] != "\u200d":
            yield found
            found = ""
        found += letter
    if found:
        yield found


def _runs(text: str) -> Sequence[_Run]:
    """Return a text in parts of one font each; a space stands in the font before it."""
    found: list[_Run] = []
    for letters in _clusters(text):
        before = found[-1][0] if found else None
        path, shown = (before, letters) if letters.isspace() else (_font_of(letters[0]), letters)
        if path is None:
            path, shown = before or _files()[0], letters if letters.isspace() else MISSING
        if path == before:
            found[-1] = (path, found[-1][1] + shown)
        else:
            found.append((path, shown))
    return found


@functools.cache
def _font_of(letter: str) -> Path | None:
    """Return the first font that has a letter."""
    return next((path for path in _files() if _has(path, letter)), None)


@functools.cache
def _files() -> tuple[Path, ...]:
    found = [path for pattern in _FILES for folder in _FOLDERS for path in sorted(Path(folder).rglob(pattern))]
    return tuple(dict.fromkeys(found)) or (Path(reportlab.__file__).parent / "fonts" / "Vera.ttf",)


@functools.cache
def _has(path: Path, letter: str) -> bool:
    """Return whether a font has a letter: it draws another picture than for one that is in no font. Raqm would take letters apart first."""
    font = ImageFont.truetype(path, 32, layout_engine=ImageFont.Layout.BASIC)
    return letter.isspace() or _drawn(font, letter) != _drawn(font, _NO_LETTER)


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    mask = Image.new("L", (64, 64), 0)
    ImageDraw.Draw(mask).text((8, 8), letter, fill=255, font=font)
    return mask.tobytes()


@functools.cache
def _font(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels)
