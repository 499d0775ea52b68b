"""A headless Chromium, driven by its DevTools protocol: what it asked for, what its terminal shows, its picture."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pyte
from PIL import Image

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PATIENCE_S = 60.0

#: DOM name, Windows' virtual key code, and the text that the key types.
KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "Space": (" ", 32, " "),
    "-": ("-", 189, "-"),
    ".": (".", 190, "."),
    **{f"F{number}": (f"F{number}", 111 + number, "") for number in range(1, 13)},
}


def chromium() -> str | None:
    """The browser of this machine, or None: FIELDAPP_CHROMIUM, or one of the usual names."""
    asked = os.environ.get("FIELDAPP_CHROMIUM")
    return asked or next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page. `asked` are the addresses of all its requests; the terminal in it is read from its socket's frames."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.asked: list[str] = []
        self.refused: list[str] = []
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            told = json.loads(message.data)
            if "id" in told:
                self._answers.pop(told["id"]).set_result(told)
            else:
                self._heard(told["method"], told["params"])

    def _heard(self, event: str, told: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])
        elif event == "Network.webSocketCreated":
            self.asked.append(told["url"])
        elif event == "Network.webSocketFrameSent":
            kind, *rest = json.loads(told["response"]["payloadData"])
            if kind == "resize":
                self.screen.resize(rest[0]["height"], rest[0]["width"])
        elif event == "Network.webSocketFrameReceived" and told["response"]["opcode"] == 2:
            self._stream.feed(base64.b64decode(told["response"]["payloadData"]))
        elif event == "Log.entryAdded":
            self.refused.append(told["entry"]["text"])

    async def do(self, method: str, **what: Any) -> dict[str, Any]:
        """One command of the protocol, and its answer."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._number, "method": method, "params": what})
        told = await asyncio.wait_for(answer, PATIENCE_S)
        assert "error" not in told, (method, told)
        return dict(told["result"])

    async def open(self, url: str) -> None:
        for domain in ("Network", "Page", "Log", "Runtime"):
            await self.do(f"{domain}.enable")
        await self.do("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """The value of a piece of JavaScript in the page."""
        told = await self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def press(self, *keys: str) -> None:
        """Keys by their DOM names, as if pressed on the keyboard."""
        for name in keys:
            key, code, text = KEYS.get(name, (name, ord(name.upper()[0]), name))
            what = {"key": key, "code": name, "windowsVirtualKeyCode": code, "nativeVirtualKeyCode": code}
            kind = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
            await self.do("Input.dispatchKeyEvent", **what, **kind)
            await self.do("Input.dispatchKeyEvent", **what, type="keyUp")

    async def type(self, text: str) -> None:
        for letter in text:
            await self.press("Space" if letter == " " else letter)

    @property
    def seen(self) -> str:
        """The terminal's text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    async def until(self, *texts: str) -> None:
        """Waits until the terminal shows all of `texts`."""
        await self.until_true(lambda: all(text in self.seen for text in texts), texts)

    async def until_true(self, is_so: Any, what: Any) -> None:
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < end, f"never saw {what}:\n{self.seen}\n{self.refused}"
            await asyncio.sleep(0.05)

    async def picture(self, file: Path) -> Counter[bytes]:
        """Writes what is on the screen as PNG, and counts its colours."""
        told = await self.do("Page.captureScreenshot", format="png")
        file.write_bytes(base64.b64decode(told["data"]))
        return colours(file)

    async def close(self) -> None:
        await self.do("Browser.close")
        self._reader.cancel()


@asynccontextmanager
async def browser(folder: Path, size: str = "1000,640") -> AsyncIterator[Browser]:
    """Chromium with a profile of its own in `folder`, its log of the network in `folder/network.json`."""
    found = chromium()
    assert found is not None
    arguments = [
        found, "--headless=new", f"--user-data-dir={folder / 'profile'}", "--remote-debugging-port=0",
        f"--log-net-log={folder / 'network.json'}", f"--window-size={size}", "--no-first-run", "--disable-gpu",
        # What a browser asks its maker for on its own stays here as well.
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
        "--disable-default-apps", "--disable-dev-shm-usage", "about:blank",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium's own sandbox refuses to be set up by root.
        arguments.insert(1, "--no-sandbox")
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        port = await _port(folder / "profile" / "DevToolsActivePort", process)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [each for each in await answer.json() if each["type"] == "page"]
            async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Browser(socket)
                yield page
                await page.close()
        await asyncio.to_thread(process.wait, 30)
    finally:
        process.kill()
        process.wait()


async def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        if file.exists() and (text := file.read_text()):
            return int(text.splitlines()[0])
        await asyncio.sleep(0.05)
    raise AssertionError(f"the browser did not start (exit {process.poll()})")


def asked_by(network_log: Path, origin: str) -> set[str]:
    """The addresses that pages of `origin` asked for, by the browser's own log of its network."""
    return {told["url"] for told in _logged(network_log, "URL_REQUEST_START_JOB") if told.get("initiator") == origin}


def connected(network_log: Path) -> set[str]:
    """Every host that the browser tried to connect to, for whatever purpose."""
    tries = _logged(network_log, "TCP_CONNECT_ATTEMPT")
    return {told["address"].rpartition(":")[0] for told in tries if "address" in told}


def _logged(network_log: Path, wanted: str) -> list[dict[str, Any]]:
    log = json.loads(network_log.read_text())
    number = log["constants"]["logEventTypes"][wanted]
    return [event["params"] for event in log["events"] if event["type"] == number and "params" in event]


def colours(png: Path) -> Counter[bytes]:
    """How many pixels there are of each colour in a picture."""
    with Image.open(png) as picture:
        pixels = picture.convert("RGB")
        return Counter({bytes(colour): count for count, colour in pixels.getcolors(pixels.width * pixels.height)})
