"""What the ledger lacks, each named with words that say what to do; and what is here but counts nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fieldapp.domain.roles import OFFICE_ROLES
from fieldapp.locale import _
from fieldapp.services.session import Session
from fieldapp.services.views import area_name, member_names
from fieldapp.store import drafts as kept
from fieldapp.store import ledger as tables
from fieldapp.store import queries
from fieldapp.store.db import Connection
from sync.coverage import Ranges, join, numbers_of
from sync.journal import Journal
from sync.log import record_text
from sync.record_id import names as names_member

_ID_BYTES = 16


class Look:
    """One look at everything that may be lacking: whose laptop each chain is of, and what anybody is called."""

    def __init__(self, session: Session, connection: Connection, journal: Journal) -> None:
        self.session = session
        self.connection = connection
        self.journal = journal
        self.names = member_names(session, connection)
        self.members = journal.membership.all()
        devices = {member.id: member.device for member in self.members}
        self.authors = {chain: author for chain, (author, _) in journal.chains().items()}
        self.own = {chain for chain, author in self.authors.items() if devices.get(author) == session.device}
        self.is_office = session.member.role in OFFICE_ROLES

    def missing(self, begun: bytes) -> list[dict[str, Any]]:
        """`{"kind", …, "message"}` each; `begun` as `store.ledger.begun_ids` has them."""
        found = [
            *self._gaps(),
            *self._set_back(),
            *self._lost(),
            *self._incomplete(),
            *self._unlike(begun, tables.listed_ids(self.connection)),
            *self._drafts(),
        ]
        for each in differing(self.session, self.connection):
            found.append({**each, "message": self._differs(each)})
        return found

    def _spans(self, kind: str, spans: Mapping[str, Ranges], words: str) -> Iterable[dict[str, Any]]:
        for chain, ranges in spans.items():
            who = self.names.get(self.authors.get(chain, ""), _("laptop yang belum dikenal"))
            for first, last in ranges:
                named = words.format(who=who, count=last - first + 1, first=first, last=last)
                yield {"kind": kind, "chain": chain, "first": first, "last": last, "by": who, "message": named}

    def _gaps(self) -> Iterable[dict[str, Any]]:
        """Numbers of a chain before ones that are here: something on the way has not arrived."""
        office = _(
            "{count} perubahan dari laptop {who} (nomor {first}-{last}) belum sampai di sini. Minta {who} menulis "
            "paket lagi, lalu gabungkan."
        )
        field = _(
            "{count} perubahan dari laptop {who} (nomor {first}-{last}) belum sampai di sini. Minta paket balasan baru "
            "dari kantor, lalu ambil."
        )
        return self._spans("gap", self.journal.missing(), office if self.is_office else field)

    def _set_back(self) -> Iterable[dict[str, Any]]:
        """Entries of this laptop that an office acknowledged, and whatever this laptop's members acknowledged
        themselves, which is here no longer: an old copy was restored."""
        held = {chain: numbers_of(spans) for chain, spans in self.journal.coverage().items()}
        for chain, ranges in self.journal.attic.dropped().items():
            # What was let go is at the office; while it is asked for anew, the coverage leaves it out.
            held[chain] = join((*held.get(chain, ()), *ranges))
        own = {chain: spans for chain, spans in tables.not_held(self.connection, held).items() if chain in self.own}
        yield from self._spans(
            "restored",
            own,
            _(
                "{count} perubahan dari laptop ini (oleh {who}, nomor {first}-{last}) sudah diterima kantor, tetapi "
                "tidak ada lagi di sini: laptop dipulihkan dari salinan lama. Minta paket balasan dari kantor, "
                "lalu ambil."
            ),
        )
        taken: dict[str, Ranges] = {}
        for member in self.members:
            if member.device == self.session.device:
                for chain, spans in tables.not_held(self.connection, held, member.id).items():
                    if chain not in self.own:
                        taken[chain] = join((*taken.get(chain, ()), *spans))
        yield from self._spans(
            "taken",
            taken,
            _(
                "{count} perubahan dari laptop {who} (nomor {first}-{last}) pernah diterima laptop ini, tetapi tidak "
                "ada lagi di sini. Minta paket dari kantor lain atau dari {who}, lalu gabungkan."
            ),
        )

    def _lost(self) -> Iterable[dict[str, Any]]:
        words = _(
            "{count} perubahan dari laptop {who} (nomor {first}-{last}) rusak di laptop ini. Jalankan fieldapp "
            "rebuild, lalu tukar data dengan kantor."
        )
        return self._spans("lost", self.journal.sums.lost(), words)

    def _incomplete(self) -> Iterable[dict[str, Any]]:
        for record, type, scope in tables.incomplete(self.connection):
            by = next((member.name for member in self.members if names_member(record, member.id)), None)
            who = by or _("laptop yang belum dikenal")
            if type == "registration":
                words = _("Pendaftaran {id} di {area} baru sampai sebagian. Gabungkan paket dari {who}.")
            else:
                words = _("Catatan {id} ({type}) baru sampai sebagian. Gabungkan paket dari {who}.")
            named = words.format(id=record, type=type, area=area_name(scope), who=who)
            yield {"kind": "incomplete", "id": record, "type": type, "area": scope, "by": by, "message": named}

    def _unlike(self, begun: bytes, listed: bytes) -> Iterable[dict[str, Any]]:
        """Registrations that only one of the journal and the lists has."""
        if begun == listed:
            return
        written, shown = _ids(begun), _ids(listed)
        for record in sorted(written - shown):
            words = _("Pendaftaran {id} tercatat, tetapi hilang dari daftar. Jalankan fieldapp rebuild.")
            yield {"kind": "unlisted", "id": record, "message": words.format(id=record)}
        for record in sorted(shown - written):
            words = _(
                "Pendaftaran {id} ada di daftar, tetapi catatannya hilang dari laptop ini. Tukar data dengan kantor, "
                "lalu jalankan fieldapp rebuild."
            )
            yield {"kind": "unrecorded", "id": record, "message": words.format(id=record)}

    def _drafts(self) -> Iterable[dict[str, Any]]:
        for draft in tables.draft_counts(self.connection)[1]:
            words = _(
                "Draf {id} tidak dapat dibaca lagi. Pulihkan dari salinan cadangan, atau daftarkan orangnya lagi."
            )
            yield {"kind": "draft_unreadable", "id": draft, "message": words.format(id=draft)}

    def _differs(self, found: Mapping[str, Any]) -> str:
        area = area_name(found["area"]) if found["area"] else _("catatan umum program")
        words = _("{area}: {by} memegang {there} perubahan, laptop ini {here}. Tukar data dengan {by} lagi.")
        return words.format(area=area, by=found["by"], there=found["there"], here=found["here"])

    def held(self) -> list[dict[str, Any]]:
        """What is here and counts nowhere until a person looks at it: `{"kind", "count", "message"}`, for changes in
        quarantine also `open` and `registrations`, those that begin one and wait for a word."""
        found = []
        quarantined = self.journal.quarantine()
        if quarantined:
            spoken = {str(said.get("entry")) for _id, said in queries.records_of(self.connection, "quarantine_word")}
            waiting = [each.stored for each in quarantined if each.stored.id not in spoken]
            begun = sum(1 for stored in waiting if (stored.entry.y, stored.entry.k) == ("registration", "new"))
            words = _(
                "{open} dari {count} perubahan di karantina menunggu putusan; {begun} di antaranya pendaftaran baru."
            )
            told = words.format(count=len(quarantined), open=len(waiting), begun=begun)
            found.append(
                {
                    "kind": "quarantined",
                    "count": len(quarantined),
                    "open": len(waiting),
                    "registrations": begun,
                    "message": told,
                }
            )
        lines = len(kept.unreadable_lines(self.connection))
        if lines:
            words = _(
                "{count} baris berkas yang diambil tidak terbaca dan disimpan apa adanya; betulkan, lalu ambil lagi."
            )
            found.append({"kind": "unreadable", "count": lines, "message": words.format(count=lines)})
        return found


def differing(session: Session, connection: Connection) -> list[dict[str, Any]]:
    """Areas of which another member's latest bundle said to hold something else than this laptop does.

    Entries, of what that bundle spoke of; equal numbers mean that they are not the same entries. Area "" is public.
    """
    names, journal = member_names(session, connection), session.journal(connection)
    return [
        {
            "kind": "differs",
            "code": "scope_differs",
            "area": doubt.scope,
            "by": names.get(doubt.member, doubt.member),
            "here": doubt.here,
            "there": doubt.there,
        }
        for doubt in journal.doubts.all()
        # Whoever belongs no longer cannot send another bundle that shows it mended.
        if journal.membership.code_of(doubt.member) is None
    ]


def _ids(joined: bytes) -> set[str]:
    return {record_text(joined[start : start + _ID_BYTES]) for start in range(0, len(joined), _ID_BYTES)}
