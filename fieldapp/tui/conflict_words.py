"""Disputes as lines to be read: what was before, each side with its writer and what that writer changed, the way out.

What a writer changed stands there as a sign and a word, so it is told without any colour.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.locale import N_, _
from fieldapp.tui.answer_text import label_of, masked_text
from fieldapp.tui.text import number, plain, when, wrapped
from fieldapp.tui.widgets.lines import Line
from fieldapp.tui.widgets.record_list import Row

DECISIONS: Final = "decision"
"""Stands for the decisions where lines name a group of answers."""
MOST_SIDES: Final = 9
"""Sides that have a digit of their own; more writers of one answer can be chosen at the command line."""

SIGNS: Final[dict[str, tuple[str, str]]] = {
    "same": ("=", N_("tetap")),
    "changed": ("~", N_("diubah")),
    "filled": ("+", N_("diisi")),
    "emptied": ("-", N_("dikosongkan")),
    "unknown": ("?", N_("sudah dilepas dari laptop ini; datang lagi dengan tukar data berikutnya")),
}
HOW: Final[dict[str, str]] = {
    "newest": N_("nilai terbaru"),
    "kept": N_("bukan yang terbaru"),
    "base": N_("kembali ke semula"),
    "written": N_("nilai lain, ditulis sendiri"),
    "unknown": N_("nilai lain"),
}
SAID: Final[dict[str, str]] = {
    "approve": N_("Disetujui"),
    "return": N_("Dikembalikan"),
    "reject": N_("Ditolak"),
    "undo": N_("Putusan ditarik"),
    "withdraw": N_("Ditarik"),
    "void": N_("Dibatalkan"),
    "endorse": N_("Didukung"),
}

Told = Mapping[str, Any]


class Where(NamedTuple):
    """What a line of the desk stands for: a dispute by its group, and which side (from 0) the line tells of, or -1."""

    group: str
    side: int = -1


def desk_lines(desk: Told, width: int, again: str = "", done: Collection[str] = ()) -> list[Line]:
    """Everything about one registration. `again` is a settled group that is being chosen anew; what was settled just
    now (`done`) stays in its place among what is open, so that nothing jumps away from under the eye."""
    if not (desk["disputes"] or desk["decisions"] or desk["settled"]):
        return [Line(_("Tidak ada pertentangan di pendaftaran ini."), "quiet")]
    lines: list[Line] = []
    if desk["refusal"] is not None:
        lines += _lines(str(desk["refusal"]["message"]), width, Where(""), tone="warning", indent=2)
    here = [each for each in desk["settled"] if each["group"] in done]
    for told in sorted([*desk["disputes"], *here], key=lambda each: int(each["place"])):
        lines += [*_block(told, width, again), Line("", value=Where(told["group"]))]
    if desk["decisions"] is not None:
        lines += [*_decision_lines(desk["decisions"], width), Line("", value=Where(DECISIONS))]
    for told in desk["settled"]:
        if told not in here:
            lines += [*_block(told, width, again), Line("", value=Where(told["group"]))]
    return lines[:-1]


def _block(told: Told, width: int, again: str) -> list[Line]:
    if "how" not in told:
        return _dispute_lines(told, width)
    return (_again_lines if told["group"] == again else _settled_lines)(told, width)


def heading_of(fields: Sequence[str]) -> str:
    """The questions of a group in their words."""
    return ", ".join(label_of(field) for field in fields)


def values_words(values: Mapping[str, Any], told: Callable[[str, object], str] = masked_text) -> str:
    """Answers of one side in a line; each with its question where there are several."""
    if len(values) == 1:
        ((field, value),) = values.items()
        return told(field, value) or _("(kosong)")
    return named_words(values, told)


def named_words(values: Mapping[str, Any], told: Callable[[str, object], str] = masked_text) -> str:
    """The same with each answer's question."""
    return "; ".join(f"{label_of(field)}: {told(field, value) or _('(kosong)')}" for field, value in values.items())


