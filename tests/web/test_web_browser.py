"""The screens in a real browser, from the passphrase to a line of the form and back. Run with `pytest -m browser`."""

from __future__ import annotations

import pytest
from browsers import asked_by, browser, chromium, connected
from offices import PASSPHRASE, patiently, served

from fieldapp.services import drafts
from fieldapp.services.session import open_session

pytestmark = [pytest.mark.browser, pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")]

#: Keys that browsers have uses of their own for: help, search, reload, address line, caret browsing.
TAKEN = ("F1", "F3", "F5", "F6", "F7")


def test_a_line_of_the_form_is_filled_in_a_browser_and_nothing_is_asked_elsewhere(home, tmp_path) -> None:
    async def work() -> str:
        async with served() as office:
            async with browser(tmp_path) as page:
                await page.open(office.url)
                await page.until("Kata sandi", "Buka")
                locked = await page.picture(tmp_path / "terkunci.png")
                await page.type(PASSPHRASE)
                await page.press("Enter")
                await page.until("Daftarkan orang baru", "Ani Pencacah")
                picture = await page.picture(tmp_path / "awal.png")
                # A drawn screen: a plain ground, and letters with soft edges in many shades between.
                assert picture.most_common(1)[0][1] > 0.4 * picture.total()
                assert len(picture) > 50
                assert picture != locked

                await page.evaluate(
                    "window.kept = {}; window.addEventListener('keydown', (event) =>"
                    " setTimeout(() => { window.kept[event.key] = event.defaultPrevented; }), true)"
                )
                await page.press("F2")
                await page.until("1/9 Identitas")
                await page.press("Enter", "Enter")
                await page.type("Contoh Peramban")
                await page.press("Enter")
                await page.until("Contoh Peramban")
                await page.press("F1")
                await page.until("Bantuan", "Tutup")
                await page.press("Escape")
                for name in TAKEN:
                    await page.press(name)
                kept = await page.evaluate("window.kept")
                assert {name: kept[name] for name in TAKEN} == dict.fromkeys(TAKEN, True)
                # With the focus taken away, as by a click beside the terminal, the page is not loaded anew either.
                await page.evaluate("document.activeElement.blur()")
                await page.press("F5")
                assert await page.evaluate("window.kept.F5 && document.activeElement.className.includes('xterm')")
                assert len(office.told) == 1
                await page.open(office.url)
                await page.until("Kata sandi", "Buka")
                await page.press("Escape")
                await page.until_true(lambda: len(office.told) == 4, "both sessions' ends")
                assert "Sesi ini sudah berakhir" in await page.evaluate("document.querySelector('.dialog').innerText")
                assert await page.evaluate("document.activeElement.id") == "again"
                assert all(url.split("//")[1].startswith(office.url.split("//")[1]) for url in page.asked), page.asked
                assert not [words for words in page.refused if "Content Security Policy" in words]
            await office.until_empty()
            return office.url

    url = patiently(work())
    log = tmp_path / "network.json"
    asked = asked_by(log, url)
    assert f"{url}/static/textual.js" in asked
    assert {address for address in asked if not address.startswith((url, url.replace("http", "ws")))} == set()
    assert connected(log) == {"127.0.0.1"}
    with open_session(home, PASSPHRASE) as opened:
        (draft,) = drafts.drafts(opened)
        assert "Contoh Peramban" in draft.values.values()
