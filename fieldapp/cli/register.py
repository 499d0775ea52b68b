"""`fieldapp register`: many at once from a file, one by one line by line, or a draft that is ready."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from fieldapp.cli.base import FILE, command, option, wrong_use
from fieldapp.cli.findings import finding_lines
from fieldapp.cli.output import Output
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _


@command(
    "register",
    N_("Daftarkan orang: banyak sekaligus dari berkas, atau satu orang baris demi baris."),
    option("--from", "source", type=FILE, help=N_("Berkas dengan satu objek JSON sebaris; '-' untuk masukan baku.")),
    option("--draft", is_flag=True, help=N_("Simpan semuanya sebagai draf.")),
    option("--accept-warnings", metavar=N_("ALASAN"), help=N_("Alasan yang menjelaskan semua peringatan.")),
    option("--lines", is_flag=True, help=N_("Isi formulir baris demi baris, untuk pembaca layar dan layar braille.")),
    option("--resume", metavar=N_("DRAF"), help=N_("Dengan --lines: lanjutkan draf ini.")),
    option("--submit", multiple=True, metavar=N_("DRAF"), help=N_("Kirim draf yang sudah lengkap.")),
)
def register(
    out: Output,
    source: Path | None,
    draft: bool,
    accept_warnings: str | None,
    lines: bool,
    resume: str | None,
    submit: tuple[str, ...],
) -> int:
    if [source is not None, lines, bool(submit)].count(True) != 1:
        wrong_use(_("Pilih salah satu: --from, --lines, atau --submit."))
    if source is not None:
        return _register_file(out, source, draft=draft, accept_warnings=accept_warnings)
    if lines:
        from fieldapp.cli.lines import walk

        with unlocked() as session:
            return walk(session, out, resume)
    return _submit(out, submit, accept_warnings)


def _register_file(out: Output, source: Path, *, draft: bool, accept_warnings: str | None) -> int:
    from fieldapp.services import registrations

    wanted = "draft" if draft else "submitted"
    answers = []
    with _lines_of(source) as lines, unlocked() as session:
        for answer in registrations.register_many(session, lines, draft=draft, accept_warnings=accept_warnings):
            answers.append(answer)
            _show(out, answer)
    out.answer(answers)
    done = sum(answer["state"] == wanted for answer in answers)
    out.say(_("{done} dari {count} baris {state}.").format(done=done, count=len(answers), state=state_words(wanted)))
    return 0 if done == len(answers) else 1


def _submit(out: Output, ids: tuple[str, ...], accept_warnings: str | None) -> int:
    from fieldapp.services import drafts, registrations
    from fieldapp.services.pairs import finding

    answers = []
    with unlocked() as session:
        for each in ids:
            # What will be found when it is handed in has to be found here, to be explained.
            finding.index_before(session)
            overrides = None
            if accept_warnings:
                checked = registrations.check_values(session, drafts.draft(session, each).values)
                overrides = {finding.code: accept_warnings for finding in checked.warnings}
            answer = registrations.submit(session, each, overrides)
            answers.append(answer)
            _show(out, answer)
    out.answer(answers)
    return 0 if all(answer["state"] == "submitted" for answer in answers) else 1


def _show(out: Output, answer: dict[str, Any]) -> None:
    number = f"{answer['line']:>6}  " if "line" in answer else ""
    out.line(f"{number}{state_words(answer['state'])}  {answer['id'] or '-'}")
    for line in finding_lines(answer, " " * (len(number) + 2)):
        out.line(line)


@contextmanager
def _lines_of(source: Path) -> Iterator[IO[bytes]]:
    from fieldapp.locale.reasons import os_reason
    from fieldapp.services.problems import Problem

    if str(source) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = source.open("rb")
    except FileNotFoundError:
        raise Problem("file_not_found", details={"file": source}) from None
    except OSError as error:
        raise Problem("file_not_read", details={"file": source, "reason": os_reason(error)}) from None
    with file:
        yield file