def side_words(side: Told) -> str:
    """Where a side is from, who wrote it and when, and whether it is the newest."""
    place = _("di sini") if side["here"] else _("dari laptop lain")
    words = _("{place}, oleh {by}, {at}").format(place=place, by=plain(side["by"], 40), at=when(side["at"]))
    return words + ", " + _("terbaru") if side["newest"] else words


def differing(told: Told) -> list[str]:
    """The fields of a dispute about which its sides or its base say different things; all where values are missing."""
    sides = [side["values"] for side in _all(told) if side["known"]]
    fields: list[str] = told["fields"]
    unlike = [field for field in fields if any(values.get(field) != sides[0].get(field) for values in sides)]
    return unlike or fields


def holds_nik(fields: Iterable[str]) -> bool:
    """Whether an answer among them is masked on the desk, so that two of them may look alike."""
    return any(field in QUESTIONS and QUESTIONS[field].format == "nik" for field in fields)


def _all(told: Told) -> list[Told]:
    return [*told["sides"], *([told["base"]] if told["base"] is not None else [])]


def _dispute_lines(told: Told, width: int) -> list[Line]:
    where = Where(told["group"])
    count = _("{count} nilai").format(count=number(len(told["sides"])))
    lines = _lines(f"! {heading_of(differing(told))}: {count}", width, where, tone="heading", indent=2)
    if len(told["fields"]) > 1:
        lines += _lines("  " + _("Berubah sebagai satu kesatuan: yang dipilih dipakai utuh."), width, where)
    if told["rule"] == "newest":
        lines += _lines("  " + _("Boleh memakai yang terbaru: N."), width, where)
    else:
        lines += _lines("  " + _("Harus dipilih orang: tidak ada pilihan otomatis."), width, where)
    return lines + _choices(told, width)


def _choices(told: Told, width: int) -> list[Line]:
    where = Where(told["group"])
    fields = differing(told)
    base = told["base"]
    if base is None:
        lines = _lines("  B  " + _("Semula: (kosong)"), width, where, indent=5)
    else:
        words = _("Semula, oleh {by}, {at}").format(by=plain(base["by"], 40), at=when(base["at"]))
        lines = _lines(f"  B  {words}", width, where, indent=5)
        lines += _values_lines(base, fields, width, where, signed=False)
    for place, side in enumerate(told["sides"]):
        digit = str(place + 1) if place < MOST_SIDES else " "
        at = Where(told["group"], place)
        lines += _lines(f"  {digit}  {_begun(side_words(side))}", width, at, indent=5)
        lines += _values_lines(side, fields, width, at, signed=True)
    same = {field: told["sides"][0]["values"].get(field) for field in told["fields"] if field not in fields}
    if any(value is not None for value in same.values()):
        lines += _lines(
            "     " + _("Sama di semuanya: {values}").format(values=named_words(same)), width, where, indent=7
        )
    return lines


def _values_lines(side: Told, fields: Sequence[str], width: int, where: Where, *, signed: bool) -> list[Line]:
    if not side["known"]:
        return _lines(f"     ? {_(SIGNS['unknown'][1])}", width, where, indent=7)
    lines = []
    for field in fields:
        value = masked_text(field, side["values"].get(field)) or _("(kosong)")
        words = value if len(fields) == 1 else f"{label_of(field)}: {value}"
        if signed:
            sign, said = SIGNS[side["signs"].get(field, "same")]
            words = f"{sign} {words} ({_(said)})"
        lines += _lines(f"     {words}", width, where, indent=7)
    return lines


