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
}
