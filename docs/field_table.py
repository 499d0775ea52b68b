"""Writes `panduan/formulir.md`, the guide's table of fields, from the form's declaration: `python docs/field_table.py`.

A test compares the file with `page()`, so the guide cannot say another form than the program asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fieldapp.forms.conditions import Condition, Either, Given, Has, Is, Not
from fieldapp.forms.declaration import APP_FIELDS, FORM, QUESTIONS, Question, Section

PAGE = Path(__file__).parent / "panduan" / "formulir.md"

KINDS = {
    "text": "teks",
    "digits": "angka (nol di depan ikut disimpan)",
    "date": "tanggal",
    "datetime": "tanggal dan jam",
    "int": "bilangan bulat",
    "bool": "ya / tidak",
    "one": "satu pilihan",
    "many": "boleh beberapa pilihan",
    "area": "kelurahan",
    "documents": "keadaan tiap dokumen",
    "object": "catatan program",
}

HEAD = """# Tabel isian formulir

Halaman ini ditulis oleh `docs/field_table.py` dari formulir yang dipakai program; jangan diubah dengan tangan.

- **Nama data** adalah nama kolom pada lembar dan kunci pada berkas NDJSON.
- **Wajib**: tanpa isian ini pendaftaran tetap tersimpan sebagai draf, tetapi belum dapat dikirim.
- Tanggal boleh diketik `17081945`, `17/8/45`, `17-08-1945`, atau `1945-08-17`.
"""


def page() -> str:
    """The whole page, as it must stand in the repository."""
    own = "## Diisi program\n\nTidak pernah ditanyakan; ikut tersimpan bersama pendaftaran.\n\n" + _table(
        [*APP_FIELDS.values(), *(question for question in QUESTIONS.values() if question.app_set)]
    )
    return "\n".join([HEAD, *(_section(number, section) for number, section in enumerate(FORM, start=1)), own])


def _section(number: int, section: Section) -> str:
    asked = [question for question in section.questions if not question.app_set]
    return f"## {number}. {section.labels.id}\n\n{_table(asked)}"


def _table(questions: list[Question]) -> str:
    rows = ["| Isian | Nama data | Jenis | Wajib | Keterangan |", "|---|---|---|---|---|"]
    for question in questions:
        cells = (
            _cell(question.labels.id),
            f"`{question.name}`",
            KINDS[question.kind],
            _required(question),
            _note(question),
        )
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _required(question: Question) -> str:
    if not question.required or question.app_set:
        return ""
    return f"ya, {words(question.required_when)}" if question.required_when else "ya"


def _note(question: Question) -> str:
    parts = []
    if question.help.id:
        parts.append(_cell(question.help.id))
    if question.relevant:
        parts.append(f"Ditanyakan {words(question.relevant)}.")
    if question.kind == "int" and question.high and not question.app_set:
        parts.append(f"{_number(question.low)} sampai {_number(question.high)}.")
    # One of two equal lists is enough: the six questions on functioning share theirs.
    twin = next((each for each in QUESTIONS.values() if each.choices == question.choices), question)
    if question.choices and twin.name != question.name:
        parts.append(f"Pilihan seperti pada {_label(twin.name)}.")
    elif question.choices:
        choices = (f"{_cell(choice.id)} (`{choice.code}`)" for choice in question.choices)
        parts.append(f"Pilihan: {', '.join(choices)}.")
    if question.exclusive:
        parts.append("Berdiri sendiri: " + ", ".join(f"`{code}`" for code in question.exclusive) + ".")
    return " ".join(parts)


def words(condition: Condition) -> str:
    """A condition in Indonesian, to be read after "ditanyakan" or "wajib"."""
    if isinstance(condition, Is):
        answers = _or(_answer(condition.field, each) for each in condition.answers)
        return f"bila {_label(condition.field)} dijawab {answers}"
    if isinstance(condition, Has):
        answers = _or(_answer(condition.field, each) for each in condition.codes)
        return f"bila {_label(condition.field)} memuat {answers}"
    if isinstance(condition, Given):
        return f"bila {_label(condition.field)} terisi"
    if isinstance(condition, Not):
        return "kecuali " + words(condition.condition)
    if isinstance(condition, Either):
        return " atau ".join(words(each) for each in condition.conditions)
    raise TypeError(f"no words for {type(condition).__name__}")


def _label(field: str) -> str:
    return f"“{_cell(QUESTIONS[field].labels.id).rstrip('?')}”"


def _answer(field: str, answer: str | bool) -> str:
    if isinstance(answer, bool):
        return "ya" if answer else "tidak"
    return next(
        (f"“{_cell(choice.id)}”" for choice in QUESTIONS[field].choices if choice.code == answer), f"“{answer}”"
    )


def _or(answers: Iterable[str]) -> str:

    return " atau ".join(answers)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