def _settled_lines(told: Told, width: int) -> list[Line]:
    where = Where(told["group"])
    lines = _lines("v " + _("{what}: selesai").format(what=heading_of(differing(told))), width, where, "heading", 2)
    words = _("Dipakai: {values} ({how}; dipilih {by}, {at})").format(
        values=values_words({field: told["values"].get(field) for field in differing(told)}),
        how=_(HOW[told["how"]]), by=plain(told["by"], 40), at=when(told["at"]),
    )  # fmt: skip
    lines += _lines(f"  {words}", width, where, indent=4)
    for side in told["sides"]:
        if not side["chosen"]:
            values = {field: side["values"].get(field) for field in differing(told)}
            said = values_words(values) if side["known"] else _(SIGNS["unknown"][1])
            words = _("Tidak dipakai: {values} ({side})").format(values=said, side=side_words(side))
            lines += _lines(f"  {words}", width, where, indent=4)
    return lines


def _again_lines(told: Told, width: int) -> list[Line]:
    where = Where(told["group"])
    heading = _("{what}: pilih lagi").format(what=heading_of(differing(told)))
    lines = _lines(f"! {heading}", width, where, "heading", 2)
    values = values_words({field: told["values"].get(field) for field in differing(told)})
    lines += _lines("  " + _("Sampai dipilih lagi, yang berlaku: {values}").format(values=values), width, where, "", 4)
    return lines + _choices(told, width)


def _decision_lines(told: Told, width: int) -> list[Line]:
    where = Where(DECISIONS)
    if told["dispute"] == "beside_void":
        return _void_lines(told, width)
    lines = _lines("! " + _("Putusan yang berbeda, dibuat tanpa saling tahu"), width, where, "heading", 2)
    for place, side in enumerate(told["sides"]):
        lines += _lines(f"  {place + 1}  {decided_words(side)}", width, Where(DECISIONS, place), indent=5)
    out = _("Jalan keluar: pengawas memutuskan lagi dengan angkanya; putusan itu menggantikan semua yang di atas.")
    return lines + _lines(f"  {out}", width, where, indent=2)


def _void_lines(told: Told, width: int) -> list[Line]:
    where = Where(DECISIONS)
    lines = _lines("! " + _("Dibatalkan, tetapi diubah di tempat lain"), width, where, "heading", 2)
    lines += [line for side in told["sides"] for line in _lines("     " + decided_words(side), width, where, indent=7)]
    for change in told["changes"]:
        words = _("Diubah oleh {by}, {at}: {fields}").format(
            by=plain(change["by"], 40), at=when(change["at"]), fields=heading_of(change["fields"])
        )
        lines += _lines(f"     {words}", width, where, indent=7)
    lines += _lines("  1  " + _("Tetap dibatalkan"), width, Where(DECISIONS, 0), indent=5)
    return lines + _lines(
        "  2  " + _("Dipakai lagi dengan perubahannya (pengawas)"), width, Where(DECISIONS, 1), indent=5
    )


def decided_words(side: Told) -> str:
    """A decision: what, why, by whom and when."""
    code = str(side["decision"])
    what = _(SAID[code]) if code in SAID else plain(code, 40)
    if side["reason"]:
        what = f"{what}: {plain(side['reason'])}"
    place = _("di sini") if side["here"] else _("dari laptop lain")
    return _("{what} ({place}, oleh {by}, {at})").format(
        what=what, place=place, by=plain(side["by"], 40), at=when(side["at"])
    )


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lines(text: str, width: int, where: Where, tone: str = "", indent: int = 0) -> list[Line]:
    return [Line(part, tone, where) for part in wrapped(text, width, indent)]


# The list


def what_words(row: Row) -> str:
    """What a row of the list is about: how many disputes, and the first of them in words."""
    parts = [label_of(fields[0]) for fields in row.get("fields") or ()]
    sorts = row.get("sorts") or ()
    parts += [_("putusan")] if "decisions" in sorts else []
    parts += [_("pembatalan")] if "beside_void" in sorts else []
    return f"{len(parts)}: {', '.join(parts)}" if parts else ""


def who_words(row: Row) -> str:
    """Who wrote last of what is in dispute, and how many others did."""
    first, *others = [str(name) for name in row.get("writers") or ()] or [""]
    return f"{first} +{len(others)}" if others else first
