"""Two ledgers side by side: what only one has, what differs, why, and whether that is expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.services.ledger.file import Book, Standing, own, read
from fieldapp.services.ledger.paper import known_names
from fieldapp.services.ledger.words import moment, number
from fieldapp.services.session import Session, iso_time
from fieldapp.services.views import area_name, member_names
from sync.members import covers

_WHY: Final = {
    "not_carried": N_("terdaftar di {holder}, belum dibawa: tulis paket di sana dan gabungkan di {lacker}"),
    "carried": N_("dikirim dari {holder}, belum sampai: gabungkan paketnya di {lacker}"),
    "not_given": N_("ada di {holder}, belum dibawa ke {lacker}: bertukar paket"),
    "later": N_("ditulis sesudah buku {lacker} dibuat: minta buku yang baru"),
    "gone": N_("pernah ditulis di {lacker}, tetapi tidak ada lagi di sana: beri {lacker} paket balasan"),
    "receipt": N_("sudah sampai; tanda terimanya belum dibawa ke {lacker}"),
    "news": N_("perubahan atau putusan di {holder} belum sampai ke {lacker}: bertukar paket"),
    "both": N_("ada perubahan di kedua sisi yang belum sampai ke sisi lain: bertukar paket dua arah"),
    "others": N_("isinya sama; keadaannya mengikuti pendaftaran lain atau kuota, yang belum sama di kedua sisi"),
    "unlike": N_("isinya sama, tetapi keadaannya tidak: jalankan fieldapp rebuild di kedua laptop"),
}
PARTS: Final = {
    "only_there": N_("Tidak ada di sini"),
    "only_here": N_("Tidak ada di sana"),
    "differ": N_("Berbeda di kedua sisi"),
}
"""The lists of a comparison in the order in which they are read, and their headings."""
_LACKING: Final = frozenset({"gone", "unlike"})
"""What does not mend itself by the exchanges that are on their way anyhow."""


def compare(session: Session, file: Path) -> dict[str, Any]:
    """This laptop's ledger beside the one in `file`, of what both sides should hold.

    Answers `{"mine", "theirs", "only_here": […], "only_there": […], "differ": […], "same", "elsewhere", "complete"}`:
    each side is `{"member", "device", "at", "areas", "registered", "balanced"}`, `same` and `elsewhere` (outside the
    areas of one side) are counts, `complete` says that neither side lacks a registration and no difference is
    unexpected. What is listed is `{"id", "area", "name", "why", "expected", "message"}` with "mine" and "theirs" (None
    where it is lacking), `{"state", "place", "entries", "laptop"}`. Raises what `ledger_file.read` raises.
    """
    theirs = read(session, file)
    mine = own(session)
    sides = _Sides(session, mine, theirs)
    here = {id: row for id, row in mine.registrations.items() if _in_scopes(theirs.head.scopes, row.area)}
    there = {id: row for id, row in theirs.registrations.items() if _in_scopes(mine.head.scopes, row.area)}
    only_here = [sides.lacking(id, here[id], is_here=True) for id in sorted(here.keys() - theirs.registrations.keys())]
    only_there = [
        sides.lacking(id, there[id], is_here=False) for id in sorted(there.keys() - mine.registrations.keys())
    ]
    both = here.keys() & theirs.registrations.keys() | there.keys() & mine.registrations.keys()
    pairs = [(id, mine.registrations[id], theirs.registrations[id]) for id in sorted(both)]
    unlike = [(id, one, other) for id, one, other in pairs if not _is_same(one, other)]
    is_even = not only_here and not only_there and all(_is_held_alike(one, other) for _, one, other in unlike)
    # Where one side sees more areas than the other, states that follow from other registrations may well differ.
    is_even = is_even and mine.head.scopes == theirs.head.scopes
    differ = [sides.differing(id, one, other, is_even=is_even) for id, one, other in unlike]
    _name(session, [*only_here, *only_there, *differ])
    everybody = mine.registrations.keys() | theirs.registrations.keys()
    return {
        "mine": _side(session, mine),
        "theirs": _side(session, theirs),
        "only_here": only_here,
        "only_there": only_there,
        "differ": differ,
        "same": len(pairs) - len(unlike),
        "elsewhere": len(everybody) - len(pairs) - len(only_here) - len(only_there),
        "complete": not only_here and not only_there and all(each["expected"] for each in differ),
    }


def sentence(compared: Mapping[str, Any]) -> str:
    """What came out, in one sentence."""
    here, there = len(compared["only_here"]), len(compared["only_there"])
    odd = sum(not each["expected"] for each in compared["differ"])
    on_the_way = len(compared["differ"]) - odd
    if compared["complete"]:
        words = _("Kedua buku cocok: {same} sama, {way} masih di jalan, tidak ada yang kurang di satu sisi.")
        return words.format(same=number(compared["same"]), way=number(on_the_way))
    words = _(
        "TIDAK COCOK: {there} tidak ada di sini, {here} tidak ada di sana, {odd} berbeda tanpa sebab; {same} sama, "
        "{way} masih di jalan."
    )
    return words.format(
        there=number(there), here=number(here), odd=number(odd), same=number(compared["same"]), way=number(on_the_way)
    )


def about(side: Mapping[str, Any]) -> str:
    """Whose ledger it is, of when, and what it said of itself."""
    words = (
        _("Buku {member}, dibuat {at}: {registered} terdaftar, cocok dengan dirinya sendiri.")
        if side["balanced"]
        else _("Buku {member}, dibuat {at}: {registered} terdaftar, KURANG menurut dirinya sendiri.")
    )
    at = moment(round(datetime.fromisoformat(side["at"]).timestamp() * 1000))
    return words.format(member=side["member"], at=at, registered=number(side["registered"]))


def lists(compared: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """(heading, a line each) of what is lacking and of what differs; empty parts are left out."""
    return [(_(title), [each["message"] for each in compared[key]]) for key, title in PARTS.items() if compared[key]]


class _Sides:
    """Says why registrations are not alike, with each side's name."""

    def __init__(self, session: Session, mine: Book, theirs: Book) -> None:
        self._mine = mine
        self._theirs = theirs
        self._here = _("laptop ini")
        self._there = _("laptop {name}").format(name=theirs.by)

    def lacking(self, id: str, row: Standing, *, is_here: bool) -> dict[str, Any]:
        holder, lacker = (self._mine, self._theirs) if is_here else (self._theirs, self._mine)
        if row.laptop == lacker.head.device:
            why = "gone"
        elif row.laptop == holder.head.device and row.place in ("not_carried", "carried"):
            why = row.place
        else:
            why = "not_given"
        if is_here and why != "gone" and _begun_ms(id) > self._theirs.head.at:
            why = "later"
        return self._told(id, row.area, row if is_here else None, None if is_here else row, why, is_newer_here=is_here)

    def differing(self, id: str, mine: Standing, theirs: Standing, *, is_even: bool) -> dict[str, Any]:
        if mine.sum != theirs.sum or mine.entries != theirs.entries:
            why = "both" if mine.entries == theirs.entries else "news"
            is_newer_here = mine.entries > theirs.entries
        elif mine.state != theirs.state:
            why, is_newer_here = "unlike" if is_even else "others", True
        else:
            why, is_newer_here = "receipt", mine.place == "merged"
        return self._told(id, mine.area, mine, theirs, why, is_newer_here=is_newer_here)

    def _told(
        self, id: str, area: str, mine: Standing | None, theirs: Standing | None, why: str, *, is_newer_here: bool
    ) -> dict[str, Any]:
        holder, lacker = (self._here, self._there) if is_newer_here else (self._there, self._here)
        return {
            "id": id,
            "area": area,
            "name": None,
            "mine": _row(mine),
            "theirs": _row(theirs),
            "why": why,
            "expected": why not in _LACKING,
            "message": _(_WHY[why]).format(holder=holder, lacker=lacker),
        }


