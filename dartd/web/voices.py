"""Voice packs of the caller: folders of sound files in `voices` of the state directory, named as those of darts-caller."""

import mimetypes
import re
from pathlib import Path
from typing import Final

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from dartd.web.http.endpoint import Call
from dartd.web.pages import page
from schemas.api.documents import Voice, Voices

FOLDER: Final = "voices"
MAX_VOICES: Final = 100
MAX_SOUNDS: Final = 5000  # of a voice: numbers, names of players and variants
_SOUND: Final = re.compile(r"[\w+ ,.'-]{1,96}\.(mp3|wav|ogg|m4a)", re.IGNORECASE)
_VOICE: Final = re.compile(r"\w[\w+ .-]{0,63}")

# Python does not know all of them, and the first guess reads files of the system.
mimetypes.add_type("audio/mp4", ".m4a")
mimetypes.add_type("audio/ogg", ".ogg")


async def get_voices(call: Call) -> Voices:
    """Return the voices, by name, and their sounds."""
    folder = call.services.config.state_path / FOLDER
    found = await anyio.to_thread.run_sync(_voices, folder)
    return Voices(data=tuple(found))


async def get_sound(call: Call) -> Response:
    """Return a sound of a voice."""
    voice, sound = call.path("voice"), call.path("sound")
    path = call.services.config.state_path / FOLDER / voice / sound
    if not _VOICE.fullmatch(voice) or not _SOUND.fullmatch(sound) or not await anyio.to_thread.run_sync(_is_sound, path):
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "public, max-age=86400"})


def _voices(folder: Path) -> list[Voice]:
    if not folder.is_dir():
        return []
    named = sorted(each for each in folder.iterdir() if _VOICE.fullmatch(each.name) and each.is_dir())
    return [Voice(name=each.name, sounds=_sounds(each)) for each in named[:MAX_VOICES]]


def _is_sound(path: Path) -> bool:
    """Return whether this is a file of its voice: a pack from elsewhere may have links to files of the machine."""
    return path.is_file() and path.resolve().is_relative_to(path.parents[1].resolve())


def _sounds(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(each.name for each in folder.iterdir() if _SOUND.fullmatch(each.name) and _is_sound(each))[:MAX_SOUNDS])


ENDPOINTS = [
    page("/voices", get_voices, "The voice packs of the caller", Voices),
    page("/voices/{voice}/{sound}", get_sound, "A sound of a voice pack", None, "audio/*", 404),
]
