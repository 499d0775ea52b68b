"""What a start found to be brought back, in words: told once, by whichever program opens the laptop first."""

from __future__ import annotations

from fieldapp.locale import _
from fieldapp.services.session import Session
from fieldapp.store import recovery

#: Temporary files of this program in a data folder; each becomes another file's whole content, or nothing.
_LEFTOVERS = (".vault.json.*.new", ".starts.*.new", ".fieldapp.db.*.copy", ".fieldapp.db.*.new", ".wilayah-*.new")


def words(session: Session) -> list[str]:
    """A sentence for each thing that was found and done when this session was opened; usually none."""
    told = []
    if session.was_begun_before:
        told.append(
            _(
                "Permulaan yang terputus ditemukan di folder ini dan diulang dari awal. "
                "Sisanya disimpan dengan nama 'unfinished' dan boleh dihapus."
            )
        )
    found = session.store.recovered
    if found is not None:
        registrations, drafts = session.read(recovery.counts)
        told.append(
            _(
                "Fieldapp berhenti mendadak saat terakhir dipakai. {saves} simpanan terakhir dipulihkan; di laptop ini "
                "ada {registrations} pendaftaran dan {drafts} draf, dan tidak ada simpanan yang hilang."
            ).format(saves=found.saves, registrations=registrations, drafts=drafts)
        )
        if found.is_cut:
            told.append(
                _("Satu simpanan yang belum selesai ditulis saat itu dibatalkan seluruhnya; ulangi bila perlu.")
            )
    removed = recovery.clear_leftovers(session.home, _LEFTOVERS)
    if removed:
        told.append(_("{count} berkas sementara dari penulisan yang terputus dihapus.").format(count=removed))
    return told
