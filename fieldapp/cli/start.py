"""The program as it is started. Without a command it goes straight to the screens, which need nothing of the command
line: loading that would hold the first screen up by a tenth.
"""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType
from typing import Any, NoReturn

from fieldapp.cli.output import prepare_streams


def run() -> int:
    """Runs the program on the arguments it was called with and returns its exit code."""
    prepare_streams()
    if len(sys.argv) > 1 or not _has_terminal():
        from fieldapp.cli.main import run as command_line

        return command_line()
    _quiet_threads()
    try:
        from fieldapp.services.homes import default_home
        from fieldapp.tui.app import main

        return main(default_home())
    except (Exception, KeyboardInterrupt) as error:
        return _told(error)


def _has_terminal() -> bool:
    # A driver of the framework's own (a browser) needs no terminal.
    return bool(os.environ.get("TEXTUAL_DRIVER")) or all(
        stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    )


def _told(error: BaseException) -> int:
    from fieldapp.cli.errors import guarded
    from fieldapp.locale import language_of_environment, set_language

    set_language(language_of_environment())

    def again() -> NoReturn:
        raise error

    return guarded(again, as_json=False)


def _quiet_threads() -> None:
    """Failures outside the main thread become crash reports, as on the command line; loaded when there is one."""

    def in_thread(failed: threading.ExceptHookArgs) -> None:
        _ready().excepthook(failed)

    def unraisable(failed: Any) -> None:
        _ready()
        sys.unraisablehook(failed)

    def uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        _ready()
        sys.excepthook(kind, error, traceback)

    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
    sys.excepthook = uncaught


def _ready() -> Any:
    from fieldapp.cli.errors import quiet_threads

    quiet_threads()
    return threading
