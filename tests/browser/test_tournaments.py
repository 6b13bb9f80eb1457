"""The pages of tournaments in a real Chromium."""

from pathlib import Path
from typing import Final

from playwright.async_api import ViewportSize

from tests.browser.conftest import OpenPage

_AXE: Final = Path(__file__).parents[1] / "support/vendor/axe-core/axe.min.js"
_RUN_AXE: Final = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ""}`));
}"""
_TOO_WIDE: Final = "document.documentElement.scrollWidth > innerWidth"


async def test_tournament_is_run_on_one_page_and_followed_on_the_wall(open_page: OpenPage, tmp_path: Path) -> None:
    """Entrants, draw, call, board, a match by hand, a walkover; the wall follows without being loaded again."""
    page = await open_page(viewport=ViewportSize(width=1280, height=800), bypass_csp=True)
    wall = await open_page(viewport=ViewportSize(width=1920, height=1080), bypass_csp=True, locale="de-DE")
