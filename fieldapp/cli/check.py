"""`fieldapp nik`, `phone` and `form`: the rules of the field for anyone, without a programme and without unlocking."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.cli.base import FILE, Choice, argument, command, group, option, quoted, wrong_use
from fieldapp.cli.output import Output, plain
from fieldapp.locale import N_, _, language

if TYPE_CHECKING:
    from fieldapp.domain.findings import Finding
    from fieldapp.domain.programme import ProgrammeSettings
    from fieldapp.forms.check import Elsewhere
    from fieldapp.forms.lines import Line
    from fieldapp.services.earlier import Earlier

_STDIN = "-"


@command(
    "check",
    N_("Periksa format NIK. Apakah orangnya ada, hanya Dukcapil yang tahu."),
    argument("niks", metavar=N_("NIK"), nargs=-1, help=N_("Satu atau beberapa NIK; '-' membaca satu NIK sebaris.")),
    option("--birth-date", metavar=N_("TANGGAL"), help=N_("Tanggal lahir untuk dibandingkan, misalnya 17-08-1980.")),
    option("--sex", type=Choice(("L", "P"), case_sensitive=False), help=N_("Jenis kelamin untuk dibandingkan.")),
)
def _check_nik(out: Output, niks: tuple[str, ...], birth_date: str | None, sex: str | None) -> int:
    """Exit code 1 when any number has not the form of a NIK; warnings alone leave it at 0."""
    from fieldapp.domain.dates import parse_date
    from fieldapp.domain.nik import check_nik

    born = parse_date(birth_date, date.today()) if birth_date is not None else None
    if birth_date is not None and born is None:
        wrong_use(_("{what} bukan tanggal. Contoh: 17-08-1980.").format(what=quoted(birth_date)))
    answers = []
    for text in _given(niks):
        result = check_nik(text, born, sex.upper() if sex else None)
        answers.append(
            {
                "nik": result.nik,
                "ok": result.ok,
                "errors": _told(result.errors),
                "warnings": _told(result.warnings),
                "decoded": None if result.decoded is None else _decoded(result.decoded),
            }
        )
    return _finish(
        out, answers, (_nik_lines(answer) for answer in answers), _("{done} dari {count} NIK formatnya benar.")
    )


@command(
    "check",
    N_("Periksa nomor telepon dan tuliskan dalam bentuk bakunya."),
    argument(
        "phones", metavar=N_("TELEPON"), nargs=-1, help=N_("Satu atau beberapa nomor; '-' membaca satu nomor sebaris.")
    ),
)
def _check_phone(out: Output, phones: tuple[str, ...]) -> int:
    """Exit code 1 when any number cannot be called."""
    from fieldapp.domain.findings import error
    from fieldapp.forms.phone import read_phone

    answers = []
    for text in _given(phones):
        phone = read_phone(text)
        faults = [] if phone.e164 else [error("phone_invalid", "phone", kind=phone.fault)]
        answers.append(
            {
                "input": text,
                "ok": phone.e164 is not None,
                "e164": phone.e164,
                "kind": phone.kind,
                "errors": _told(faults),
            }
        )
    return _finish(
        out, answers, (_phone_lines(answer) for answer in answers), _("{done} dari {count} nomor dapat ditelepon.")
    )


@command("schema", N_("Cetak formulir sebagai JSON Schema."))
def _schema(out: Output) -> int:
    from fieldapp.forms.schema import json_schema

    schema = json_schema()
    out.answer(schema, json.dumps(schema, ensure_ascii=False, indent=2).splitlines())
    return 0


@command(
    "check",
    N_("Periksa pendaftaran dalam berkas tanpa menyimpan apa pun."),
    argument(
        "file", metavar=N_("BERKAS"), type=FILE, help=N_("Satu objek JSON, atau satu sebaris; '-' untuk masukan baku.")
    ),
)
def _check_form(out: Output, file: Path) -> int:
    """Judged by the default settings with cover from this month; exit code 1 when any line has errors."""
    from fieldapp.domain.months import month_of
    from fieldapp.domain.programme import ProgrammeSettings
    from fieldapp.forms.lines import read_lines

    settings = ProgrammeSettings(name="", start=month_of(date.today()))
    earlier = _Earlier()
    answers = [_line_answer(line, settings, earlier) for line in read_lines(_content(file))]
    return _finish(
        out, answers, (_form_lines(answer) for answer in answers), _("{done} dari {count} baris tanpa kesalahan.")
    )


class _Earlier:
    """The lines before the one being checked, asked about doubles as the register would be."""

    def __init__(self) -> None:
        self._niks: dict[str, int] = {}
        self._phones: dict[str, int] = {}
        self._people: Earlier | None = None
        self._unread: list[dict[str, object]] = []

    def nik_owner(self, nik: str) -> str | None:
        """The earlier line with this NIK, in words."""
        number = self._niks.get(nik)
        return None if number is None else _("baris {number}").format(number=number)

    def told_of(self, owner: str) -> dict[str, str]:
        """Nothing: the line is all that there is."""
        return {}

    def near(self, answers: Mapping[str, object]) -> int:
        """How many earlier lines are likely to be this person."""
        if not self._unread and self._people is None:
            # One person alone is compared with nobody, so nothing of comparing needs to be loaded.
            return 0
        from fieldapp.services.earlier import Earlier

        self._people = self._people or Earlier()
        for values in self._unread:
            self._people.add(values)
        self._unread.clear()
        return self._people.near(answers)

    def phone_count(self, e164: str) -> int:
        """How many earlier lines give this phone number."""
        return self._phones.get(e164, 0)

    def cover_lists(self, nik: str) -> tuple[str, ...]:
        """None: lists are asked where a laptop is unlocked."""
        return ()

    def elsewhere(self, answers: Mapping[str, object]) -> Elsewhere:
        """Nothing: a file is checked by itself."""
        from fieldapp.forms.check import Elsewhere

        return Elsewhere()

    def add(self, number: int, values: dict[str, object]) -> None:
        """A line that was checked."""
        nik, phone = values.get("nik"), values.get("phone")
        if isinstance(nik, str):
            self._niks.setdefault(nik, number)
        if isinstance(phone, str):
            self._phones[phone] = self._phones.get(phone, 0) + 1
        self._unread.append(values)


def _line_answer(line: Line, settings: ProgrammeSettings, earlier: _Earlier) -> dict[str, Any]:
    from fieldapp.domain.findings import error
    from fieldapp.forms.check import check

    if line.values is None:
        faults = _told([error(line.fault or "not_json", "")], with_field=True)
        return {"line": line.number, "ok": False, "errors": faults, "warnings": [], "hints": []}
    checked = check(line.values, settings, date.today(), others=earlier)
    earlier.add(line.number, checked.values)
    return {
        "line": line.number,
        "ok": not checked.errors,
        "errors": _told(checked.errors, with_field=True),
        "warnings": _told(checked.warnings, with_field=True),
        "hints": _told(checked.hints, with_field=True),
    }


def _told(findings: Iterable[Finding], *, with_field: bool = False) -> list[dict[str, str]]:
    from fieldapp.forms.messages import message

    told = []
    for finding in findings:
        field = {"field": finding.field} if with_field else {}
        told.append({"code": finding.code, **field, "message": message(finding, language())})
    return told


def _decoded(decoded: Any) -> dict[str, Any]:
    names = ("province", "regency", "district", "day", "month", "year_two_digits", "sex")
    codes = ("province_code", "regency_code", "district_code")
    return {name: getattr(decoded, name) for name in (*names, *codes)}


def _given(texts: Sequence[str]) -> list[str]:
    """What to check: the arguments, or the lines of the standard input for `-`."""
    if not texts:
        wrong_use(_("Tuliskan yang diperiksa, atau '-' untuk membaca masukan baku."))
    if list(texts) != [_STDIN]:
        return list(texts)
    # Bytes that are no UTF-8 become a mark that no rule lets through, so they are answered like any other fault.
    content = sys.stdin.buffer.read().decode("utf-8", "replace").removeprefix("\ufeff")
    return [line.strip("\r") for line in content.split("\n") if line.strip()]


def _content(file: Path) -> bytes:
    from fieldapp.services.files import read_bytes

    return sys.stdin.buffer.read() if str(file) == _STDIN else read_bytes(file)


def _finish(out: Output, answers: list[dict[str, Any]], lines: Iterable[list[str]], summary: str) -> int:
    out.answer(answers, (plain(line) for part in lines for line in part))
    done = sum(1 for answer in answers if answer["ok"])
    out.say(summary.format(done=done, count=len(answers)))
    return 0 if done == len(answers) else 1


def _verdict(answer: dict[str, Any], good: str) -> str:
    return good if answer["ok"] else _("periksa lagi")


def _nik_lines(answer: dict[str, Any]) -> list[str]:
    shown = [f"{_shortened(answer['nik'])}  {_verdict(answer, _('format benar'))}"]
    decoded = answer["decoded"]
    if decoded is not None:
        places = [decoded[part] for part in ("district", "regency", "province") if decoded[part]]
        day = "{day:02d}-{month:02d}-..{year_two_digits:02d}".format(**decoded)
        shown.append(f"    {day}  {decoded['sex']}  {', '.join(places)}")
    return [*shown, *_finding_lines(answer)]


def _phone_lines(answer: dict[str, Any]) -> list[str]:
    from fieldapp.forms.phone import shown_phone

    number = shown_phone(answer["e164"]) if answer["e164"] else ""
    kinds = {"mobile": _("seluler"), "fixed_line": _("telepon rumah"), "other": _("lainnya")}
    good = f"{number}  {answer['e164']}  {kinds.get(answer['kind'], '')}"
    return [f"{_shortened(answer['input'])}  {_verdict(answer, good)}", *_finding_lines(answer)]


def _form_lines(answer: dict[str, Any]) -> list[str]:
    head = _("baris {number}").format(number=answer["line"])
    return [f"{head}  {_verdict(answer, _('tanpa kesalahan'))}", *_finding_lines(answer)]


def _finding_lines(answer: dict[str, Any]) -> list[str]:
    words = {"errors": _("salah"), "warnings": _("periksa"), "hints": _("catatan")}
    return [
        f"    {words[strength]}: {_at(finding)}{finding['message']} ({finding['code']})"
        for strength in words
        for finding in answer.get(strength, ())
    ]


def _at(finding: dict[str, str]) -> str:
    return f"{finding['field']}: " if finding.get("field") else ""


def _shortened(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else text[:longest] + "..."


nik = group("nik", N_("NIK: periksa format nomor induk kependudukan."), _check_nik)
phone = group("phone", N_("Telepon: periksa nomor telepon."), _check_phone)
form = group("form", N_("Formulir: skema dan pemeriksaan berkas."), _schema, _check_form)
