"""What the office's desks refuse, beside `problems`: every code with its exit code and words in both languages."""

from __future__ import annotations

from typing import Final

from fieldapp.services.exit_codes import Exit

#: code: (exit code, Indonesian, English). Placeholders take ids, counts, names of settings; never a person's answers.
DESK_CODES: Final[dict[str, tuple[Exit, str, str]]] = {
    # Whose work it is
    "assignee_inactive": (
        Exit.REFUSED,
        "Anggota itu tidak aktif lagi, jadi tidak dapat diberi tugas. Pilih anggota lain.",
        "That member is no longer active, so nothing can be assigned to them. Choose another one.",
    ),
    "assignee_role": (
        Exit.REFUSED,
        "Peran {role} tidak mengisi formulir. Pilih pencacah, koordinator, atau pengawas.",
        "The role {role} fills in no forms. Choose an enumerator, a coordinator or a supervisor.",
    ),
    "assignee_outside": (
        Exit.REFUSED,
        "Wilayah pendaftaran ini bukan wilayah tugas anggota itu. Pilih anggota yang wilayahnya mencakupnya.",
        "The area of this registration is not among that member's. Choose a member whose areas hold it.",
    ),
    "assign_state": (
        Exit.REFUSED,
        "Keadaan pendaftaran ini '{state}', jadi tidak ada yang perlu dikerjakan orang lain.",
        "This registration is '{state}', so there is nothing for somebody else to do.",
    ),
    "already_with": (
        Exit.REFUSED,
        "Pendaftaran ini sudah menjadi tugas anggota itu.",
        "This registration is that member's work already.",
    ),
    "replace_self": (
        Exit.REFUSED,
        "Anda tidak dapat mengganti laptop sendiri dari laptop ini. Minta administrator lain.",
        "You cannot replace your own laptop from this one. Ask another administrator.",
    ),
    # Slots, and people who no longer take part
    "budget_used": (
        Exit.REFUSED,
        "Anggaran tidak cukup lagi untuk orang ini; pendaftarannya tetap menunggu putusan.",
        "The budget does not reach for this person any more; the registration goes on waiting for a decision.",
    ),
    "lease_role": (
        Exit.REFUSED,
        "Hanya pengawas yang menyetujui, jadi jatah tidak dapat diberikan kepada peran {role}. Pilih seorang pengawas.",
        "Only supervisors approve, so the role {role} cannot be leased slots. Choose a supervisor.",
    ),
    "lease_self": (
        Exit.WRONG_USE,
        "Jatah dipindahkan antara dua pengawas yang berbeda. Sebutkan pengawas lain dengan --from.",
        "Slots are moved between two different supervisors. Name another one with --from.",
    ),
    "lease_used": (
        Exit.REFUSED,
        "{count} orang yang sudah disetujui akan masuk daftar tunggu, mulai dari yang terakhir disetujui. Bila memang "
        "dimaksudkan, ulangi dengan --yes.",
        "{count} people who were approved would wait again, from the last approved on. Repeat with --yes if that is "
        "meant.",
    ),
    "cause_unknown": (
        Exit.WRONG_USE,
        "Tidak ada sebab bernama {cause}. Pakai meninggal, usia, pindah, menarik-diri, atau lain.",
        "There is no cause called {cause}. Use meninggal, usia, pindah, menarik-diri or lain.",
    ),
    "ending_day": (
        Exit.WRONG_USE,
        "Tanggal ditulis tahun-bulan-hari, misalnya 2027-05-31, dan tidak boleh sesudah hari ini.",
        "The day is written year-month-day, as in 2027-05-31, and cannot lie after today.",
    ),
    "ending_month": (
        Exit.WRONG_USE,
        "Bulan ditulis tahun-bulan, misalnya 2027-05.",
        "The month is written year-month, as in 2027-05.",
    ),
    "ended_already": (
        Exit.REFUSED,
        "Keadaan pendaftaran ini '{state}', jadi sudah tidak ikut lagi.",
        "This registration is '{state}', so the person no longer takes part already.",
    ),
    "not_aged": (
        Exit.REFUSED,
        "Orang ini belum mencapai batas umur pada tanggal itu. Periksa tanggal lahirnya.",
        "This person has not reached the oldest age on that day. Check the date of birth.",
    ),
}
