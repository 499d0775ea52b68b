"""The one place where a failure becomes words and an exit code; nobody ever sees a stack trace."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from fieldapp.cli.base import quoted
from fieldapp.cli.output import as_json_text, plain, write
from fieldapp.locale import _

WRONG_USE = 2
INTERNAL = 70  # EX_SOFTWARE of sysexits.h: a fault of the program, not of its use.
INTERRUPTED = 130


def guarded(work: Callable[[], int], *, as_json: bool, command: str = "fieldapp") -> int:
    """Runs `work` and returns its exit code; whatever it raises is told in words (and, with `--json`, as a value)."""
    from fieldapp.services.problems import Problem

    try:
        return work()
    except Problem as problem:
        _tell(as_json, problem.code, _with_file(problem.message(), problem.details.get("file")), problem.findings)
        return int(problem.exit_code)
    except click.UsageError as error:
        _tell(as_json, "usage", usage_message(error), hint=_usage_hint(error))
        return WRONG_USE
    except (KeyboardInterrupt, click.Abort, EOFError):
        write(sys.stderr, "\n" + _("Dihentikan. Yang sudah disimpan tetap tersimpan.") + "\n")
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except Exception as error:
        _tell(as_json, "internal", _apology(keep_crash_report(error, error.__traceback__)))
        return INTERNAL


def _tell(as_json: bool, code: str, message: str, findings: list[dict[str, Any]] | None = None, hint: str = "") -> None:
    if as_json:
        error: dict[str, Any] = {"code": code, "message": message}
        if findings:
            error["findings"] = findings
        write(sys.stdout, as_json_text({"error": error}))
    lines = [hint] if hint else []
    lines.append(_("Galat ({code}): {message}").format(code=code, message=message))
    for finding in findings or ():
        lines.append(
            "  - " + plain(f"{finding.get('field', '-')}: {finding.get('message', '')} ({finding.get('code', '')})")
        )
    write(sys.stderr, "\n".join(lines) + "\n")


def _with_file(message: str, file: object) -> str:
    """The message with the file's name where it does not say it: of many bundles, which one was it?"""
    return message if file is None or str(file) in message else f"{message} [{file}]"


def _usage_hint(error: click.UsageError) -> str:
    if error.ctx is None:
        return ""
    usage = error.ctx.get_usage()
    return usage + "\n" + _("'{path} --help' menjelaskan selengkapnya.").format(path=error.ctx.command_path)


def usage_message(error: click.UsageError) -> str:
    """What was wrong in the way the program was called, in the language in force."""
    if isinstance(error, click.MissingParameter):
        return _missing(error)
    if isinstance(error, click.BadParameter):
        where = _parameter_name(error)
        words = _("Nilai untuk {where} tidak dapat dipakai: {why}") if where else "{why}"
        return words.format(where=where, why=error.message)
    if isinstance(error, click.NoSuchOption):
        return _("Tidak ada pilihan {name}.").format(name=quoted(error.option_name)) + _nearest(error.possibilities)
    if isinstance(error, click.NoSuchCommand):
        return _("Tidak ada perintah {name}.").format(name=quoted(error.command_name)) + _nearest(error.possibilities)
    if isinstance(error, click.BadOptionUsage):
        return _bad_option(error)
    return error.message


def _missing(error: click.MissingParameter) -> str:
    parameter = error.param
    where = _parameter_name(error)
    if isinstance(parameter, click.Argument):
        return _("Argumen {where} belum ada.").format(where=where)
    extra = parameter.type.get_missing_message(parameter, error.ctx) if parameter is not None else None
    return _("Pilihan {where} wajib diisi.").format(where=where) + (f" {extra}" if extra else "")


def _bad_option(error: click.BadOptionUsage) -> str:
    parameters = error.ctx.command.get_params(error.ctx) if error.ctx is not None else []
    flags = {name for each in parameters if isinstance(each, click.Option) and each.is_flag for name in each.opts}
    if error.option_name in flags:
        return _("Pilihan {name} tidak memakai nilai.").format(name=quoted(error.option_name))
    return _("Pilihan {name} memerlukan nilai.").format(name=quoted(error.option_name))


def _parameter_name(error: click.BadParameter) -> str:
    if error.param is None or error.ctx is None:
        return ""
    if isinstance(error.param, click.Option):
        return max(error.param.opts, key=len)
    return error.param.make_metavar(error.ctx)


def _nearest(possibilities: list[str] | None) -> str:
    if not possibilities:
        return ""
    return " " + _("Maksud Anda {names}?").format(names=", ".join(possibilities))


def _apology(report: Path | None) -> str:
    words = _("Maaf, ada kesalahan di dalam program. Data yang sudah disimpan tidak berubah.")
    if report is None:
        return words
    return words + " " + _("Laporannya, tanpa isi data, ada di {report}.").format(report=report)


def keep_crash_report(error: BaseException, traceback: TracebackType | None) -> Path | None:
    """Writes where the program failed into the data folder: files, lines and functions, and the kinds of the errors.

    Neither values of variables nor an error's own text go into it, since both may hold a person's data.
    Returns None when even that could not be written.
    """
    try:
        folder = _data_folder() / "crash"
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        report = folder / f"{now:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        report.write_text("\n".join([now.isoformat(timespec="seconds"), *frames(error, traceback)]) + "\n", "utf-8")
    except Exception:
        # A second failure while telling of the first would hide it behind Python's own trace.
        return None
    return report


def _data_folder() -> Path:
    asked = os.environ.get("FIELDAPP_HOME")
    if asked:
        # What failed may be the very module that knows the default folder.
        return Path(asked).expanduser()
    from fieldapp.services.homes import default_home

    return default_home()


def frames(error: BaseException, traceback: TracebackType | None) -> list[str]:
    """The kinds of the error and of its causes, each with its frames, oldest first."""
    lines = [f"{type(error).__module__}.{type(error).__qualname__}"]
    while traceback is not None:
        code = traceback.tb_frame.f_code
        lines.append(f"  {_within_library(code.co_filename)}:{traceback.tb_lineno} {code.co_qualname}")
        traceback = traceback.tb_next
    cause = error.__cause__ or error.__context__
    if cause is not None:
        lines += frames(cause, cause.__traceback__)
    return lines


def _within_library(file_name: str) -> str:
    """The file's path below the folder it was imported from: a whole path would name the person's account."""
    roots = [os.path.join(root, "") for root in sys.path if root and file_name.startswith(os.path.join(root, ""))]
    return file_name[len(max(roots, key=len)) :] if roots else os.path.basename(file_name)


def quiet_threads() -> None:
    """Failures outside the main thread, and those that Python itself would print, become crash reports."""

    def in_thread(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
            keep_crash_report(failed.exc_value, failed.exc_traceback)

    def unraisable(failed: Any) -> None:
        if isinstance(failed.exc_value, Exception):
            keep_crash_report(failed.exc_value, failed.exc_traceback)

    def uncaught(_kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
        keep_crash_report(error, traceback)

    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
    sys.excepthook = uncaught
