"""The pages of alerts and webhooks in a real Chromium."""

import re
from pathlib import Path

import msgspec
from playwright.async_api import Page, expect

from schemas.events import AlertChanged
from tests.support.alerts import ALERT, Watched, sample
from tests.support.receiver import PRIVATE
from tests.support.station import TOKEN, running_station

(LOW,) = Watched().pass_s(17, sample({"fps": 5.0}))  # as the rule words it
FULL = msgspec.structs.replace(
    ALERT, alert_id=2, alert_type="disk_nearly_full", severity="critical", operation_type="storage", camera_id=None
)


async def test_alerts_are_shown_and_acknowledged(page: Page, tmp_path: Path) -> None:
    """With cause and figures; one with what was done, the others together; a resolved one is among all of them only.

    The bar of every page counts those that are open, and a message is in the language of the device, on the dashboard as well.
    """
    async with running_station(tmp_path) as station:
        await page.goto(f"{station.http}/alerts")
        await expect(page.locator("[data-health=healthy]")).to_contain_text("cam1")  # what everyone may know: /health
        await page.goto(f"{station.http}/alerts#key={TOKEN}")
        await page.reload()
        await expect(page.locator("[data-none]")).to_be_visible()
        await station.happen(LOW, AlertChanged(alert=FULL))
        await page.goto(f"{station.http}/settings")
        await expect(page.locator("#bar [data-alerts='2']")).to_have_text(re.compile(r"■\s*2\s*alerts"))
        await page.locator("main a[href=alerts]").click()
        await expect(page.locator("[data-alert='1']")).to_contain_text(LOW.anomaly.root_cause if LOW.anomaly else "")
        await page.locator("[data-alert='1'] input[name=action]").fill("closed the browser")
        await page.locator("[data-alert='1'] [data-acknowledge]").click()
        await expect(page.locator("[data-alert='1']")).to_contain_text("closed the browser")
        await page.locator("[data-alert='2'] input[type=checkbox]").check()
        await page.locator("[data-many]").click()
        await expect(page.locator("[data-alert='2'][data-status=acknowledged]")).to_have_count(1)
        await station.happen(AlertChanged(alert=msgspec.structs.replace(FULL, status="resolved", resolved_at=ALERT.timestamp)))
        await expect(page.locator("[data-alert='2']")).to_have_count(0)
        await page.locator("[data-all]").check()
        await expect(page.locator("[data-alert='2'][data-status=resolved]")).to_have_count(1)
        await expect(page.locator("#bar [data-alerts='1']")).to_have_count(1)
        await page.evaluate("localStorage.setItem('dartd.language', 'de')")
        await page.reload()
        await expect(page.locator("[data-alert='1']")).to_contain_text("Kamera cam0 liefert 5 von 30 Bildern pro Sekunde.")
        await page.goto(f"{station.http}/dashboard")
        await expect(page.locator("[data-open-alerts='1']")).to_contain_text("Kamera cam0 liefert 5 von 30 Bildern pro Sekunde.")


async def test_webhooks_are_added_tested_and_get_a_new_secret(page: Page, tmp_path: Path) -> None:
    """The secret is shown once; a failed delivery is posted again; switched off it is disabled."""
    async with running_station(tmp_path, config=PRIVATE) as station:
        await page.goto(f"{station.http}/webhooks#key={TOKEN}")
        await page.locator("#add input[name=name]").fill("Chat")
        await page.locator("#add input[name=url]").fill(f"{station.http}/none")
        await page.locator("#add button").click()
        first = await page.locator("[data-secret]").inner_text()
        await page.locator("[data-rotate]").click()
        await expect(page.locator("[data-secret]")).not_to_have_text(first)
        await page.reload()
        await expect(page.locator("[data-webhook]")).to_have_count(1)
        await expect(page.locator("[data-secret]")).to_have_count(0)
        await page.locator("[data-test]").click()
        await expect(page.locator(".message.shown")).to_have_count(1)
        await page.locator("[data-active]").click()
        await expect(page.locator("[data-webhook] .pill")).to_have_text("off")
        await page.locator("[data-remove]").click()
        await expect(page.locator("[data-webhook]")).to_have_count(0)
        assert first.startswith("whsec_")
