"""`fieldapp duplicates`: registrations that may be one person, in this laptop's register or in plain lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fieldapp.cli.base import Choice, argument, command, group, option, wrong_use
from fieldapp.cli.output import Output, plain, said, table
from fieldapp.cli.output import pairs as paired
from fieldapp.cli.pair_decisions import COMMANDS
from fieldapp.cli.pair_files import OPTIONS, find_in_files
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _, language

_BANDS = {
    "almost_certain": N_("hampir pasti"),
    "to_review": N_("perlu dilihat"),
    "same_nik": N_("NIK sama, orang beda?"),
    "unlikely": N_("tampaknya orang lain"),
}
_EFFECTS = {"for": N_("membantu"), "against": N_("melemahkan"), "neutral": N_("netral")}
_DECISIONS = {
    "same": N_("orang yang sama"),
    "different": N_("orang berbeda"),
    "unsure": N_("belum pasti"),
    "disputed": N_("diperselisihkan"),
}


@command(
    "find",
    N_("Cari orang yang tercatat dua kali. Orang yang memutuskan; ini hanya mengusulkan."),
    *OPTIONS,
    option("--everything", is_flag=True, help=N_("Bandingkan semuanya lagi, bukan hanya pendaftaran baru.")),
)
def _find(out: Output, pairs: Path | None, against: Path | None, everything: bool) -> int:
    if pairs is not None:
        return find_in_files(out, pairs, against)
    if against is not None:
        wrong_use(_("Sebutkan daftarnya dengan --pairs."))
    from fieldapp.services import duplicates as doubles

    with unlocked() as session:
        found = doubles.find(session, everything=everything, progress=out.progress)
    counts = [(_(_BANDS[band]), found[band]) for band in doubles.BANDS]
    out.answer(found, paired([(_("Dibandingkan"), found["compared"]), (_("Pasangan baru"), found["new"]), *counts]))
    for each in found["skipped"]:
        words = _("Terlalu banyak yang sama, tidak dibandingkan karenanya: {people} orang ({alike}).")
        out.say(words.format(people=each["people"], alike=said(each["alike"])))
    out.say(_("Lihat dengan 'fieldapp duplicates list'."))
    return 0


@command(
    "list",
    N_("Kasus yang menunggu keputusan: pendaftaran yang mungkin satu orang."),
    option("--band", type=Choice(("almost_certain", "to_review", "same_nik")), help=N_("Hanya yang sekuat ini.")),
    option("--area", metavar=N_("KODE"), help=N_("Hanya wilayah ini, misalnya 64.71.05.")),
    option("--decided", is_flag=True, help=N_("Tampilkan yang sudah diputuskan.")),
)
def _list(out: Output, band: str | None, area: str | None, decided: bool) -> None:
    from fieldapp.services import duplicates as doubles
    from fieldapp.services import registrations

    with unlocked() as session:
        found = doubles.listing(session, band=band, area=area, decided=decided)
        ids = [] if out.as_json else [one for case in found for one in case["registrations"]]
        names = {row["id"]: row for row in registrations.rows(session, ids)}
    headings = (_("Kasus"), _("Kekuatan"), _("Nomor"), _("Nama"), _("Nomor"), _("Nama"), _("Putusan"))
    rows = [
        (
            case["case"][:8],
            _(_BANDS[pair["band"]]),
            pair["a"],
            names[pair["a"]]["name"],
            pair["b"],
            names[pair["b"]]["name"],
            _decision_words(pair["decision"]),
        )
        for case in (found if not out.as_json else [])
        for pair in case["pairs"]
    ]
    out.answer(found, table(headings, rows))
    out.say(_("{count} kasus.").format(count=len(found)))


@command(
    "show",
    N_("Tampilkan dua pendaftaran berdampingan dan mengapa mungkin satu orang. NIK disamarkan."),
    argument("a", metavar=N_("NOMOR"), help=N_("Nomor satu pendaftaran.")),
    argument("b", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran yang lain.")),
)
def _show(out: Output, a: str, b: str) -> None:
    from fieldapp.services import duplicates as doubles
    from fieldapp.services import registrations

    with unlocked() as session:
        shown = doubles.pair(session, a, b)
        rows = registrations.rows(session, [a, b])
    out.answer(shown, _shown(shown, rows))


def _shown(shown: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"{shown['verdict']} ({shown['probability'] * 100:.1f} %)"
    for words in (shown["doubt"], shown["missing"]):
        if words:
            yield words
    if shown["decision"]:
        yield _("Putusan: {decision}").format(decision=_decision_words(shown["decision"]))
    yield ""
    for reason in shown["reasons"]:
        bar = ("-" if reason["effect"] == "against" else "+") * reason["strength"]
        yield f"  {bar:<12}  {_(_EFFECTS[reason['effect']])}: {plain(reason['text'])}"
    yield ""
    yield from table(("", _("Isian"), _("Kiri"), _("Kanan")), _sides(shown, rows))


def _sides(shown: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[tuple[object, ...]]:
    """What differs is marked by a sign, never by colour alone."""
    from fieldapp.cli.answers import answer_words
    from fieldapp.forms.declaration import QUESTIONS

    left, right = rows
    yield ("", _("Nomor"), left["id"], right["id"])
    yield ("", _("Keadaan"), state_words(left["state"]), state_words(right["state"]))
    yield ("", _("Pencacah"), left["registered_by"], right["registered_by"])
    for name, question in QUESTIONS.items():
        values = [shown[side].get(name) for side in ("left", "right")]
        if values != [None, None]:
            mark = "*" if name in shown["differing"] else ""
            yield (mark, question.label(language()), *(answer_words(question, value) for value in values))


def _decision_words(decision: Mapping[str, Any] | None) -> str:
    if decision is None:
        return "-"
    words = _DECISIONS.get(decision["decision"])
    text = _(words) if words else str(decision["decision"])
    return text if decision["is_current"] else _("{decision} (isian sudah berubah)").format(decision=text)


duplicates = group("duplicates", N_("Orang yang tercatat dua kali: cari dan putuskan."), _find, _list, _show, *COMMANDS)
