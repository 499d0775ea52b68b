"""Which column of somebody's sheet is what: from its headings, from what stands in it, or as a person says.

Offices write headings as they like (NIK, No. KTP, Nama Lengkap, TTL, L/P), above them title lines, below them a line
that numbers the columns. What is found here is a proposal, shown before anything is imported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from fieldapp.domain.names import plain
from fieldapp.files import cells as read
from fieldapp.files.cells import Cell
from fieldapp.files.errors import SheetError

How = Literal["map", "header", "contents"]

#: field -> headings, as `plain` text: letters and digits without spaces.
_HEADINGS: Final[dict[str, str]] = {
    "number": "no nomor nomorurut nourut urut num number",
    "nik": "nik noktp nomorktp ktp nonik nomornik nomorindukkependudukan noindukkependudukan indukkependudukan "
    "nikktp noktpnik nikktpel nokependudukan noidentitas nomoridentitas identitas nationalid idnumber idcardnumber "
    "idcard citizenid",
    "name": "nama namalengkap namaorang namapeserta namapekerja namatenagakerja tenagakerja peserta namapenerima "
    "namapenerimamanfaat namawarga namapenduduk namakaryawan namapegawai namaktp namasesuaiktp namacalonpeserta "
    "namadifabel namapenyandangdisabilitas namaanggota namapemohon namatk name fullname participant",
    "birth_place": "tempatlahir tmplahir tmptlahir tptlahir tempat kotalahir placeofbirth birthplace",
    "birth_date": "tanggallahir tgllahir tglahir tanggal tgl lahir dateofbirth birthdate dob",
    "birth_place_date": "ttl tempattanggallahir tempattgllahir tmpttgllahir tmptgllahir tptgllahir "
    "tempatdantanggallahir tempattanggallhr tempattglahir tempatlahirtanggallahir tempatlahirtgllahir ttlahir",
    "sex": "jk jeniskelamin jnskelamin jenkel jkel kelamin lp lakiperempuan gender sex",
    "mother_name": "namaibu namaibukandung ibukandung ibu namagadisibukandung namagadisibu mothername "
    "mothersname mothermaidenname",
    "nomor_kk": "kk nokk nomorkk nomorkartukeluarga nokartukeluarga kartukeluarga familycard",
    "address": "alamat alamatlengkap alamatktp alamatrumah alamattinggal alamatdomisili domisili alamatsesuaiktp "
    "address",
    "rt": "rt nort",
    "rw": "rw norw",
    "rt_rw": "rtrw",
    "kelurahan": "kelurahan kel keldesa kelurahandesa desakelurahan desakel desa namakelurahan village",
    "kecamatan": "kecamatan kec namakecamatan district subdistrict",
    "phone": "hp nohp nomorhp handphone nohandphone nomorhandphone telepon telp notelp notelepon nomortelepon "
    "nomortelp nohpwa hpwa wa nowa whatsapp nomorwa nowhatsapp kontak nokontak phone phonenumber mobile telephone",
    "kpj": "kpj nokpj nomorkpj nokepesertaan nomorkepesertaan nopesertabpjs nomorpeserta nopeserta nobpjstk",
    "job": "pekerjaan jenispekerjaan profesi occupation job",
}
FIELDS: Final = tuple(_HEADINGS)
"""The fields that a column may be read as."""

_KNOWN: Final = {heading: name for name, headings in _HEADINGS.items() for heading in headings.split()}
#: A heading with one of these words is about somebody or something else than the person of the row.
_SOMEBODY_ELSE: Final = (
    "ayah bapak orangtua pasangan istri isteri suami kepala waris ahli wali pendamping pengampu perusahaan program "
    "bank rekening anak petugas enumerator pencacah pendata kelompok usaha toko instansi kegiatan lembaga organisasi "
    "terbit berlaku daftar efektif mulai akhir meninggal input entri update company employer account"
)
_OTHERS: Final = frozenset(_SOMEBODY_ELSE.split())
_SHORTEST_INSIDE: Final = 3
_HEADER_WITHIN: Final = 40
"""Lines in which a header is looked for: below them a sheet has none."""
_SAMPLE: Final = 200
"""Filled cells of a column that are looked at."""
_WORD: Final = re.compile(r"[^\W_]+")
_NAME: Final = re.compile(r"[^\W\d_][^\d_@/:;!?%&*+=<>]*")
_PHONE: Final = re.compile(r"(?:\+?62|0)?8[0-9]{7,11}")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a sheet: `places` is field -> column (0 is A), `how` says by what each was found.

    `fits` is the share of a column's filled cells (of a sample) that look like the field, 1.0 where nobody can tell.
    """

    headings: tuple[str, ...]
    places: Mapping[str, int]
    how: Mapping[str, How] = field(default_factory=dict)
    fits: Mapping[str, float] = field(default_factory=dict)

    def described(self) -> list[dict[str, object]]:
        """Every column from the left: `{"column": letter, "heading", "field" or None, "how" or None, "fits"}`."""
        by_place = {place: name for name, place in self.places.items()}
        width = max([len(self.headings), *(place + 1 for place in self.places.values())], default=0)
        told: list[dict[str, object]] = []
        for place in range(width):
            name = by_place.get(place)
            told.append(
                {
                    "column": letter(place),
                    "heading": self.headings[place] if place < len(self.headings) else "",
                    "field": name,
                    "how": self.how.get(name) if name else None,
                    "fits": round(self.fits.get(name, 1.0), 2) if name else None,
                }
            )
        return told

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Fields whose column mostly holds something else."""
        return tuple(name for name in self.places if self.fits.get(name, 1.0) < 0.5)


def letter(place: int) -> str:
    """The letters of a column as spreadsheets show them: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def field_of(heading: str) -> tuple[str, int] | None:
    """The field that a heading names, with how sure that is (longer is surer), or None.

    The whole heading counts most; else the longest known run of words in it, unless it speaks of somebody else.
    """
    whole = plain(heading)
    if whole in _KNOWN:
        return _KNOWN[whole], 1000
    words = [word.lower() for word in _WORD.findall(heading)]
    if _OTHERS.intersection(words) or len(words) > 12:
        return None
    best: tuple[str, int] | None = None
    for start in range(len(words)):
        run = ""
        for word in words[start:]:
            run += word
            known = _KNOWN.get(run)
            if known is not None and len(run) >= _SHORTEST_INSIDE and (best is None or len(run) > best[1]):
                best = known, len(run)
    # Of the mother only her name is asked: "NIK Ibu" and "Alamat Ibu" are no columns of the person's.
    return None if best is None or ("ibu" in words and best[0] != "mother_name") else best


