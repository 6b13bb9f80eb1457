"""Voice packs: what lies in the folder is listed and served, and nothing else."""

from pathlib import Path

from tests.support.http_client import http_client
from tests.support.station import running_station


async def test_voices_are_folders_of_sounds(tmp_path: Path) -> None:
    """Files that are no sounds are left out, and no path leads out of the folder."""
    pack = tmp_path / "voices" / "en-GB-Russ"
    pack.mkdir(parents=True)
    for name in ("180.mp3", "busted+2.wav", "notes.txt"):
        (pack / name).write_bytes(b"sound")
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    (pack / "link.mp3").symlink_to(tmp_path / "secret.mp3")  # an archive may contain links
    (pack / "folder.mp3").mkdir()
    (pack / "again.mp3").symlink_to("180.mp3")
    (tmp_path / "voices" / "link").symlink_to(tmp_path)
    async with running_station(tmp_path) as station, http_client(station.http) as http:
        listed = (await http.get("/voices")).json()["data"]
        sound = await http.get("/voices/en-GB-Russ/180.mp3")
        paths: tuple[str, ...] = (
            "en-GB-Russ/notes.txt",
            "en-GB-Russ/181.mp3",
            "%2e%2e/secret.mp3",
            "en-GB-Russ/..%2f..%2fsecret.mp3",
            "other/180.mp3",
        )
        paths += ("en-GB-Russ/link.mp3", "en-GB-Russ/folder.mp3", "link/secret.mp3")
        refused = [(await http.get(f"/voices/{path}")).status_code for path in paths]

    assert listed == [{"name": "en-GB-Russ", "sounds": ["180.mp3", "again.mp3", "busted+2.wav"]}, {"name": "link", "sounds": []}]
    assert (sound.content, sound.headers["content-type"]) == (b"sound", "audio/mpeg")
    assert refused == [404] * len(paths)
