"""A registration as lines to be read, in parts: what is odd, every answer, the way it has gone, what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from fieldapp.domain.findings import Finding
from fieldapp.domain.review import PENDING_STATES
from fieldapp.forms.declaration import FORM, QUESTIONS
from fieldapp.forms.messages import message
from fieldapp.locale import _, language
from fieldapp.services.covers.words import cover_words
from fieldapp.services.quota.words import ended_words
from fieldapp.tui.answer_text import label_of, masked_text
from fieldapp.tui.happened import DECISIONS, HIDDEN, history_lines, journey_lines
from fieldapp.tui.text import area_text, date_text, plain, state_text, when, wrapped
from fieldapp.tui.widgets.lines import Line
from fieldapp.tui.widgets.near_box import near_words

LABEL = 28
"""Cells of the column of labels."""


class Part(NamedTuple):
    """Lines under one heading, which is the first of them where it is not empty. `is_beside`: it stands in the second
    column of a wide screen, beside the answers."""

    heading: str
    lines: list[Line]
    is_beside: bool


def record_parts(
    shown: Mapping[str, Any],
    findings: Sequence[Finding],
    widths: tuple[int, int],
    pinned: Mapping[str, str] | None = None,
    near: Sequence[Mapping[str, Any]] = (),
    *,
    odd_first: bool = False,
) -> list[Part]:
    """A registration as `services.showing.show` gives it with its history, in the order in which it is read.

    `widths`: cells of the column of answers and of the one beside it. A line's value is the name of the field it is
    about. `pinned` are comments being written, not yet sent; `near` is what `services.duplicates.near` answers. With
    `odd_first` whoever came from a queue reads first why it stands there.
    """
    width, beside = widths
    parts = [
        Part(_("Ringkasan"), _head(shown, width), False),
        _part(_("Yang perlu diperhatikan"), _odd(shown, findings, near, beside), True),
        *_answers(shown, width, pinned or {}),
        _part(_("Alasan yang pernah diberikan"), _reasons(shown, findings, beside), True),
        _part(_("Perjalanan ke kantor"), journey_lines(shown.get("journey") or (), beside), True),
        _part(_("Riwayat"), history_lines(shown.get("history") or (), beside), True),
    ]
    if odd_first:
        parts.insert(0, parts.pop(1))
    return [part for part in parts if part.lines]


def joined(parts: Iterable[Part]) -> list[Line]:
    """The lines of these parts under each other, parted by empty ones."""
    return [line for part in parts for line in (Line(""), *part.lines)][1:]


def _part(heading: str, lines: list[Line], is_beside: bool) -> Part:
    return Part(heading, [Line(heading, "heading"), *lines] if lines else [], is_beside)


def _head(shown: Mapping[str, Any], width: int) -> list[Line]:
    pairs = [
        (_("Keadaan"), state_of(shown)),
        (_("Sejak"), date_text(shown["ended_on"]) if shown.get("ended_on") else ""),
        (_("Putusan terakhir"), _decision(shown)),
        (_("Dikirim"), when(shown["values"].get("submitted_at"))),
        (_("Pencacah"), shown.get("registered_by")),
        (_("Wilayah"), area_text(str(shown["area"]), str(shown["area"])[:5]) if shown.get("area") else ""),
        (_("Orang yang sama"), _same_as(shown)),
        (_("Mewakili juga"), _stands_for(shown)),
        (_("Putaran"), _round(shown)),
        (_("Batas perbaikan"), date_text(shown["due"]) if shown.get("due") else ""),
        (_("Ditugaskan"), _assigned(shown)),
    ]
    return [line for label, value in pairs if value for line in _pair(label, plain(value), width)]


def state_of(shown: Mapping[str, Any]) -> str:
    """The state of a registration in words; of somebody who no longer takes part, with why."""
    if shown["state"] == "withdrawn" and shown.get("ended"):
        return ended_words(shown["ended"])
    return state_text(str(shown["state"]))


def _same_as(shown: Mapping[str, Any]) -> str:
    """Why this registration gives way to another of the same person; empty when it does not."""
    joined = shown.get("same_as")
    if not isinstance(joined, Mapping):
        return ""
    words = _("diwakili pendaftaran lain, menurut {by}: {reason}. D menampilkan keduanya.")
    return words.format(by=plain(joined.get("by") or "-", 40), reason=plain(joined.get("reason") or "-"))


def _stands_for(shown: Mapping[str, Any]) -> str:
    """How many other registrations of the same person give way to this one."""
    others = shown.get("joined") or ()
    return _("{count} pendaftaran lain dari orang yang sama").format(count=len(others)) if others else ""


def _assigned(shown: Mapping[str, Any]) -> str:
    """Whose work it is, where somebody said so."""
    assigned = shown.get("assigned")
    if not isinstance(assigned, Mapping):
        return ""
    words = _("kepada {to}, oleh {by}, {at}: {reason}")
    return words.format(
        to=plain(assigned["to"], 40),
        by=plain(assigned["by"], 40),
        at=when(assigned["at"]),
        reason=plain(assigned["reason"]),
    )


def _round(shown: Mapping[str, Any]) -> str:
    number = shown.get("round") or 1
    if number == 1:
        return ""
    return _("{number}; {count} kali dikembalikan").format(number=number, count=number - 1)


def _decision(shown: Mapping[str, Any]) -> str:
    code = shown.get("decision")
    if not code:
        return ""
    words = _(DECISIONS[code]) if code in DECISIONS else plain(code, 40)
    if shown.get("decision_by"):
        words = _("{decision}, oleh {by}").format(decision=words, by=plain(shown["decision_by"], 40))
    reason = plain(shown.get("reason") or "")
    return f"{words}: {reason}" if reason else words


def _odd(
    shown: Mapping[str, Any], findings: Sequence[Finding], near: Sequence[Mapping[str, Any]], width: int
) -> list[Line]:
    lines = _decided(shown, width)
    for field, values in (shown.get("conflicts") or {}).items():
        words = " / ".join(f"{masked_text(field, each['value']) or '-'} ({plain(each['by'], 30)})" for each in values)
        lines += _about(_("Bertentangan"), field, words, "error", width)
    reasons = shown.get("overrides") or {}
    for finding in findings:
        words = message(finding, language())
        if finding.strength == "error":
            lines += _about(_("Salah"), finding.field, words, "error", width)
            lines += _answer(shown, finding.field, width)
        elif finding.strength == "warning":
            reason = plain(reasons.get(finding.code) or _("belum ada"))
            words = _("{words} Alasan pencacah: {reason}").format(words=words, reason=reason)
            lines += _about(_("Periksa"), finding.field, words, "warning", width)
            lines += _answer(shown, finding.field, width)
    asked = {each["field"]: each for each in (shown.get("asked") or ()) if shown.get("state") in PENDING_STATES}
    for each in shown.get("comments") or []:
        words = f"{plain(each.get('text') or '')} ({plain(each['by'], 40)})"
        if each.get("field") in asked:
            words = f"{words}; {_changed(asked[each['field']])}"
        lines += _about(_("Catatan"), str(each.get("field") or ""), words, "warning", width)
    doubles = shown.get("duplicates") or []
    if doubles:
        words = _("NIK ini ada pada {count} pendaftaran lain.").format(count=len(doubles))
        lines += _about(_("Ganda"), "nik", words, "error", width)
    for each in shown.get("covers") or []:
        lines += _about(_("Terlindungi"), "", plain(cover_words(each)), "error" if each["blocks"] else "warning", width)
    for each in near:
        words = _("{who} D membandingkan keduanya.").format(who=near_words(each))
        lines += _about(_("Mirip dengan"), "", words, "warning", width)
    return lines


def _decided(shown: Mapping[str, Any], width: int) -> list[Line]:
    """Decisions that two took apart, who has endorsed, and whether what was asked in the last round was done."""
    lines: list[Line] = []
    said = shown.get("decisions") or ()
    for each in said if len(said) > 1 else ():
        words = _("{decision} oleh {by}, {when}").format(
            decision=_(DECISIONS.get(each["decision"], each["decision"])),
            by=plain(each["by"], 40),
            when=when(each["at"]),
        )
        reason = plain(each["reason"])
        lines += _about(_("Putusan berbeda"), "", f"{words}: {reason}" if reason else words, "error", width)
    if shown.get("state") == "changed_after_review":
        for field in shown.get("changed_since") or ():
            if field in QUESTIONS:
                lines += _about(_("Diubah sesudah putusan"), field, _value(shown, field), "warning", width)
    if shown.get("state") in PENDING_STATES and not shown["values"].get("nik"):
        words = _("belum ada, jadi pendaftaran ini belum dapat disetujui.")
        lines += _about(_("Periksa"), "nik", words, "warning", width)
    if shown.get("endorsed_by") and shown.get("state") in PENDING_STATES:
        words = _("{by} mengusulkan disetujui; menunggu pengawas kedua.").format(by=plain(shown["endorsed_by"], 40))
        lines += _about(_("Persetujuan"), "", words, "warning", width)
    told = {str(each.get("field") or "") for each in shown.get("comments") or []}
    for each in (shown.get("asked") or ()) if shown.get("state") in PENDING_STATES else ():
        field = str(each["field"] or "")
        if field not in told:
            tone = "warning" if each["changed"] else "error"
            lines += _about(_("Diminta"), field, f"{plain(each['text'])} ({_changed(each)})", tone, width)
    return lines


def _value(shown: Mapping[str, Any], field: str) -> str:
    value = shown["values"].get(field)
    return _("(kosong)") if value is None else masked_text(field, value)


def _changed(asked: Mapping[str, Any]) -> str:
    """Whether what a return asked for was done, as far as an answer was written since."""
    return _("sudah diubah sesudahnya") if asked["changed"] else _("BELUM diubah sesudahnya")


def _answer(shown: Mapping[str, Any], field: str, width: int) -> list[Line]:
    """The answer that a rule is about, below what the rule says of it."""
    if not field or shown["values"].get(field) is None:
        return []
    words = _("Isinya: {value}").format(value=_value(shown, field))
    return [Line("  " + part, "quiet", field) for part in wrapped(words, width - 2, 2)]


def _reasons(shown: Mapping[str, Any], findings: Sequence[Finding], width: int) -> list[Line]:
    """Reasons that were given for warnings which the answers no longer raise."""
    raised = {finding.code for finding in findings if finding.strength == "warning"}
    lines: list[Line] = []
    for code, reason in (shown.get("overrides") or {}).items():
        if code not in raised:
            words = message(Finding(str(code), "", "warning"), language())
            lines += [Line(part, "quiet") for part in wrapped(f"{plain(words)} - {plain(reason)}", width, 4)]
    return lines


def _about(kind: str, field: str, words: str, tone: str, width: int) -> list[Line]:
    text = f"{kind}: {label_of(field)} - {words}" if field else f"{kind}: {words}"
    return [Line(part, tone, field) for part in wrapped(text, width, 4)]


def _answers(shown: Mapping[str, Any], width: int, pinned: Mapping[str, str]) -> list[Part]:
    values = shown["values"]
    parts: list[Part] = []
    for section in FORM:
        lines: list[Line] = []
        for question in section.questions:
            if values.get(question.name) is not None:
                text = masked_text(question.name, values[question.name])
                lines += _pair(question.label(language()), text, width, question.name)
                lines += _said(shown, question.name, pinned, width)
        parts.append(_part(section.labels.say(language()), lines, False))
    others: list[Line] = []
    for name in sorted(name for name in values if name not in QUESTIONS and name not in HIDDEN):
        others += _pair(label_of(name), masked_text(name, values[name]), width, name)
    parts.append(_part(_("Lainnya"), others, False))
    absent = {str(each["field"]) for each in shown.get("comments") or [] if each.get("field")} | set(pinned)
    empty: list[Line] = []
    for name in sorted(absent - {name for name in values if values[name] is not None}):
        empty += _pair(label_of(name), _("(kosong)"), width, name)
        empty += _said(shown, name, pinned, width)
    parts.append(_part(_("Diberi catatan, belum diisi"), empty, False))
    return parts


def _pair(label: str, text: str, width: int, field: str | None = None) -> list[Line]:
    room = max(20, width - LABEL - 1)
    label_parts = wrapped(label, LABEL - 1)
    text_parts = wrapped(text, room)
    lines = []
    for index in range(max(len(label_parts), len(text_parts))):
        left = label_parts[index] if index < len(label_parts) else ""
        right = text_parts[index] if index < len(text_parts) else ""
        lines.append(Line(f"{left:<{LABEL}} {right}".rstrip(), "", field))
    return lines


def _said(shown: Mapping[str, Any], field: str, pinned: Mapping[str, str], width: int) -> Iterable[Line]:
    for each in shown.get("comments") or []:
        if each.get("field") == field:
            words = _("Catatan {by}, {at}: {text}").format(
                by=plain(each["by"], 40), at=when(each["at"]), text=plain(each.get("text") or "")
            )
            yield from (Line(part, "warning", field) for part in wrapped("    " + words, width, 6))
    if field in pinned:
        words = _("Catatan Anda (belum dikirim): {text}").format(text=plain(pinned[field]))
        yield from (Line(part, "warning", field) for part in wrapped("    " + words, width, 6))