def find_header(rows: Sequence[Sequence[Cell]], said: Collection[str | int] = ()) -> tuple[int, tuple[str, ...], int]:
    """Where the header stands among the first rows: (index, headings, rows it takes); (-1, (), 0) without one.

    The row with the most headings of different fields is taken; a second row that parts its merged cells (Lahir:
    Tempat | Tanggal) is read with it, and a row that numbers the columns is passed over. `said` are headings that a
    person named.
    """
    named = {plain(str(each)) for each in said if len(plain(str(each))) > 3}
    best, at = 1, -1
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        count = _recognised(row) + 2 * sum(1 for cell in row if isinstance(cell, str) and plain(cell) in named)
        if count > best or (count == best == 1 and at < 0 and _names_a_person(row)):
            best, at = count, index
    if at < 0:
        return -1, (), 0
    first, headings = at, [read.text_of(cell) for cell in rows[at]]
    taken = 1
    if at > 0 and _parts(rows[at - 1], rows[at]):
        headings, first, taken = _joined(rows[at - 1], rows[at]), at - 1, 2
    elif at + 1 < len(rows) and _parts(rows[at], rows[at + 1]):
        headings, taken = _joined(rows[at], rows[at + 1]), 2
    if first + taken < len(rows) and _numbers_columns(rows[first + taken]):
        taken += 1
    return first, tuple(headings), taken


