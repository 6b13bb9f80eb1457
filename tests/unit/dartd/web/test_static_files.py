"""The static files of pages."""

from dartd.web.static_files import STATIC, STATIC_FILES


async def test_a_file_is_served_with_its_type() -> None:
    """Scripts must have the media type of scripts, on any system: browsers run no other."""
    name = next(path.name for path in STATIC.glob("*.js"))
    response = await STATIC_FILES.get_response(name, {"type": "http", "method": "GET", "headers": []})

    assert "javascript" in response.headers["content-type"]
