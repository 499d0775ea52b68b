"""A registration as lines to be read: what is odd about it first, then every answer, comments and history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fieldapp.domain.findings import Finding
from fieldapp.forms.declaration import FORM, QUESTIONS
from fieldapp.forms.messages import message
from fieldapp.locale import N_, _, language
from fieldapp.services.cover_words import cover_words
from fieldapp.tui.answer_text import label_of, masked_text
from fieldapp.tui.comparing import decision_text
from fieldapp.tui.text import area_text, plain, state_text, when, wrapped
from fieldapp.tui.widgets.lines import Line
from fieldapp.tui.widgets.near_box import near_words

LABEL = 28
"""Cells of the column of labels."""

KINDS: Final[dict[str, str]] = {
    "new": N_("mendaftarkan"),
    "edit": N_("mengubah"),
    "resolve": N_("menyelesaikan pertentangan"),
    "void": N_("membatalkan"),
    "decide": N_("memutuskan"),
    "comment": N_("memberi komentar"),
    "same_as": N_("memutuskan tentang pendaftaran yang mirip"),
}
DECISIONS: Final[dict[str, str]] = {
    "approve": N_("setuju"),
    "return": N_("dikembalikan"),
    "reject": N_("ditolak"),
    "undo": N_("putusan ditarik"),
    "withdraw": N_("ditarik orangnya"),
    "void": N_("dibatalkan"),
}
#: Answers that the program sets and that no reviewer needs to read one by one.
HIDDEN: Final = frozenset({"id", "programme", "registered_on", "registered_by", "overrides", "prelist_id"})


def record_lines(
    shown: Mapping[str, Any],
    findings: Sequence[Finding],
    width: int,
    pinned: Mapping[str, str] | None = None,
    near: Sequence[Mapping[str, Any]] = (),
) -> list[Line]:
    """All lines of a registration as `services.registrations.show` gives it, wrapped at `width` cells.

    A line's value is the name of the field it is about. `pinned` are comments being written, not yet sent; `near` is
    what `services.duplicates.near` answers about the registration.
    """
    lines = [*_head(shown, width), *_odd(shown, findings, near, width)]
    if lines:
        lines.append(Line(""))
    lines += _answers(shown, width, pinned or {})
    if shown.get("history"):
        lines += [Line(""), Line(_("Riwayat"), "heading"), *_history(shown["history"], width)]
    return lines


def _head(shown: Mapping[str, Any], width: int) -> list[Line]:
    pairs = [
        (_("Keadaan"), state_text(str(shown["state"]))),
        (_("Putusan terakhir"), _decision(shown)),
        (_("Pencacah"), shown.get("registered_by")),
        (_("Wilayah"), area_text(str(shown["area"]), str(shown["area"])[:5]) if shown.get("area") else ""),
        (_("Orang yang sama"), _same_as(shown)),
        (_("Putaran"), shown.get("round") if (shown.get("round") or 1) > 1 else ""),
    ]
    return [line for label, value in pairs if value for line in _pair(label, plain(value), width)]


def _same_as(shown: Mapping[str, Any]) -> str:
    """Why this registration gives way to another of the same person; empty when it does not."""
    joined = shown.get("same_as")
    if not isinstance(joined, Mapping):
        return ""
    words = _("diwakili pendaftaran lain, menurut {by}: {reason}. D menampilkan keduanya.")
    return words.format(by=plain(joined.get("by") or "-", 40), reason=plain(joined.get("reason") or "-"))


def _decision(shown: Mapping[str, Any]) -> str:
    code = shown.get("decision")
    if not code:
        return ""
    words = _(DECISIONS[code]) if code in DECISIONS else plain(code, 40)
    reason = plain(shown.get("reason") or "")
    return f"{words}: {reason}" if reason else words


def _odd(
    shown: Mapping[str, Any], findings: Sequence[Finding], near: Sequence[Mapping[str, Any]], width: int
) -> list[Line]:
    lines: list[Line] = []
    for field, values in (shown.get("conflicts") or {}).items():
        words = " / ".join(f"{masked_text(field, each['value']) or '-'} ({plain(each['by'], 30)})" for each in values)
        lines += _about(_("Bertentangan"), field, words, "error", width)
    reasons = shown.get("overrides") or {}
    for finding in findings:
        words = message(finding, language())
        if finding.strength == "error":
            lines += _about(_("Salah"), finding.field, words, "error", width)
        elif finding.strength == "warning":
            reason = plain(reasons.get(finding.code) or _("belum ada"))
            words = _("{words} Alasan pencacah: {reason}").format(words=words, reason=reason)
            lines += _about(_("Periksa"), finding.field, words, "warning", width)
    for each in shown.get("comments") or []:
        words = f"{plain(each.get('text') or '')} ({plain(each['by'], 40)})"
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
    if not lines:
        return []
    return [Line(""), Line(_("Yang perlu diperhatikan"), "heading"), *lines]


def _about(kind: str, field: str, words: str, tone: str, width: int) -> list[Line]:
    text = f"{kind}: {label_of(field)} - {words}" if field else f"{kind}: {words}"
    return [Line(part, tone, field) for part in wrapped(text, width, 4)]


def _answers(shown: Mapping[str, Any], width: int, pinned: Mapping[str, str]) -> list[Line]:
    values = shown["values"]
    lines: list[Line] = []
    for section in FORM:
        present = [question for question in section.questions if values.get(question.name) is not None]
        if not present:
            continue
        lines += [Line(""), Line(section.labels.say(language()), "heading")]
        for question in present:
            text = masked_text(question.name, values[question.name])
            lines += _pair(question.label(language()), text, width, question.name)
            lines += _said(shown, question.name, pinned, width)
    others = sorted(name for name in values if name not in QUESTIONS and name not in HIDDEN)
    if others:
        lines += [Line(""), Line(_("Lainnya"), "heading")]
        for name in others:
            lines += _pair(label_of(name), masked_text(name, values[name]), width, name)
    absent = {str(each.get("field")) for each in shown.get("comments") or []} | set(pinned)
    for name in sorted(absent - {name for name in values if values[name] is not None}):
        lines += _pair(label_of(name), _("(kosong)"), width, name)
        lines += _said(shown, name, pinned, width)
    return lines[1:] if lines and not lines[0].text else lines


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


def _history(items: Sequence[Mapping[str, Any]], width: int) -> list[Line]:
    lines: list[Line] = []
    for item in reversed(items):
        kind = str(item.get("kind"))
        done = _(KINDS[kind]) if kind in KINDS else plain(kind, 40)
        decision = str(item.get("decision") or "")
        if kind == "decide" and decision in DECISIONS:
            done += f" ({_(DECISIONS[decision])})"
        elif kind == "same_as":
            done += f" ({decision_text(decision)})"
        text = f"{when(item['at'])}  {plain(item['by'], 40)} {done}"
        if item.get("reason"):
            text += f": {plain(item['reason'])}"
        lines += [Line(part) for part in wrapped(text, width, 4)]
        if item.get("dropped"):
            away = "    " + _("isi lama ada di kantor; datang dengan pertukaran berikutnya")
            lines += [Line(part, "quiet") for part in wrapped(away, width, 6)]
        if kind != "new":
            for change in item.get("changes") or []:
                lines += _change(change, width)
    return lines


def _change(change: Mapping[str, Any], width: int) -> list[Line]:
    field = str(change["field"])
    if field in HIDDEN:
        return []
    before = masked_text(field, change.get("from")) or _("(kosong)")
    after = masked_text(field, change.get("to")) or _("(kosong)")
    text = f"    {label_of(field)}: {before} -> {after}"
    return [Line(part, "quiet", field) for part in wrapped(text, width, 6)]