def guess(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Columns:
    """Which column is what, by headings first and by contents where they say nothing or something untrue."""
    samples = _samples(rows, len(headings))
    places: dict[str, int] = {}
    how: dict[str, How] = {}
    sure: dict[str, tuple[float, int]] = {}
    for place, heading in enumerate(headings):
        found = field_of(heading)
        if found is None:
            continue
        name, length = found
        standing = (_fit(name, samples[place]) if place < len(samples) else 0.0, length)
        # Two columns of one heading: the one that holds what it says, then the one that says it most plainly.
        if name not in places or _better(standing, sure[name]):
            places[name], how[name], sure[name] = place, "header", standing
    for name in ("nik", "nomor_kk", "birth_date", "sex", "phone", "name"):
        if name in places and not (name == "nik" and sure[name][0] < 0.1):
            continue
        if name == "name" and "nik" not in places:
            # Words beside no number of any person are sentences as likely as names.
            continue
        candidate = _by_contents(name, samples, {place for other, place in places.items() if other != name}, headings)
        if candidate is not None:
            places[name], how[name] = candidate, "contents"
    return Columns(tuple(headings), places, how, _fits(places, samples))


def with_map(found: Columns, given: Mapping[str, str | int], rows: Sequence[Sequence[Cell]]) -> Columns:
    """`found` with what a person says: field -> heading, letter or number of its column, or "" for none.

    Raises SheetError: column_field, column_unknown.
    """
    width = max([len(found.headings), *(len(row) for row in rows[:_SAMPLE])], default=0)
    places, how = dict(found.places), dict(found.how)
    for name, wanted in given.items():
        if name not in FIELDS:
            raise SheetError("column_field", field=name[:40], fields=", ".join(FIELDS))
        places.pop(name, None)
        text = str(wanted).strip()
        if text in ("", "-"):
            continue
        place = _place(found.headings, text, width)
        if place is None:
            raise SheetError("column_unknown", field=name, column=text[:40])
        # A column is one field's alone: what was only guessed gives way to what was said.
        for other in [other for other, taken in places.items() if taken == place and other not in given]:
            del places[other]
        places[name], how[name] = place, "map"
    return Columns(found.headings, places, how, _fits(places, _samples(rows, width)))


def _place(headings: Sequence[str], wanted: str, width: int) -> int | None:
    for place, heading in enumerate(headings):
        if plain(heading) == plain(wanted) and plain(wanted):
            return place
    if wanted.isascii() and wanted.isalpha() and len(wanted) <= 3:
        number = 0
        for each in wanted.upper():
            number = number * 26 + ord(each) - 64
    elif wanted.isascii() and wanted.isdigit() and len(wanted) <= 5:
        number = int(wanted)
    else:
        return None
    return number - 1 if 1 <= number <= width else None


def _better(one: tuple[float, int], other: tuple[float, int]) -> bool:
    """Whether a column stands better: by its contents where they differ much, else by its heading."""
    return one[0] > other[0] if abs(one[0] - other[0]) > 0.3 else one[1] > other[1]


def _recognised(row: Sequence[Cell]) -> int:
    """How many different fields a row names; 0 for a row that holds somebody's number."""
    if any(read.looks_like_number_for_a_person(cell) for cell in row):
        return 0
    named = (field_of(cell) for cell in row if isinstance(cell, str) and 0 < len(cell) < 80)
    return len({found[0] for found in named if found})


def _names_a_person(row: Sequence[Cell]) -> bool:
    """Whether a row with one known heading is a header all the same, and no title line."""
    filled = [read.text_of(cell) for cell in row if not read.is_blank(cell)]
    if any(letter.isdigit() for text in filled for letter in text):
        return False
    return any(found[0] in ("nik", "name") and found[1] == 1000 for found in map(field_of, filled) if found)


def _parts(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Whether `lower` names parts of headings in `upper`: texts only, and some of them where `upper` is empty."""
    texts = [cell for cell in lower if not (isinstance(cell, str) and not cell.strip())]
    if not texts or _numbers_columns(lower) or not all(isinstance(cell, str) and len(cell) < 40 for cell in texts):
        return False
    if any(letter.isdigit() for cell in texts for letter in str(cell)) or not _recognised(upper):
        return False
    beside = [
        place
        for place, cell in enumerate(lower)
        if read.text_of(cell) and not (place < len(upper) and read.text_of(upper[place]))
    ]
    # Below the header of a sheet without parted cells stands a person, whose row fills the columns that have headings.
    named = sum(1 for cell in lower if isinstance(cell, str) and field_of(cell))
    return bool(beside) and named >= max(1, len(texts) - 1)


def _joined(upper: Sequence[Cell], lower: Sequence[Cell]) -> list[str]:
    joined, above = [], ""
    for place in range(max(len(upper), len(lower))):
        top = read.text_of(upper[place]) if place < len(upper) else ""
        part = read.text_of(lower[place]) if place < len(lower) else ""
        above = top or (above if part else "")
        joined.append(f"{part} {above}".strip() if part and above else part or top)
    return joined


def _numbers_columns(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: 1 2 3 …, (1) (2) (3) …"""
    texts = [read.text_of(cell).strip("()[]. ") for cell in row]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 4]
    filled = [text for text in texts if text]
    if len(filled) < 3 or len(numbers) != len(filled):
        return False
    return all(later == earlier + 1 for earlier, later in pairwise(numbers))


def _samples(rows: Sequence[Sequence[Cell]], width: int) -> list[list[Cell]]:
    width = max([width, *(len(row) for row in rows[:_SAMPLE])], default=0)
    samples: list[list[Cell]] = [[] for _ in range(width)]
    for row in rows[: _SAMPLE * 5]:
        for place, cell in enumerate(row[:width]):
            if len(samples[place]) < _SAMPLE and not read.is_blank(cell):
                samples[place].append(cell)
    return samples


def _fits(places: Mapping[str, int], samples: Sequence[Sequence[Cell]]) -> dict[str, float]:
    return {name: _fit(name, samples[place]) for name, place in places.items() if place < len(samples)}


def _fit(name: str, sample: Sequence[Cell]) -> float:
    """The share of cells that look like the field; 1.0 for an empty column and for a field that has no look."""
    looks = _LOOKS.get(name)
    if looks is None or not sample:
        return 1.0
    return sum(1 for cell in sample if looks(cell)) / len(sample)


def _looks_like_name(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) <= 100 and _NAME.fullmatch(cell.strip()) is not None


def _looks_like_birth(cell: Cell) -> bool:
    found = read.date_of(cell)[0]
    return found is not None and 1900 <= found.year <= 2030


def _looks_like_phone(cell: Cell) -> bool:
    return _PHONE.fullmatch(read.phone_of(cell).replace("-", "").replace(" ", "")) is not None


_LOOKS: Final = {
    "nik": read.looks_like_number_for_a_person,
    "nomor_kk": read.looks_like_number_for_a_person,
    "name": _looks_like_name,
    "birth_date": _looks_like_birth,
    "birth_place_date": lambda cell: read.place_and_date_of(cell)[1] is not None,
    "sex": lambda cell: bool(read.sex_of(cell)),
    "phone": _looks_like_phone,
}


def _by_contents(name: str, samples: Sequence[Sequence[Cell]], taken: set[int], headings: Sequence[str]) -> int | None:
    """The free column whose cells look most like the field; None when none clearly does."""
    found = []
    for place, sample in enumerate(samples):
        if place in taken or len(sample) < 1:
            continue
        heading = headings[place] if place < len(headings) else ""
        if name != "nik" and heading and field_of(heading) is None and name != "nomor_kk":
            # A heading that says something else is believed, also where its cells could be names or dates.
            continue
        fit = _fit(name, sample)
        if name in ("nik", "nomor_kk"):
            found.append((fit if fit >= 0.6 else 0.0, _is_womens(sample), _distinct(sample), -place))
        elif name == "name":
            found.append((fit if fit >= 0.9 else 0.0, _words(sample) > 1.2, _distinct(sample), -place))
        else:
            found.append((fit if fit >= 0.8 else 0.0, False, 0.0, -place))
    best = max(found, default=None)
    if best is None or best[0] == 0.0 or (name == "nomor_kk" and not taken):
        return None
    if name == "name" and best[2] < 0.5 and len(samples[-best[3]]) > 5:
        return None
    return -best[3]


def _is_womens(sample: Sequence[Cell]) -> bool:
    """Whether some numbers carry a day of 41 and more, which a NIK does and a family card does not."""
    digits = [read.nik_of(cell)[0] for cell in sample]
    return any(number[6:8] > "40" for number in digits if number)


def _distinct(sample: Sequence[Cell]) -> float:
    return len(Counter(read.text_of(cell) for cell in sample)) / max(1, len(sample))


def _words(sample: Sequence[Cell]) -> float:
    return sum(len(read.text_of(cell).split()) for cell in sample) / max(1, len(sample))
