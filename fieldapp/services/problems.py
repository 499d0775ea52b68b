"""What a person can be told: every refusal has a stable code, an exit code, and words in both languages.

The ground floor and the store raise errors of their own; `translated` turns them into a `Problem` at the edge of a
service, so that the command line and the screens know one kind of refusal only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from fieldapp.locale import language
from fieldapp.locale.reasons import os_reason as os_reason
from fieldapp.services.desk_problems import DESK_CODES
from fieldapp.services.exit_codes import Exit as Exit

# code: (exit code, Indonesian, English). Placeholders take ids, counts and names of settings, never a person's answers.
_CODES: dict[str, tuple[Exit, str, str]] = {
    "locked": (
        Exit.NOT_ALLOWED,
        "Laptop ini masih terkunci. Berikan kata sandi lewat FIELDAPP_PASSPHRASE_FILE atau FIELDAPP_PASSPHRASE.",
        "This laptop is still locked. Give the passphrase in FIELDAPP_PASSPHRASE_FILE or FIELDAPP_PASSPHRASE.",
    ),
    "store_exists": (
        Exit.REFUSED,
        "Folder ini sudah memuat sebuah program. Pakai folder lain lewat FIELDAPP_HOME.",
        "This folder already holds a programme. Use another folder through FIELDAPP_HOME.",
    ),
    "passphrase_short": (
        Exit.REFUSED,
        "Kata sandi terlalu pendek: pakai sedikitnya {least} huruf atau angka.",
        "The passphrase is too short: use at least {least} letters or digits.",
    ),
    "hub_database": (
        Exit.WRONG_USE,
        "Tempat penyimpanan pusat harus sqlite atau alamat yang diawali postgresql://. Periksa penulisannya.",
        "Where the hub keeps its data must be sqlite or an address that begins with postgresql://. Check its spelling.",
    ),
    "hub_driver": (
        Exit.REFUSED,
        "Pustaka untuk PostgreSQL belum terpasang. Pasang fieldapp[postgres], lalu coba lagi.",
        "The library for PostgreSQL is not installed. Install fieldapp[postgres], then try again.",
    ),
    "programme_name": (Exit.WRONG_USE, "Nama program tidak boleh kosong.", "The programme needs a name."),
    "programme_value": (
        Exit.WRONG_USE,
        "Nilai untuk {key} tidak dapat dipakai: {reason}.",
        "The value for {key} cannot be used: {reason}.",
    ),
    "programme_key": (
        Exit.WRONG_USE,
        "Tidak ada pengaturan bernama {key}. Lihat 'fieldapp programme show'.",
        "There is no setting called {key}. See 'fieldapp programme show'.",
    ),
    "area_unknown": (
        Exit.WRONG_USE,
        "Kode wilayah {code} tidak dikenal.",
        "Area code {code} is not known.",
    ),
    "area_needed": (
        Exit.WRONG_USE,
        "Peran {role} perlu sedikitnya satu wilayah (--area).",
        "The role {role} needs at least one area (--area).",
    ),
    "role_unknown": (Exit.WRONG_USE, "Tidak ada peran bernama {role}.", "There is no role called {role}."),
    "pin_short": (
        Exit.WRONG_USE,
        "PIN terlalu pendek: pakai sedikitnya {least} angka.",
        "The PIN is too short: use at least {least} digits.",
    ),
    "slots_exceeded": (
        Exit.REFUSED,
        "Hanya {left} tempat yang belum dipinjamkan; {asked} diminta.",
        "Only {left} slots are not yet leased; {asked} were asked for.",
    ),
    "not_allowed": (
        Exit.NOT_ALLOWED,
        "Peran {role} tidak boleh melakukan ini. Mintalah bantuan {who}.",
        "The role {role} may not do this. Ask {who} for help.",
    ),
    "member_not_found": (
        Exit.NOT_FOUND,
        "Tidak ada anggota dengan nama atau nomor itu. Lihat 'fieldapp members'.",
        "There is no member with that name or id. See 'fieldapp members'.",
    ),
    "member_ambiguous": (
        Exit.WRONG_USE,
        "Ada {count} anggota dengan nama itu. Pakai nomor anggotanya.",
        "There are {count} members of that name. Use the member's id.",
    ),
    "registration_not_found": (
        Exit.NOT_FOUND,
        "Tidak ada pendaftaran dengan nomor {id} di laptop ini.",
        "There is no registration with the id {id} on this laptop.",
    ),
    "draft_not_found": (
        Exit.NOT_FOUND,
        "Tidak ada draf dengan nomor {id} di laptop ini.",
        "There is no draft with the id {id} on this laptop.",
    ),
    "join_unfinished": (
        Exit.NOT_ALLOWED,
        "Penggabungan anggota ini terputus. Ulangi 'fieldapp join' dengan undangan dan kata sandi yang sama.",
        "This member's joining was cut short. Repeat 'fieldapp join' with the same invitation and passphrase.",
    ),
    "home_unusable": (
        Exit.NOT_ALLOWED,
        "Folder data (FIELDAPP_HOME) tidak dapat dipakai: {reason}. Tidak ada yang diubah.",
        "The data folder (FIELDAPP_HOME) cannot be used: {reason}. Nothing was changed.",
    ),
    "compare_ended": (
        Exit.REFUSED,
        "Pembandingan berhenti di tengah jalan, biasanya karena memori habis. Tutup program lain, lalu ulangi; "
        "tidak ada yang diubah.",
        "The comparing ended half-way, mostly for want of memory. Close other programs, then try again; "
        "nothing was changed.",
    ),
    "file_not_found": (Exit.NOT_FOUND, "Berkas {file} tidak ada.", "There is no file {file}."),
    "folder_no_bundles": (
        Exit.UNTRUSTED,
        "Di folder {file} tidak ada paket (berkas berakhiran .fieldapp). Periksa foldernya.",
        "Folder {file} holds no bundles (files ending in .fieldapp). Check the folder.",
    ),
    "file_not_read": (
        Exit.UNTRUSTED,
        "Berkas {file} tidak dapat dibaca: {reason}.",
        "File {file} cannot be read: {reason}.",
    ),
    "file_not_written": (
        Exit.REFUSED,
        "Berkas {file} tidak dapat ditulis: {reason}. Tidak ada yang hilang dari laptop ini.",
        "File {file} cannot be written: {reason}. Nothing was lost from this laptop.",
    ),
    "findings": (
        Exit.REFUSED,
        "Ada isian yang belum benar; perbaiki yang disebut di bawah.",
        "Some answers are not right yet; correct what is listed below.",
    ),
    "reason_needed": (
        Exit.WRONG_USE,
        "Tuliskan alasannya (--reason).",
        "Give the reason (--reason).",
    ),
    "field_unknown": (Exit.WRONG_USE, "Tidak ada isian bernama {field}.", "There is no field called {field}."),
    "frozen": (
        Exit.NOT_ALLOWED,
        "Pendaftaran ini sudah masuk SK dan tidak dapat diubah.",
        "This registration is part of a decree and cannot be changed.",
    ),
    "own_decision": (
        Exit.NOT_ALLOWED,
        "Anda sendiri yang mendaftarkan orang ini; pengawas lain yang harus memutuskan.",
        "You registered this person yourself; another supervisor has to decide.",
    ),
    "not_pending": (
        Exit.REFUSED,
        "Keadaan pendaftaran ini '{state}', jadi keputusan itu tidak berlaku.",
        "This registration is '{state}', so that decision does not apply.",
    ),
    "has_conflicts": (
        Exit.REFUSED,
        "Ada isian dengan dua nilai yang berbeda. Selesaikan dulu pertentangannya.",
        "Some answers have two different values. Settle the conflict first.",
    ),
    "has_errors": (
        Exit.REFUSED,
        "Masih ada isian yang salah. Kembalikan kepada pencacah dengan catatan.",
        "Some answers are still wrong. Return it to the enumerator with a comment.",
    ),
    "nik_missing": (
        Exit.REFUSED,
        "Belum ada NIK: pendaftaran disimpan, tetapi belum dapat disetujui.",
        "There is no NIK yet: the registration is kept, but it cannot be approved yet.",
    ),
    "duplicate_nik": (
        Exit.REFUSED,
        "NIK ini ada pada {count} pendaftaran. Batalkan atau tolak yang ganda lebih dulu.",
        "This NIK stands on {count} registrations. Void or reject the double first.",
    ),
    "nothing_to_undo": (
        Exit.REFUSED,
        "Belum ada keputusan yang dapat dibatalkan.",
        "There is no decision to undo.",
    ),
    "outside_area": (
        Exit.NOT_ALLOWED,
        "Pendaftaran ini di luar wilayah tugas Anda.",
        "This registration is outside your area.",
    ),
    "decision_unknown": (
        Exit.WRONG_USE,
        "Tidak ada keputusan bernama {decision}.",
        "There is no decision called {decision}.",
    ),
    "value_needed": (
        Exit.WRONG_USE,
        "Pilih salah satu nilai (--keep) atau tuliskan nilai lain (--value).",
        "Choose one of the values (--keep) or give another (--value).",
    ),
    "not_allowed_field": (
        Exit.WRONG_USE,
        "Isian {field} ditulis oleh program dan tidak dapat diubah.",
        "The field {field} is written by the program and cannot be changed.",
    ),
    "member_name": (
        Exit.WRONG_USE,
        "Nama anggota tidak dapat dipakai: 1 sampai 200 huruf, tanpa tanda kendali.",
        "The member's name cannot be used: 1 to 200 letters, no control characters.",
    ),
    "programme_differs": (
        Exit.REFUSED,
        "Undangan ini dari program lain; laptop ini sudah dipakai untuk satu program. Pakai FIELDAPP_HOME lain.",
        "This invitation is of another programme; this laptop already serves one. Use another FIELDAPP_HOME.",
    ),
    "revoke_self": (
        Exit.REFUSED,
        "Anda tidak dapat mencabut keanggotaan sendiri. Minta administrator lain.",
        "You cannot revoke yourself. Ask another administrator.",
    ),
    "recovery_elsewhere": (
        Exit.NOT_FOUND,
        "Kunci pemulihan tidak ada di laptop ini; kunci itu dipegang pendiri program.",
        "The recovery key is not on this laptop; the programme's founder holds it.",
    ),
    "recovery_pin": (
        Exit.UNTRUSTED,
        "Berkas kunci pemulihan tidak terbuka dengan PIN ini, atau berkasnya rusak.",
        "The recovery key file does not open with this PIN, or the file is damaged.",
    ),
    "no_conflict": (
        Exit.NOT_FOUND,
        "Isian {field} tidak sedang bertentangan pada pendaftaran ini.",
        "The field {field} is not in conflict on this registration.",
    ),
    "conflict_changed": (
        Exit.REFUSED,
        "Pertentangan ini berubah sejak ditampilkan: ada nilai lain, atau sudah diselesaikan. Lihat lagi, lalu pilih.",
        "This conflict has changed since it was shown: there is another value, or it was settled. Look again, then "
        "choose.",
    ),
    "person_decides": (
        Exit.REFUSED,
        "Isian ini tidak boleh diselesaikan dengan nilai terbaru: menyangkut jati diri, kelayakan, atau uang. Pilih "
        "sendiri nilainya.",
        "This answer must not be settled by its newest value: it is about who somebody is, who may take part, or "
        "money. Choose the value yourself.",
    ),
    "base_unknown": (
        Exit.REFUSED,
        "Nilai itu sudah dilepas dari laptop ini. Tukar data dulu supaya kembali, atau pilih nilai lain.",
        "This laptop let go of that value. Exchange data first to bring it back, or choose another value.",
    ),
    "needs_reason": (
        Exit.REFUSED,
        "Nilai terbaru memerlukan alasan: {words} Pilih sendiri nilainya.",
        "The newest value needs a reason: {words} Choose the value yourself.",
    ),
    "entry_not_found": (
        Exit.NOT_FOUND,
        "Nilai dengan nomor {entry} bukan salah satu pilihan pertentangan ini.",
        "The value with the id {entry} is not one of this conflict's.",
    ),
    "no_hub": (
        Exit.WRONG_USE,
        "Alamat pusat belum diketahui. Minta kepada administrator, lalu tulis di Pengaturan (A) atau berikan dengan "
        "--hub atau FIELDAPP_HUB.",
        "The hub's address is not known. Ask the administrator for it, then write it in the settings (A) or give it by "
        "--hub or FIELDAPP_HUB.",
    ),
    "stopped": (
        Exit.REFUSED,
        "Dihentikan. Yang sudah masuk tetap tersimpan; jalankan lagi untuk meneruskan.",
        "Stopped. What came in so far is kept; start it again to go on.",
    ),
    "hub_only": (
        Exit.NOT_ALLOWED,
        "Hanya anggota dengan peran hub yang dapat melayani. Undang dulu dengan --role hub.",
        "Only a member of the role hub can serve. Invite one first with --role hub.",
    ),
    "hub_address": (
        Exit.WRONG_USE,
        "Alamat pusat {address} bukan alamat http:// atau https://. Periksa penulisannya, misalnya "
        "http://10.0.0.5:8420.",
        "The hub's address {address} is no http:// or https:// address. Check how it is written, as in "
        "http://10.0.0.5:8420.",
    ),
    "hub_tls": (
        Exit.WRONG_USE,
        "Sertifikat atau kunci TLS tidak dapat dipakai: {reason}. Berikan berkas PEM yang cocok; kunci tanpa sandi.",
        "The TLS certificate or key cannot be used: {reason}. Give PEM files that fit, the key without a passphrase.",
    ),
    "compact_office": (
        Exit.NOT_ALLOWED,
        "Laptop kantor menyimpan semua isi lama, karena laptop lain melepaskannya.",
        "The office's laptop keeps all old answers, since other laptops let go of them.",
    ),
    "pair_of_one": (
        Exit.WRONG_USE,
        "Sebutkan dua pendaftaran yang berlainan.",
        "Name two different registrations.",
    ),
    "not_live": (
        Exit.REFUSED,
        "Keadaan pendaftaran {id} '{state}', jadi tidak dapat disatukan dengan yang lain.",
        "The registration {id} is '{state}', so it cannot be joined to another one.",
    ),
    "joined": (
        Exit.REFUSED,
        "Orang ini diwakili pendaftaran {survivor}. Kerjakan di sana, atau tarik dulu putusan bahwa keduanya orang "
        "yang sama.",
        "The registration {survivor} stands for this person. Work there, or first take back that both are one person.",
    ),
    "not_own_pair": (
        Exit.NOT_ALLOWED,
        "Pencacah memutuskan hanya tentang dua pendaftaran yang dibuatnya sendiri. Mintalah bantuan koordinator.",
        "An enumerator decides only about two registrations of the own. Ask a coordinator for help.",
    ),
    "decided_by_office": (
        Exit.NOT_ALLOWED,
        "Kantor sudah memutuskan tentang dua pendaftaran ini. Mintalah koordinator bila putusan itu keliru.",
        "The office has decided about these two registrations. Ask a coordinator where that is wrong.",
    ),
    "already_decided": (
        Exit.REFUSED,
        "Dua pendaftaran ini sudah diputuskan begitu, dan isiannya belum berubah sejak itu.",
        "These two registrations were decided so already, and their answers have not changed since.",
    ),
    "survivor_unknown": (
        Exit.WRONG_USE,
        "Yang dipertahankan dan asal isian harus salah satu dari dua pendaftaran itu.",
        "What stays, and where an answer is taken from, must be one of the two registrations.",
    ),
    "survivor_without_same": (
        Exit.WRONG_USE,
        "Yang dipertahankan dan isian yang diambil hanya disebut bila keduanya orang yang sama.",
        "What stays and what is taken is said only where both are the same person.",
    ),
    "frozen_gives_way": (
        Exit.REFUSED,
        "Pendaftaran {id} sudah masuk SK, jadi pendaftaran itulah yang harus dipertahankan.",
        "The registration {id} is part of a decree, so it is the one that has to stay.",
    ),
    "contradicts": (
        Exit.REFUSED,
        "Ini bertentangan dengan putusan tentang {a} dan {b}. Putuskan yang itu lebih dulu.",
        "This contradicts what was decided about {a} and {b}. Decide about those first.",
    ),
    "recovery_none": (
        Exit.NOT_FOUND,
        "Tidak ada anggota di laptop ini yang dapat dipulihkan dengan kunci itu.",
        "No member of this laptop can be recovered with that key.",
    ),
    "recovery_ambiguous": (
        Exit.WRONG_USE,
        "Ada {count} anggota di laptop ini. Sebutkan siapa yang dipulihkan (--member).",
        "This laptop has {count} members. Say whom to recover (--member).",
    ),
}


_CODES |= DESK_CODES

_LONGEST_DETAIL = 200


class Problem(Exception):
    """A refusal that a person is told about: what is wrong and what to do.

    `code` is stable; `exit_code` is DESIGN.md's; `details` fill the words; `findings` list what a rule refused, each
    `{"code", "field", "message"}`. `words` replaces the table for codes that other layers define.
    """

    def __init__(
        self,
        code: str,
        *,
        exit_code: Exit | None = None,
        details: Mapping[str, object] | None = None,
        findings: Sequence[Mapping[str, Any]] = (),
        words: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.details = dict(details or {})
        self.findings = [dict(finding) for finding in findings]
        known = _CODES.get(code)
        self.exit_code = exit_code if exit_code is not None else (known[0] if known else Exit.REFUSED)
        self._words = words or ((known[1], known[2]) if known else (code, code))

    def message(self) -> str:
        """The sentence for a person, in the language in force."""
        return fill(self._words, {name: _said(name, value) for name, value in self.details.items()})


def _said(name: str, value: object) -> object:
    """A detail as it is said: roles by their words, and not without end what somebody typed without end."""
    if name in ("role", "who"):
        return role_named(str(value))
    return value[:_LONGEST_DETAIL] + "…" if isinstance(value, str) and len(value) > _LONGEST_DETAIL else value


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def fill(words: tuple[str, str], details: Mapping[str, object]) -> str:
    """The sentence of `words` (Indonesian, English) in the language in force; unknown details show as …."""
    return words[1 if language() == "en" else 0].format_map(_Gaps(details))


_ROLES: dict[str, tuple[str, str]] = {
    "enumerator": ("pencacah", "enumerator"),
    "coordinator": ("koordinator", "coordinator"),
    "supervisor": ("pengawas", "supervisor"),
    "admin": ("administrator", "administrator"),
    "hub": ("pusat", "hub"),
}


def role_named(role: str) -> str:
    """The word for a role in the language in force."""
    return fill(_ROLES.get(role, (role, role)), {})


@contextmanager
def translated() -> Iterator[None]:
    """Turns refusals of the ground floor and of the store into `Problem`s."""
    from fieldapp.store import errors as store_errors
    from sync import errors as sync_errors

    try:
        yield
    except sync_errors.SyncError as error:
        raise Problem(
            error.code,
            exit_code=_exit_of(error),
            details=error.details,
            words=sync_errors.MESSAGES.get(error.code),
        ) from error
    except store_errors.StoreError as error:
        exit_code = Exit.UNTRUSTED if isinstance(error, store_errors.StoreDamaged) else Exit.NOT_ALLOWED
        raise Problem(error.code, exit_code=exit_code, words=store_errors.MESSAGES.get(error.code)) from error
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise Problem("home_unusable", details={"reason": os_reason(error)}) from error


def _exit_of(error: Exception) -> Exit:
    from sync import errors as sync_errors

    if getattr(error, "code", "") == "bundle_not_written":
        # A place that refuses is no untrusted input; every other file that cannot be written ends the same way.
        return Exit.REFUSED
    if isinstance(error, sync_errors.NotAllowed):
        return Exit.NOT_ALLOWED
    if isinstance(error, sync_errors.NotFound):
        return Exit.NOT_FOUND
    code = getattr(error, "code", "")
    if code in ("database_unreachable", "database_full"):
        return Exit.HUB
    if code == "database_address":
        return Exit.WRONG_USE
    # A hub that proved to be another's was reached; one that merely could not be used was not.
    if not isinstance(error, sync_errors.Untrusted) and code.startswith("hub_"):
        return Exit.HUB
    return Exit.UNTRUSTED
