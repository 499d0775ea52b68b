"""`fieldapp web`: the page, who is let in, and what becomes of a session's program when its browser goes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import ssl
import sys

import aiohttp
import pytest
from offices import PASSPHRASE, is_running, patiently, served

from fieldapp.services.session import open_session
from fieldapp.web import session as web_session
from fieldapp.web.server import IDLE_CODE, PAGES, STATIC, Limits
from fieldapp.web.session import session_environment

ADDRESS = re.compile(r"https?://|[\"'(]//\w|wss?://")


def test_the_page_asks_for_nothing_but_its_own_files(home) -> None:
    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:
            async with client.get(office.url) as answer:
                page, headers = await answer.text(), answer.headers
            assert answer.status == 200
            assert not ADDRESS.search(page)
            asked = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
            assert {path.removeprefix("/static/") for path in asked} == set(STATIC)
            for path in asked:
                async with client.get(office.url + path) as answer:
                    assert answer.status == 200, path
                    if not path.endswith((".ttf", ".svg")):
                        # Comments with a licence's address ask for nothing.
                        text = re.sub(r"/\*.*?\*/", "", await answer.text(), flags=re.DOTALL)
                        assert not re.search(r"url\(\s*[\"']?(https?:)?//", text), path
                        assert not re.search(r"https?://\w", text), path
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert f"connect-src 'self' {office.url.replace('http', 'ws')} " in policy
            assert "unsafe-eval" not in policy
            assert headers["Server"] == "fieldapp"
            for path in ("/static/", "/static/server.py", "/static/..%2fserver.py", "/download/x", "/favicon.ico"):
                async with client.get(office.url + path) as answer:
                    assert answer.status == 404, path

    patiently(work())


def test_the_page_speaks_the_chosen_language(home) -> None:
    from fieldapp.locale import set_language

    async def page() -> str:
        async with served() as office, aiohttp.ClientSession() as client, client.get(office.url) as answer:
            return await answer.text()

    assert "Sesi ini sudah berakhir" in patiently(page())
    set_language("en")
    assert "This session has ended" in patiently(page())


def test_a_stranger_page_gets_no_session_and_a_stranger_name_gets_no_page(home) -> None:
    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:
            async with client.get(office.url, headers={"Host": "rekaan.example:8421"}) as answer:
                assert answer.status == 403
                assert "Alamat ini tidak dilayani" in await answer.text()
            for origin in (None, "null", "http://rekaan.example", office.url + "1"):
                headers = {"Origin": origin} if origin else {}
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    async with client.ws_connect(office.url + "/ws", headers=headers):
                        pass
                assert refused.value.status == 403, origin
            assert office.told == []
            assert office.process_ids == []

    patiently(work())


def test_a_session_is_given_neither_secrets_nor_settings_of_the_server() -> None:
    inherited = {
        "PATH": "x",
        "NO_COLOR": "1",
        "FIELDAPP_HOME": "rumah",
        "FIELDAPP_LANG": "en",
        "FIELDAPP_PASSPHRASE": "rahasia",
        "FIELDAPP_PASSPHRASE_FILE": "rahasia",
        "FIELDAPP_NEW_PASSPHRASE": "rahasia",
        "FIELDAPP_DATABASE": "rahasia",
        "FIELDAPP_DATABASE_FILE": "rahasia",
        "TEXTUAL": "devtools",
        "TEXTUAL_LOG": "ketikan.log",
        "TEXTUAL_DRIVER": "x",
        "LC_ALL": "C",
    }
    given = session_environment(inherited, 100, 30)
    assert "rahasia" not in given.values()
    assert {"TEXTUAL", "TEXTUAL_LOG"}.isdisjoint(given)
    assert {name: given[name] for name in ("PATH", "NO_COLOR", "FIELDAPP_HOME", "FIELDAPP_LANG")} == {
        "PATH": "x",
        "NO_COLOR": "1",
        "FIELDAPP_HOME": "rumah",
        "FIELDAPP_LANG": "en",
    }
    assert (given["COLUMNS"], given["ROWS"]) == ("100", "30")
    assert given["TEXTUAL_DRIVER"].startswith("fieldapp.tui.")
    assert given["LC_ALL"] == "C.UTF-8"


def test_a_browser_unlocks_types_and_goes_and_the_draft_is_kept(home, monkeypatch) -> None:
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", "bukan untuk sesi")
    monkeypatch.setenv("LC_ALL", "C")

    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:
            async with office.seat(client) as seat:
                # Frames as in a terminal of today, though the server may have been started where they cannot be shown.
                await seat.until("Kata sandi", "Buka", "╭─")
                (process_id,) = office.process_ids
                if sys.platform == "linux":
                    with open(f"/proc/{process_id}/environ", "rb") as file:
                        assert b"bukan untuk sesi" not in file.read()
                    with open(f"/proc/{process_id}/cmdline", "rb") as file:
                        assert file.read().split(b"\0")[1:3] == [b"-m", b"fieldapp"]
                for nonsense in (
                    "",
                    "{",
                    "1",
                    "[]",
                    '["stdin"]',
                    '["stdin", 7]',
                    '["resize", 3]',
                    '["x"]',
                    '[["stdin"]]',
                ):
                    await seat.socket.send_str(nonsense)
                await seat.socket.send_json(["resize", {"width": -5, "height": "x"}])
                await seat.socket.send_json(["resize", {"width": 80, "height": 24}])
                await seat.socket.send_json(["ping", "17"])
                await seat.unlock()
                assert ["pong", "17"] in seat.texts
                await seat.type("\x1bOQ")
                await seat.until("1/9 Identitas")
                # The name is typed and its field never left.
                await seat.type("\r\r")
                await seat.type("Contoh Rekaan Peramban")
                await seat.until("Contoh Rekaan Peramban")
                # As when a lid is closed: no farewell.
                seat.socket._response.connection.transport.abort()
            await office.until_empty()
            assert not is_running(process_id)
            assert [event["event"] for event in office.told] == ["opened", "closed"]
            assert office.told[0] == {"event": "opened", "session": 1, "open": 1, "limit": 8}
            assert office.faults == []

    patiently(work())
    from fieldapp.services import drafts

    with open_session(home, PASSPHRASE) as opened:
        (kept,) = drafts.drafts(opened)
        assert "Contoh Rekaan Peramban" in kept.values.values()


def test_no_more_sessions_than_allowed_and_the_next_is_told_to_wait(home) -> None:
    async def work() -> None:
        async with served(limits=Limits(sessions=1)) as office, aiohttp.ClientSession() as client:
            async with office.seat(client) as seat:
                await seat.until("Kata sandi")
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    async with office.seat(client):
                        pass
                assert refused.value.status == 503
                async with client.get(office.url) as answer:
                    assert answer.status == 503
                    page = await answer.text()
                assert "Semua 1 tempat sedang dipakai" in page
                assert "textual.js" not in page
                await seat.type("\x1b")
                # Esc at the passphrase ends the program, and with it the session.
                await seat.until_closed()
            await office.until_empty()
            async with client.get(office.url) as answer:
                assert answer.status == 200

    patiently(work())


def test_a_session_without_keys_is_ended_and_told_why(home) -> None:
    async def work() -> None:
        async with served(limits=Limits(idle_s=0.5)) as office, aiohttp.ClientSession() as client:
            async with office.seat(client) as seat:
                process_ids = office.process_ids
                assert await seat.until_closed() == IDLE_CODE
            await office.until_empty()
            assert not any(map(is_running, process_ids))

    patiently(work())


@pytest.mark.skipif(sys.platform == "win32", reason="a process is stopped by a signal")
def test_a_program_that_does_not_answer_any_more_is_ended(home, monkeypatch) -> None:
    monkeypatch.setattr(web_session, "LEAVING_S", 0.2)

    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:
            async with office.seat(client) as seat:
                await seat.until("Kata sandi")
                (process_id,) = office.process_ids
                os.kill(process_id, signal.SIGSTOP)
            await office.until_empty()
            assert not is_running(process_id)

    patiently(work())


def test_the_servers_end_ends_every_session_and_says_so(home) -> None:
    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:
            async with office.seat(client) as seat, office.seat(client) as other:
                await seat.until("Kata sandi")
                await other.until("Kata sandi")
                process_ids = office.process_ids
                assert len(process_ids) == 2
                office.server.stop()
                assert await seat.until_closed() == aiohttp.WSCloseCode.GOING_AWAY
                assert await other.until_closed() == aiohttp.WSCloseCode.GOING_AWAY
            await office.until_empty()
            assert not any(map(is_running, process_ids))

    patiently(work())


def test_a_fault_of_the_server_is_reported_and_shows_nothing(home, monkeypatch) -> None:
    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:

            def fail(*_given, **_named):
                raise RuntimeError("Contoh Rekaan 6471052812749001")

            monkeypatch.setattr("aiohttp_jinja2.render_template", fail)
            async with client.get(office.url) as answer:
                assert answer.status == 500
                assert "Rekaan" not in await answer.text()
            assert [type(fault) for fault in office.faults] == [RuntimeError]

    patiently(work())


def test_a_program_that_cannot_be_started_ends_its_own_session_only(home, monkeypatch) -> None:
    async def refuse(*_given, **_named):
        raise OSError(11, "Resource temporarily unavailable")

    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:
            with monkeypatch.context() as patched:
                patched.setattr(asyncio, "create_subprocess_exec", refuse)
                async with office.seat(client) as seat:
                    await seat.until_closed()
            await office.until_empty()
            assert [type(fault) for fault in office.faults] == [BlockingIOError]
            async with client.get(office.url + "/ws", headers={"Origin": office.url}) as answer:
                assert answer.status == 400
            async with office.seat(client) as seat:
                await seat.until("Kata sandi")
            await office.until_empty()
            assert [event["event"] for event in office.told] == ["opened", "closed"] * 2

    patiently(work())


def test_a_megabyte_pasted_reaches_the_program_and_it_goes_on(home) -> None:
    async def work() -> None:
        async with served() as office, aiohttp.ClientSession() as client:
            async with office.seat(client) as seat:
                await seat.until("Kata sandi", "Buka")
                # Short enough to be taken, and the first thing that happens at all: the page has the focus.
                await seat.type("\x1b[200~" + "ü" * 100 + "\x1b[201~\r")
                await seat.until("tidak cocok")
                await seat.type("\x1b[200~" + "ü" * 1_000_000 + "\x1b[201~")
                await seat.unlock()
            await office.until_empty()
            assert office.faults == []

    patiently(work())


def test_with_a_certificate_everything_goes_by_tls(home, tmp_path) -> None:
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(server_side)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async def work() -> None:
        async with served(tls=server_side) as office, aiohttp.ClientSession() as client:
            office.url = office.url.replace("http:", "https:")
            async with client.get(office.url, ssl=trusting) as answer:
                assert answer.status == 200
            async with office.seat(client, ssl=trusting) as seat:
                await seat.until("Kata sandi")
            await office.until_empty()
            # A closed TLS connection says farewell on the next turns of the loop.
            await asyncio.sleep(0.1)

    patiently(work())


def test_every_file_of_the_page_is_there() -> None:
    assert all(path.is_file() for path in STATIC.values())
    assert (PAGES / "index.html").is_file()


def test_many_sessions_at_once_do_not_pass_the_limit_together(home) -> None:
    async def work() -> None:
        async with served(limits=Limits(sessions=2)) as office, aiohttp.ClientSession() as client:
            refused: list[int] = []

            async def sit() -> None:
                try:
                    async with office.seat(client):
                        while len(refused) < 3:
                            await asyncio.sleep(0.02)
                except aiohttp.WSServerHandshakeError as error:
                    refused.append(error.status)

            await asyncio.gather(*(sit() for _ in range(5)))
            assert refused == [503] * 3
            await office.until_empty()

    patiently(work())