def _row(row: Standing | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"state": row.state, "place": row.place, "entries": row.entries, "laptop": row.laptop}


def _is_held_alike(one: Standing, other: Standing) -> bool:
    return (one.entries, one.sum) == (other.entries, other.sum)


def _is_same(one: Standing, other: Standing) -> bool:
    # What another laptop registered can only be carried or merged there, so these two are the same to an office.
    return _is_held_alike(one, other) and one.state == other.state and one.place == other.place


def _in_scopes(scopes: Iterable[str], area: str) -> bool:
    return any(covers((scope,), area) for scope in scopes)


def _begun_ms(id: str) -> int:
    """When a registration was begun: its id is a UUID of version 7, which begins with the time."""
    return int(id.replace("-", "")[:12], 16)


def _name(session: Session, found: list[dict[str, Any]]) -> None:
    """Give everybody who is known here a name, and begin the words with it."""
    wanted = [each["id"] for each in found]
    names = session.read(lambda connection: known_names(session, connection, wanted)) if wanted else {}
    for each in found:
        each["name"] = names.get(each["id"])
        who = each["name"] or each["id"]
        each["message"] = f"{who} ({area_name(each['area'])}): {each['message']}."


def _side(session: Session, book: Book) -> dict[str, Any]:
    names = session.read(lambda connection: member_names(session, connection))
    return {
        "member": names.get(book.head.member, book.by),
        "device": book.head.device,
        "at": iso_time(book.head.at),
        "areas": book.head.scopes,
        "registered": book.head.totals.get("registered", book.head.count),
        "balanced": book.head.balanced,
    }
