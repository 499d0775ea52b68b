"""`fieldapp duplicates`: registrations that may be one person, in this laptop's register or in plain lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fieldapp.cli.base import Choice, argument, command, group, option, wrong_use
from fieldapp.cli.output import Output, plain, said
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
#: Answers that say who somebody is, shown even where they are the same.
_WHO = frozenset(
    {"nik", "nomor_kk", "name", "birth_place", "birth_date", "sex", "mother_name", "ktp_address", "ktp_area", "phone"}
)
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
    from fieldapp.services.pairs import duplicates as doubles

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
    from fieldapp.services import registrations
    from fieldapp.services.pairs import duplicates as doubles

    with unlocked() as session:
        found = doubles.listing(session, band=band, area=area, decided=decided)
        ids = [] if out.as_json else [one for case in found for one in case["registrations"]]
        names = {row["id"]: row for row in registrations.rows(session, ids)}
    out.answer(found, [] if out.as_json else _cases(found, names))
    out.say(_("{count} kasus.").format(count=len(found)))


def _cases(found: Sequence[Mapping[str, Any]], names: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A case in a block of its own: what is proposed in a line each, then who they are with the ids to decide by."""
    for number, case in enumerate(found, 1):
        letters = {one: _letter(at) for at, one in enumerate(case["registrations"])}
        for pair in case["pairs"]:
            between = f" {letters[pair['a']]}-{letters[pair['b']]}" if len(letters) > 2 else ""
            decided = f"; {_decision_words(pair['decision'])}" if pair["decision"] else ""
            yield f"{number}.{between} {_(_BANDS[pair['band']])}{decided}"
        for one, letter in letters.items():
            row = names[one]
            yield f"   {letter}  {one}  {plain(row['name'])}, {plain(row['area_name'])}"


def _letter(at: int) -> str:
    """A, B, ... Z, then AA: the registrations of a case as they are named within it."""
    return chr(65 + at) if at < 26 else _letter(at // 26 - 1) + _letter(at % 26)


@command(
    "show",
    N_("Tampilkan dua pendaftaran berdampingan dan mengapa mungkin satu orang. NIK disamarkan."),
    argument("a", metavar=N_("NOMOR"), help=N_("Nomor satu pendaftaran.")),
    argument("b", metavar=N_("NOMOR"), help=N_("Nomor pendaftaran yang lain.")),
)
def _show(out: Output, a: str, b: str) -> None:
    from fieldapp.services import registrations
    from fieldapp.services.pairs import duplicates as doubles

    with unlocked() as session:
        shown = doubles.pair(session, a, b)
        rows = registrations.rows(session, [a, b])
    out.answer(shown, _shown(shown, rows))


def _shown(shown: Mapping[str, Any], rows: list[dict[str, Any]]) -> Iterator[str]:
    from fieldapp.matching.words import percent

    # How likely it is one person is not the question where a NIK is borrowed.
    sure = "" if shown["band"] == "same_nik" else f" ({percent(shown['probability'])})"
    yield f"{shown['verdict']}{sure}"
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
    for side, row in zip((_("Kiri"), _("Kanan")), rows, strict=True):
        yield f"{side}: {row['id']}, {state_words(row['state'])}, {plain(row['registered_by'])}"
    yield from _sides(shown)


def _sides(shown: Mapping[str, Any]) -> Iterator[str]:
    """Who they are, line by line, and of their other answers only what differs: "=" once, "!" with both sides.

    Signs stand in front and nothing depends on a column, so that it reads the same aloud. Why somebody is in the
    programme is nobody's business here as long as it is the same.
    """
    from fieldapp.cli.answers import answer_words
    from fieldapp.forms.declaration import QUESTIONS

    for name, question in QUESTIONS.items():
        left, right = (shown[side].get(name) for side in ("left", "right"))
        differs = name in shown["differing"]
        if differs:
            both = " | ".join(plain(answer_words(question, value)) or "-" for value in (left, right))
            yield f"! {question.label(language())}: {both}"
        elif left is not None and name in _WHO:
            yield f"= {question.label(language())}: {plain(answer_words(question, left))}"


def _decision_words(decision: Mapping[str, Any] | None) -> str:
    if decision is None:
        return "-"
    words = _DECISIONS.get(decision["decision"])
    text = _(words) if words else str(decision["decision"])
    return text if decision["is_current"] else _("{decision} (isian sudah berubah)").format(decision=text)


duplicates = group("duplicates", N_("Orang yang tercatat dua kali: cari dan putuskan."), _find, _list, _show, *COMMANDS)
