"""Where the person lives and how to reach them."""

from __future__ import annotations

from fieldapp.forms.conditions import Either, Given, Is, Not
from fieldapp.forms.question import Choice, Question, Section, Texts

_ELSEWHERE = Is("domicile_same", (False,))
_HAS_PHONE = Not(Is("no_phone", (True,)))
#: Whoever gave a number need not be asked whether there is one; both answers at once stay in sight.
_NO_NUMBER = Either((Not(Given("phone")), Is("no_phone", (True,))))

_ADDRESS_HELP = Texts("Jalan atau gang dan nomor rumah.", "Street or lane and house number.")
_RT_HELP = Texts("Boleh 5, 05, atau 005.", "5, 05 or 005.")
_RW_HELP = Texts("Kosongkan bila tidak ada RW.", "Leave empty where there is no RW.")
_AREA_HELP = Texts("Ketik sebagian nama kelurahan, lalu pilih.", "Type part of the name, then choose.")
_PHONE_HELP = Texts(
    "Satu nomor saja, angka semua. Contoh 0812-3456-7890 atau (0542) 123456.",
    "One number only, digits only. For example 0812-3456-7890 or (0542) 123456.",
)

SECTION = Section(
    "address_contact",
    Texts("Alamat dan kontak", "Address and contact"),
    (
        Question(
            "ktp_address",
            "text",
            Texts("Alamat KTP", "Address on the KTP"),
            _ADDRESS_HELP,
            required=True,
            group="ktp_address",
        ),
        Question("ktp_rt", "digits", Texts("RT (KTP)", "RT on the KTP"), _RT_HELP, format="rt", group="ktp_address"),
        Question("ktp_rw", "digits", Texts("RW (KTP)", "RW on the KTP"), _RW_HELP, format="rt", group="ktp_address"),
        Question(
            "ktp_area",
            "area",
            Texts("Kelurahan KTP", "Kelurahan on the KTP"),
            _AREA_HELP,
            required=True,
            group="ktp_address",
        ),
        Question(
            "domicile_same",
            "bool",
            Texts("Tinggal di alamat KTP?", "Lives at the address on the KTP?"),
            required=True,
            group="domicile",
        ),
        Question(
            "domicile_address",
            "text",
            Texts("Alamat tempat tinggal", "Address where the person lives"),
            _ADDRESS_HELP,
            required=True,
            relevant=_ELSEWHERE,
            group="domicile",
        ),
        Question(
            "domicile_rt",
            "digits",
            Texts("RT tempat tinggal", "RT where the person lives"),
            _RT_HELP,
            relevant=_ELSEWHERE,
            format="rt",
            group="domicile",
        ),
        Question(
            "domicile_rw",
            "digits",
            Texts("RW tempat tinggal", "RW where the person lives"),
            _RW_HELP,
            relevant=_ELSEWHERE,
            format="rt",
            group="domicile",
        ),
        Question(
            "domicile_area",
            "area",
            Texts("Kelurahan tempat tinggal", "Kelurahan where the person lives"),
            _AREA_HELP,
            required=True,
            relevant=_ELSEWHERE,
            group="domicile",
        ),
        Question(
            "phone",
            "text",
            Texts("Nomor telepon", "Phone number"),
            _PHONE_HELP,
            required=True,
            relevant=_HAS_PHONE,
            format="phone",
            group="phone",
        ),
        Question(
            "no_phone",
            "bool",
            Texts("Tidak punya telepon?", "Has no phone?"),
            Texts(
                "Ya, bila tidak ada nomor yang bisa dihubungi sama sekali.",
                "Yes, when there is no number at all to reach the person.",
            ),
            relevant=_NO_NUMBER,
            group="phone",
        ),
        Question(
            "phone_owner",
            "one",
            Texts("Telepon milik siapa", "Whose phone it is"),
            relevant=_HAS_PHONE,
            choices=(
                Choice("sendiri", "Sendiri", "Own"),
                Choice("keluarga", "Keluarga", "Family"),
                Choice("pendamping", "Pendamping", "Companion"),
                Choice("tetangga", "Tetangga", "Neighbour"),
            ),
            group="phone",
        ),
        Question(
            "phone_whatsapp",
            "bool",
            Texts("Bisa WhatsApp?", "WhatsApp on this number?"),
            relevant=_HAS_PHONE,
            group="phone",
        ),
        Question(
            "phone_alt",
            "text",
            Texts("Nomor telepon lain", "Another phone number"),
            _PHONE_HELP,
            relevant=Given("phone"),
            format="phone",
        ),
        Question(
            "email",
            "text",
            Texts("Surel", "E-mail"),
            Texts("Boleh dikosongkan.", "May be left empty."),
            format="email",
            longest=254,
        ),
    ),
)
