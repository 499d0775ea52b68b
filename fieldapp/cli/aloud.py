"""A registration as sentences to be heard: what is odd about it, every answer, what happened to it. NIKs are masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fieldapp.cli.answers import answer_words
from fieldapp.cli.dialogue import Talk
from fieldapp.cli.near import near_sentences
from fieldapp.cli.output import plain
from fieldapp.cli.words import happened_words
from fieldapp.locale import _, language

_AT_MOST = 12
"""Questions offered at once for a word that stands in many of them."""
#: Answers that the program sets and nobody needs to hear.
_UNHEARD = frozenset({"id", "programme", "registered_on", "registered_by", "prelist_id", "overrides"})


def label_words(field: str) -> str:
    """A question in a few words; a key that nobody declared as it is."""
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS

    question = QUESTIONS.get(field) or APP_FIELDS.get(field)
    return question.label(language()) if question else plain(field)


def heard(field: str, value: object) -> str:
    """An answer as it is told: a NIK masked, a date as people say it, nothing as a word."""
    from fieldapp.domain.nik import masked
    from fieldapp.forms.declaration import APP_FIELDS, QUESTIONS

    if value is None or value == "" or value == []:
        return _("kosong")
    question = QUESTIONS.get(field) or APP_FIELDS.get(field)
    if question is None:
        return plain(value)
    if question.format == "nik" and isinstance(value, str):
        return plain(masked(value))
    if question.kind == "area" and isinstance(value, str):
        from fieldapp.domain import region

        return ", ".join(region.name_path(value)[:2]) or plain(value)
    if question.kind == "date" and isinstance(value, str):
        return plain("-".join(reversed(value.split("-"))))
    if question.kind == "datetime":
        return moment(value)
    if question.format == "phone" and isinstance(value, str):
        from fieldapp.forms.phone import shown_phone

        return plain(shown_phone(value))
    return answer_words(question, value)


def told(field: str, words: str) -> str:
    """A question and what is said of it, as one sentence."""
    label = label_words(field)
    return f"{label} {words}" if label.endswith("?") else f"{label}: {words}"


def moment(at: object) -> str:
    """An ISO time as local day, month, year and minute; what is no time as it is."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(str(at)).astimezone().strftime("%d-%m-%Y %H:%M")
    except ValueError:
        return plain(at)


def field_named(talk: Talk, word: str) -> str | None:
    """The question named by part of its words or by its key; asked which one when there are several."""
    from fieldapp.forms.declaration import QUESTIONS

    wanted = word.casefold()
    if wanted in QUESTIONS:
        return wanted
    names = [
        name
        for name, question in QUESTIONS.items()
        if not question.app_set and wanted in question.label(language()).casefold()
    ][:_AT_MOST]
    if not names:
        talk.tell(_("Tidak ada isian dengan nama itu."))
        return None
    if len(names) == 1:
        return names[0]
    at = talk.chosen([label_words(name) for name in names], _("Nomor berapa? "))
    return None if at is None else names[at]


def odd_sentences(
    shown: Mapping[str, Any], findings: Sequence[Any], near: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """What a reviewer should hear first, the gravest first; nothing when nothing is odd."""
    from fieldapp.forms.messages import message
    from fieldapp.services.covers.words import cover_words

    for field, values in shown["conflicts"].items():
        sides = "; ".join(
            _("{value} menurut {by}").format(value=heard(field, each["value"]), by=plain(each["by"])) for each in values
        )
        yield _("  Bertentangan: {what}.").format(what=told(field, sides))
    for finding in findings:
        words = plain(message(finding, language()))
        if finding.strength == "error":
            yield "  " + _("Salah: {words}").format(words=told(finding.field, words))
        elif finding.strength == "warning":
            reason = plain(shown["overrides"].get(finding.code) or _("belum ada"))
            sentence = _("{words} Alasan pencacah: {reason}").format(words=words, reason=reason)
            yield "  " + _("Periksa: {words}").format(words=told(finding.field, sentence))
    if shown["duplicates"]:
        yield _("  NIK ini ada juga pada {count} pendaftaran lain.").format(count=len(shown["duplicates"]))
    for each in shown["covers"]:
        yield "  " + plain(cover_words(each))
    yield from comment_sentences(shown["comments"])
    yield from near_sentences(near)


def comment_sentences(comments: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Comments that are in force, each with its question and who wrote it."""
    for each in comments:
        label = label_words(str(each["field"])) if each["field"] else _("seluruhnya")
        sentence = _("  Catatan {by} pada {label}: {text}")
        yield sentence.format(by=plain(each["by"]), label=label, text=plain(each["text"] or ""))


def answer_sentences(shown: Mapping[str, Any]) -> Iterator[str]:
    """Every answer in the order of the form, a line before each section."""
    from fieldapp.forms.declaration import FORM, QUESTIONS

    values = shown["values"]
    for section in FORM:
        present = [question for question in section.questions if values.get(question.name) is not None]
        if present:
            yield _("Bagian {label}").format(label=section.labels.say(language()))
        for question in present:
            yield "  " + told(question.name, heard(question.name, values[question.name]))
    others = sorted(set(values) - set(QUESTIONS) - _UNHEARD)
    if others:
        yield _("Lainnya")
    for name in others:
        yield "  " + told(name, heard(name, values[name]))


def history_sentences(history: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What happened, the latest first, each change in a line of its own."""
    for item in reversed(history):
        what = happened_words(item)
        reason = f": {plain(item['reason'])}" if item.get("reason") else ""
        again = ", " + _("putaran {number}").format(number=item["round"]) if item.get("round") else ""
        yield f"  {moment(item['at'])}, {plain(item['by'])}: {what}{again}{reason}"
        for change in item.get("changes") or () if item["kind"] != "new" else ():
            if change["field"] not in _UNHEARD:
                before, after = heard(change["field"], change["from"]), heard(change["field"], change["to"])
                words = _("semula {before}, menjadi {after}").format(before=before, after=after)
                yield "    " + told(change["field"], words)
