"""What can go wrong, as stable codes with a text in both languages that says what to do about it."""

from typing import Final, Literal

MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "bundle_unknown": (
        "Berkas ini bukan paket. Pilih berkas yang ditulis Fieldapp (biasanya berakhiran .fieldapp).",
        "This file is not a bundle. Choose a file that Fieldapp wrote (mostly ending in .fieldapp).",
    ),
    "bundle_version": (
        "Paket ini dibuat oleh versi program yang lebih baru. Perbarui program ini, lalu gabungkan lagi.",
        "This bundle was made by a newer version of the program. Update this program, then merge again.",
    ),
    "bundle_capability": (
        "Paket ini ditulis oleh program yang lebih baru. Perbarui program di laptop ini, lalu gabungkan lagi.",
        "This bundle uses a capability not known here. Update this program, then merge again.",
    ),
    "bundle_truncated": (
        "Paket terpotong: sebagian isinya tidak ada. Salin ulang dari laptop asal dan tunggu sampai selesai.",
        "The bundle is cut short: part of it is missing. Copy it again from its laptop and wait until it is done.",
    ),
    "bundle_damaged": (
        "Isi paket rusak. Tidak ada yang digabungkan. Salin ulang, atau tulis paket baru di laptop asal.",
        "The bundle is damaged. Nothing was merged. Copy it again, or write a new bundle on its laptop.",
    ),
    "bundle_foreign": (
        "Paket ini milik program pendataan lain. Periksa apakah flashdisk atau berkasnya tertukar.",
        "This bundle belongs to another programme. Check whether the stick or file was mixed up.",
    ),
    "bundle_not_for_us": (
        "Paket ini disegel untuk penerima lain. Berikan kepada penerimanya, atau minta paket untuk Anda.",
        "This bundle is sealed to somebody else. Give it to its receiver, or ask for one made for you.",
    ),
    "bundle_forged": (
        "Tanda tangan paket tidak cocok. Tidak ada yang digabungkan. Laporkan kepada administrator.",
        "The bundle's signature does not match. Nothing was merged. Tell the administrator.",
    ),
    "paper_forged": (
        "Daftar peringatan di dalam paket tidak cocok tanda tangannya. Tidak ada yang digabungkan. Laporkan kepada "
        "administrator.",
        "The signature of a list inside the bundle does not match. Nothing was merged. Tell the administrator.",
    ),
    "paper_office": (
        "Daftar peringatan di dalam paket bukan dari kantor, jadi tidak dipakai. Laporkan kepada administrator.",
        "A list inside the bundle is not from the office, so it is not used. Tell the administrator.",
    ),
    "paper_others": (
        "Daftar peringatan di dalam paket bukan untuk Anda, jadi tidak dipakai.",
        "A list inside the bundle is not for you, so it is not used.",
    ),
    "paper_limit": (
        "Daftar peringatan di dalam paket terlalu banyak, jadi sebagian tidak dipakai. Laporkan kepada administrator.",
        "There are too many lists inside the bundle, so some are not used. Tell the administrator.",
    ),
    "bundle_too_large": (
        "Isi paket melebihi batas yang wajar. Tidak ada yang digabungkan. Minta paket yang lebih kecil.",
        "The bundle holds more than the allowed size. Nothing was merged. Ask for a smaller bundle.",
    ),
    "scope_differs": (
        "Isi sebuah wilayah di sini ({here}) tidak sama dengan di pengirim paket ({there}). Tukarkan paket atau"
        " sinkronkan sekali lagi; bila tetap berbeda, laporkan kepada administrator.",
        "What is here of an area ({here}) is not what the bundle's writer holds ({there}). Exchange bundles or sync"
        " once more; if it still differs, tell the administrator.",
    ),
    "record_incomplete": (
        "Sebagian isi catatan ini sedang tidak ada di laptop ini. Tukarkan paket atau sinkronkan, lalu ubah.",
        "Part of this record is not on this laptop at present. Exchange bundles or sync, then change it.",
    ),
    "bundle_not_written": (
        "Paket tidak tersimpan utuh di tempat itu. Periksa ruang kosong, pakai flashdisk lain, lalu tulis lagi.",
        "The bundle was not kept whole in that place. Check its free space, use another stick and write it again.",
    ),
    "segment_forged": (
        "Tanda tangan sebuah segmen tidak cocok. Tidak ada yang digabungkan. Laporkan kepada administrator.",
        "A segment's signature does not match. Nothing was merged. Tell the administrator.",
    ),
    "segment_damaged": (
        "Sebagian isi paket rusak. Tidak ada yang digabungkan. Salin ulang dari laptop asal.",
        "A segment is damaged. Nothing was merged. Copy it again from its laptop.",
    ),
    "entry_damaged": (
        "Sebuah entri tidak mengikuti bentuk yang ditetapkan. Perbaiki isinya atau tulis ulang di laptop asal.",
        "An entry does not follow the laid-down form. Correct its content or write it again on its laptop.",
    ),
    "entry_version": (
        "Sebagian isinya ditulis oleh versi program yang lebih baru. Perbarui program ini, lalu gabungkan lagi.",
        "An entry was written by a newer version of the program. Update this program, then merge again.",
    ),
    "entry_too_large": (
        "Isi satu perubahan melebihi batas 1 MiB. Pendekkan isiannya.",
        "One change holds more than the limit of 1 MiB. Shorten what was filled in.",
    ),
    "merge_unknown": (
        "Tidak ada penggabungan dengan nomor itu di laptop ini. Periksa nomornya pada laporan penggabungan.",
        "There is no merge with that id on this laptop. Check the id in the report of the merge.",
    ),
    "certificate_forged": (
        "Sertifikat anggota tidak sah. Tidak ada yang dipakai darinya. Laporkan kepada administrator.",
        "A member's certificate is not genuine. Nothing of it was used. Tell the administrator.",
    ),
    "member_unknown": (
        "Penulis entri ini belum dikenal di sini. Gabungkan paket dari laptopnya atau dari kantor.",
        "The writer of this entry is not known here yet. Merge a bundle from that laptop or from the office.",
    ),
    "member_revoked": (
        "Keanggotaan penulis ini sudah dicabut sebelum entri ini dihitung. Entri disimpan untuk diperiksa orang.",
        "This writer's membership was revoked before this entry counts. It is kept for a person to look at.",
    ),
    "outside_scope": (
        "Ini di luar wilayah tugas anggota tersebut. Minta administrator memberi wilayahnya.",
        "This is outside that member's area. Ask the administrator to give the area.",
    ),
    "role_not_allowed": (
        "Peran anggota ini tidak boleh melakukan hal itu. Mintalah kepada anggota dengan peran yang sesuai.",
        "This member's role may not do that. Ask a member whose role may.",
    ),
    "own_decision": (
        "Anggota tidak boleh memutuskan pendaftarannya sendiri. Minta pengawas lain.",
        "A member may not decide on an own registration. Ask another supervisor.",
    ),
    "type_differs": (
        "Perubahan ini tidak cocok dengan jenis catatannya. Disimpan untuk diperiksa orang.",
        "This change does not fit the type of its record. It is kept for a person to look at.",
    ),
    "invitation_pin": (
        "PIN tidak cocok dengan undangan ini. Periksa PIN kepada yang mengundang, lalu coba lagi.",
        "The PIN does not fit this invitation. Check the PIN with the one who invited you and try again.",
    ),
    "pin_too_short": (
        "PIN terlalu pendek. Pakai paling sedikit {minimum} karakter.",
        "The PIN is too short. Use at least {minimum} characters.",
    ),
    "invitation_damaged": (
        "Berkas undangan rusak atau bukan undangan. Minta salinannya lagi kepada yang mengundang.",
        "The invitation file is damaged or is no invitation. Ask the one who invited you for another copy.",
    ),
    "invitation_version": (
        "Undangan ini dibuat oleh versi program yang lebih baru. Perbarui program ini, lalu coba lagi.",
        "This invitation was made by a newer version of the program. Update this program, then try again.",
    ),
    "invitation_used": (
        "Undangan ini sudah dipakai, di laptop ini atau laptop lain. Minta undangan baru kepada administrator.",
        "This invitation was used already, on this laptop or another. Ask the administrator for a new one.",
    ),
    "invitation_expired": (
        "Masa berlaku undangan ini sudah lewat. Periksa tanggal laptop ini, atau minta undangan baru.",
        "This invitation has expired. Check this laptop's date, or ask for a new invitation.",
    ),
    "invitation_foreign": (
        "Undangan atau sertifikat ini milik program pendataan lain. Periksa apakah berkasnya tertukar.",
        "This invitation or certificate belongs to another programme. Check whether the file was mixed up.",
    ),
    "invitation_revoked": (
        "Undangan ini tidak berlaku lagi karena pengundangnya sudah dicabut. Minta undangan baru.",
        "This invitation no longer holds, since the one who gave it was revoked. Ask for a new one.",
    ),
    "hub_address": (
        "Alamat pusat harus diawali http:// atau https://. Periksa penulisannya.",
        "The hub's address must begin with http:// or https://. Check how it is written.",
    ),
    "hub_unreachable": (
        "Pusat tidak terjangkau. Tidak ada yang hilang; sambungkan jaringan, lalu coba lagi.",
        "The hub cannot be reached. Nothing is lost; connect to a network and try again.",
    ),
    "hub_timeout": (
        "Jaringan terlalu lambat atau terputus di tengah jalan. Yang sudah sampai tetap sampai; coba lagi nanti.",
        "The network is too slow or broke off midway. What arrived has arrived; try again later.",
    ),
    "hub_busy": (
        "Pusat sedang melayani banyak laptop. Tidak ada yang hilang; coba lagi sebentar lagi.",
        "The hub is serving many laptops. Nothing is lost; try again in a moment.",
    ),
    "hub_failed": (
        "Pusat mengalami gangguan. Tidak ada yang hilang; laporkan kepada administrator, lalu coba lagi.",
        "The hub had a failure. Nothing is lost; tell the administrator, then try again.",
    ),
    "hub_answer_damaged": (
        "Jawaban pusat rusak di perjalanan. Tidak ada yang digabungkan darinya; coba lagi.",
        "The hub's answer was damaged on its way. Nothing of it was merged; try again.",
    ),
    "hub_not_found": (
        "Alamat itu menjawab, tetapi bukan sebuah pusat. Periksa alamatnya, atau masuklah dulu ke jaringan ini.",
        "That address answers, but it is no hub. Check the address, or log in to this network first.",
    ),
    "hub_path": (
        "Pusat tidak mengenal permintaan itu. Perbarui program di laptop ini atau di pusat.",
        "The hub does not know that request. Update the program here or at the hub.",
    ),
    "hub_version": (
        "Pusat memakai versi yang tidak dikenal di sini. Perbarui program di laptop ini atau di pusat.",
        "The hub uses a version not known here. Update the program here or at the hub.",
    ),
    "hub_foreign": (
        "Pusat ini milik program pendataan lain. Periksa alamatnya.",
        "This hub belongs to another programme. Check its address.",
    ),
    "hub_untrusted": (
        "Alamat itu tidak dapat membuktikan diri sebagai pusat program ini. Tidak ada yang dikirim. "
        "Laporkan kepada administrator.",
        "That address cannot prove to be this programme's hub. Nothing was sent. Tell the administrator.",
    ),
    "hub_ca": (
        "Berkas di FIELDAPP_HUB_CA tidak memuat sertifikat PEM. Minta berkasnya lagi kepada administrator.",
        "The file in FIELDAPP_HUB_CA holds no certificate in PEM that can be read. Ask the administrator for it again.",
    ),
    "hub_certificate": (
        "Sertifikat TLS di alamat itu tidak dipercaya. Tidak ada yang dikirim. Masuklah dulu ke jaringan ini, atau "
        "minta berkas sertifikat pusat untuk FIELDAPP_HUB_CA.",
        "The TLS certificate at that address is not trusted. Nothing was sent. Log in to this network first, or ask "
        "for the hub's certificate file for FIELDAPP_HUB_CA.",
    ),
    "hub_unsigned": (
        "Pusat hanya menerima permintaan yang bertanda tangan. Perbarui program di laptop ini.",
        "The hub takes signed requests only. Update the program on this laptop.",
    ),
    "hub_signature": (
        "Tanda tangan permintaan tidak cocok. Pusat tidak menerima apa pun. Coba lagi; bila terulang, laporkan kepada "
        "administrator.",
        "The request's signature does not match. The hub took nothing. Try again; if it happens again, tell the "
        "administrator.",
    ),
    "hub_challenge": (
        "Izin singkat dari pusat sudah habis waktunya. Tidak ada yang hilang; coba lagi.",
        "The hub's short leave to come in has run out. Nothing is lost; try again.",
    ),
    "hub_replayed": (
        "Pusat sudah pernah menerima permintaan ini. Tidak ada yang diterima dua kali; coba lagi.",
        "The hub has had this very request before. Nothing was taken twice; try again.",
    ),
    "hub_digest": (
        "Isi permintaan berubah di perjalanan. Pusat tidak menerima apa pun; coba lagi.",
        "The request was changed on its way. The hub took nothing; try again.",
    ),
    "hub_limited": (
        "Laptop ini terlalu sering menghubungi pusat. Tidak ada yang hilang; coba lagi {retry_s} detik lagi.",
        "This laptop came to the hub too often. Nothing is lost; try again in {retry_s} seconds.",
    ),
    "hub_no_progress": (
        "Pusat menjawab, tetapi tidak menerima sisanya ({left} perubahan). Tidak ada yang hilang dari laptop ini. "
        "Laporkan kepada administrator.",
        "The hub answers but does not take the rest ({left} changes). Nothing was lost from this laptop. "
        "Tell the administrator.",
    ),
    "database_address": (
        "Alamat basis data tidak dapat dibaca. Bentuknya postgresql://nama@mesin/basis-data.",
        "The address of the database cannot be read. Its form is postgresql://name@machine/database.",
    ),
    "database_unreachable": (
        "Basis data pusat tidak terjangkau. Tidak ada yang hilang; periksa servernya, lalu coba lagi.",
        "The hub's database cannot be reached. Nothing is lost; look after its server, then try again.",
    ),
    "database_refused": (
        "Basis data pusat menolak nama, sandi, atau hak yang dipakai. Periksa alamat, sandi, dan haknya.",
        "The hub's database refuses the name, the password or the rights in use. Check the address and the rights.",
    ),
    "database_full": (
        "Basis data pusat penuh. Tidak ada yang hilang; beri ruang di servernya, lalu coba lagi.",
        "The hub's database is full. Nothing is lost; make room on its server, then try again.",
    ),
    "database_newer": (
        "Basis data ini dibuat oleh versi program yang lebih baru ({found}; di sini {known}). Perbarui program ini.",
        "This database was made by a newer version of the program ({found}; here {known}). Update this program.",
    ),
    "database_foreign": (
        "Basis data ini milik program pendataan lain. Periksa alamatnya, atau pakai basis data yang kosong.",
        "This database belongs to another programme. Check its address, or use an empty database.",
    ),
    "database_failed": (
        "Basis data pusat menolak perintah ({kind} {state}). Tidak ada yang hilang; laporkan kepada administrator.",
        "The hub's database refused a command ({kind} {state}). Nothing is lost; tell the administrator.",
    ),
}
"""Code -> (Indonesian, English): what is wrong and what to do; placeholders are keys of the error's details."""


class SyncError(Exception):
    """Something refused by the ground floor.

    `code` is stable and a key of MESSAGES; `details` holds ids and numbers only, never anything of a person, so that
    both may go into a log.
    """

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details: dict[str, str | int] = details

    def message(self, language: Literal["id", "en"] = "id") -> str:
        """The text for a person."""
        return MESSAGES[self.code][1 if language == "en" else 0].format(**self.details)


class Untrusted(SyncError):
    """Input that is damaged, foreign or forged; nothing of it was used."""


class NotAllowed(SyncError):
    """Refused to this member by a rule, before anything was written."""


class Unreachable(SyncError):
    """The hub did not answer, or not usably; nothing is lost and the next call goes on where this one stopped."""

    retry_after_s: float = 0.0
    """How long the other side asked not to be asked again, in seconds."""


class NotFound(SyncError):
    """Nothing of that id is known here."""
