"""What happened to a registration as lines to be read: its history, that of one answer, and its way to the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.services import histories
from fieldapp.tui.answer_text import label_of, masked_text
from fieldapp.tui.comparing import decision_text
from fieldapp.tui.text import plain, when, wrapped
from fieldapp.tui.widgets.lines import Line

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
BUNDLE_LETTERS: Final = 8
"""Of a packet's number; enough to find its file by."""


def history_lines(items: Sequence[Mapping[str, Any]], width: int) -> list[Line]:
    """What `services.histories.history` answers, the latest first."""
    lines: list[Line] = []
    for item in reversed(items):
        text = f"{when(item['at'])}  {plain(item['by'], 40)} {done_words(item)}"
        if item.get("reason"):
            text += f": {plain(item['reason'])}"
        lines += [Line(part) for part in wrapped(text, width, 4)]
        if item.get("dropped"):
            away = "    " + _("isi lama ada di kantor; datang dengan pertukaran berikutnya")
            lines += [Line(part, "quiet") for part in wrapped(away, width, 6)]
        if item.get("kind") != "new":
            for change in item.get("changes") or []:
                lines += _change(change, width)
        lines += _commented(item, width)
    return lines


def field_lines(items: Sequence[Mapping[str, Any]], field: str, width: int) -> list[Line]:
    """What became of one answer, out of the history of its registration, the latest first."""
    lines: list[Line] = []
    for item in reversed(histories.of_field(items, field)):
        # The first entry brings every answer: nothing was replaced by it.
        became = masked_text(field, item["to"]) if item["kind"] == "new" else _from_to(field, item)
        text = f"{when(item['at'])}  {plain(item['by'], 40)} {done_words(item)}: {became}"
        lines += [Line(part) for part in wrapped(text, width, 4)]
    return lines


def done_words(item: Mapping[str, Any]) -> str:
    """What an item of a history did, in a few words."""
    kind = str(item.get("kind"))
    done = _(KINDS[kind]) if kind in KINDS else plain(kind, 40)
    decision = str(item.get("decision") or "")
    if kind == "decide" and decision in DECISIONS:
        done += f" ({_(DECISIONS[decision])})"
    elif kind == "comment" and "assigned_to" in item:
        to = item["assigned_to"]
        done = _("menugaskannya kepada {name}").format(name=plain(to, 40)) if to else _("menarik penugasan")
    elif kind == "same_as":
        done += f" ({decision_text(decision)})"
    elif item.get("round"):
        done += " " + _("dan mengirim lagi, putaran {number}").format(number=item["round"])
    return done


def journey_lines(steps: Sequence[Mapping[str, Any]], width: int) -> list[Line]:
    """How far each change has come, as `services.showing.journey` answers; the latest first."""
    lines: list[Line] = []
    for step in reversed(steps):
        kind = str(step["kind"])
        done = _(KINDS[kind]) if kind in KINDS else plain(kind, 40)
        far = "; ".join(_far(step))
        text = f"{when(step['at'])}  {plain(step['by'], 40)} {done}: {far}"
        # What has not left this laptop would be lost with it.
        tone = "warning" if step["here"] and not step["carried"] and not step["received"] else ""
        lines += [Line(part, tone) for part in wrapped(text, width, 4)]
    return lines


def _far(step: Mapping[str, Any]) -> list[str]:
    far = []
    if step["carried"]:
        at, bundle = step["carried"]["at"], plain(str(step["carried"]["bundle"])[:BUNDLE_LETTERS])
        far.append(_("dibawa {at} (paket {bundle})").format(at=when(at), bundle=bundle))
    for each in step["received"]:
        far.append(_("diterima {by}, {at}").format(by=plain(each["by"], 40), at=when(each["at"])))
    if not far:
        far.append(_("belum dibawa") if step["here"] else _("datang dari laptop lain"))
    return far


def _change(change: Mapping[str, Any], width: int) -> list[Line]:
    field = str(change["field"])
    if field in HIDDEN:
        return []
    return [
        Line(part, "quiet", field) for part in wrapped(f"    {label_of(field)}: {_from_to(field, change)}", width, 6)
    ]


def _from_to(field: str, change: Mapping[str, Any]) -> str:
    before = masked_text(field, change.get("from")) or _("(kosong)")
    after = masked_text(field, change.get("to")) or _("(kosong)")
    return f"{before} -> {after}"


def _commented(item: Mapping[str, Any], width: int) -> list[Line]:
    """Comments that a decision pinned to answers; another program may have put anything in their place."""
    comments = item.get("comments")
    pinned = comments.items() if isinstance(comments, Mapping) else ()
    return [
        Line(part, "quiet", str(field))
        for field, text in pinned
        for part in wrapped(f"    {_('Catatan')}, {label_of(str(field))}: {plain(text)}", width, 6)
    ]
