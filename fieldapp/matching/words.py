"""Why two people are taken for one, in words for somebody who never saw the program: no bits, no jargon."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from fieldapp.locale import N_, _, language
from fieldapp.matching.match import Aspect, Level, Match

Effect = Literal["for", "against", "neutral"]

#: Fewer bits than this, either way, tell nothing.
_NEUTRAL: Final = 0.6
STRONGEST: Final = 12


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of why: `text` in the language in force, `effect`, `strength` 0 to 12 for a bar, `bits` for sorting and
    for JSON. repr shows no text, for it may name people."""

    aspect: Aspect
    text: str = field(repr=False)
    effect: Effect
    strength: int
    bits: float


_TEXTS: Final[dict[tuple[str, str], str]] = {
    ("nik", "equal"): N_("NIK sama persis"),
    ("nik", "cut"): N_("NIK sama kecuali angka terakhir, yang dapat hilang di lembar sebar"),
    ("nik", "length"): N_("NIK sama, hanya kurang atau lebih satu angka"),
    ("nik", "one_digit"): N_("NIK beda 1 angka"),
    ("nik", "swapped"): N_("NIK beda karena dua angka tertukar"),
    ("nik", "two_digits"): N_("NIK beda 2 angka"),
    ("nik", "neighbour"): N_(
        "NIK berurutan: daerah dan tanggal sama, seperti dua orang yang lahir pada hari yang sama"
    ),
    ("nik", "foreign"): N_("NIK beda, tetapi salah satunya tidak cocok dengan tanggal lahir pemiliknya"),
    ("nik", "region"): N_("NIK hanya terbaca sebagian; bagian daerahnya sama"),
    ("nik", "region_differs"): N_("NIK hanya terbaca sebagian; bagian daerahnya beda"),
    ("nik", "differs"): N_("NIK beda"),
    ("birth_date", "equal"): N_("Tanggal lahir sama"),
    ("birth_date", "in_nik"): N_("Tanggal lahir hanya diketahui dari NIK"),
    ("birth_date", "day_month_swapped"): N_("Tanggal lahir sama bila hari dan bulan ditukar"),
    ("birth_date", "slip"): N_("Tanggal lahir beda 1 angka"),
    ("birth_date", "slip_in_nik"): N_("Tanggal lahir di dalam NIK beda 1 angka"),
    ("birth_date", "year_slip"): N_("Hari dan bulan lahir sama, tahun beda 1 angka"),
    ("birth_date", "year_next"): N_("Hari dan bulan lahir sama, tahun selisih satu"),
    ("birth_date", "year"): N_("Hari dan bulan lahir sama, tahun beda"),
    ("birth_date", "month"): N_("Hari dan tahun lahir sama, bulan beda"),
    ("birth_date", "day"): N_("Bulan dan tahun lahir sama, hari beda"),
    ("birth_date", "guess"): N_("Tahun lahir sama atau dekat, salah satu tanggal tampaknya perkiraan"),
    ("birth_date", "only_year"): N_("Hanya tahun lahir yang sama"),
    ("birth_date", "unconfirmed"): N_("Tanggal lahir hanya ada di NIK yang mungkin nomor KK"),
    ("birth_date", "differs"): N_("Tanggal lahir beda"),
    ("name", "equal"): N_("Nama sama"),
    ("name", "order"): N_("Nama sama, urutan beda"),
    ("name", "optional"): N_("Nama sama, hanya sebutan umum di depan yang beda: {names}"),
    ("name", "glued"): N_("Nama sama, spasi beda: {slips}"),
    ("name", "variant"): N_("Nama sama, ejaan beda: {slips}"),
    ("name", "sound"): N_("Nama berbunyi serupa: {slips}"),
    ("name", "slip"): N_("Nama beda 1 huruf: {slips}"),
    ("name", "slips"): N_("Nama beda 2 huruf: {slips}"),
    ("name", "short"): N_("Nama disingkat atau nama panggilan: {slips}"),
    ("name", "initial"): N_("Nama dengan inisial: {slips}"),
    ("name", "one_side"): N_("Sebagian nama hanya ada pada satu sisi: {names}"),
    ("name", "both_sides"): N_("Masing-masing punya nama yang tidak ada pada yang lain, seperti saudara: {names}"),
    ("name", "mixed"): N_("Sebagian nama beda: {names}"),
    ("name", "differs"): N_("Nama beda"),
    ("mother_name", "equal"): N_("Nama ibu sama"),
    ("mother_name", "near"): N_("Nama ibu mirip"),
    ("mother_name", "differs"): N_("Nama ibu beda"),
    ("nomor_kk", "equal"): N_("Nomor KK sama"),
    ("nomor_kk", "slip"): N_("Nomor KK beda 1 angka"),
    ("nomor_kk", "differs"): N_("Nomor KK beda, seperti sesudah pindah atau pecah KK"),
    ("phone", "equal"): N_("Telepon sama"),
    ("phone", "shared"): N_("Telepon sama, tetapi dipakai banyak orang ({names})"),
    ("phone", "slip"): N_("Telepon beda 1 angka"),
    ("phone", "differs"): N_("Telepon beda"),
    ("sex", "equal"): N_("Jenis kelamin sama"),
    ("sex", "differs"): N_("Jenis kelamin beda"),
    ("area", "equal"): N_("Kelurahan sama"),
    ("area", "kecamatan"): N_("Kecamatan sama"),
    ("area", "differs"): N_("Kelurahan beda"),
    ("address", "equal"): N_("Alamat sama"),
    ("address", "near"): N_("Jalan dan RT sama"),
    ("address", "street"): N_("Jalan sama, nomor rumah beda atau tidak ada"),
    ("address", "differs"): N_("Alamat beda"),
    ("birth_place", "equal"): N_("Tempat lahir sama"),
    ("birth_place", "slip"): N_("Tempat lahir mirip"),
    ("birth_place", "differs"): N_("Tempat lahir beda"),
}
#: A slip in a number or a near date that says little: why it does.
_ANYBODY: Final = N_("orang lain pun bisa begitu")

_ASPECTS: Final[dict[Aspect, str]] = {
    "nik": N_("NIK"),
    "birth_date": N_("tanggal lahir"),
    "name": N_("nama"),
    "mother_name": N_("nama ibu"),
    "nomor_kk": N_("nomor KK"),
    "phone": N_("telepon"),
    "sex": N_("jenis kelamin"),
    "area": N_("kelurahan"),
    "address": N_("alamat"),
    "birth_place": N_("tempat lahir"),
}

_DOUBTS: Final = {
    "no_name": N_("Tanpa nama di kedua sisi tidak pernah hampir pasti."),
    "both_sides": N_("Saudara sering punya nama, rumah, dan telepon yang sama: lihat dulu."),
    "other_name": N_("NIK sama atau hampir sama, tetapi masing-masing punya nama lain: lihat dulu."),
    "date_differs": N_("Tanggal lahirnya jauh beda, seperti ayah dan anak yang senama: lihat dulu."),
    "mixed": N_("Masing-masing punya bagian nama yang lain, seperti saudara: lihat dulu."),
    "twins": N_("NIK berurutan dan nama hanya mirip, seperti anak kembar: lihat dulu."),
    "neighbour": N_("NIK berurutan dan namanya tidak sepenuhnya sama, seperti anak kembar: lihat dulu."),
    "relatives_nik": N_("NIK ini tidak cocok dengan tanggal lahir; mungkin NIK keluarga: lihat dulu."),
    "name_only": N_("Hanya nama dan tempat yang sama; senama belum tentu orang yang sama: lihat dulu."),
    "same_nik": N_("NIK sama tetapi nama lain: mungkin NIK keluarga atau salah ketik. Periksa KTP keduanya."),
}


def reasons(match: Match) -> list[Reason]:
    """One reason for each comparison of `match`, the weightiest first; those that say nothing come last."""
    found = [_reason(level) for level in match.levels]
    return sorted(found, key=lambda reason: (-abs(reason.bits), reason.aspect))


def percent(probability: float) -> str:
    """A probability in a hundred, in the language in force; never 0 and never 100, since no score is certain."""
    share = f"{min(99.9, max(0.1, probability * 100)):.1f} %"
    return share if language() == "en" else share.replace(".", ",")


def verdict(match: Match) -> str:
    """The whole in one line: "Kemungkinan orang yang sama: SANGAT KUAT"."""
    if match.band == "same_nik":
        return _("NIK sama, orang beda?")
    if match.band == "almost_certain":
        return _("Kemungkinan orang yang sama: SANGAT KUAT")
    if match.probability >= 0.9:
        return _("Kemungkinan orang yang sama: KUAT")
    if match.probability >= 0.5:
        return _("Kemungkinan orang yang sama: SEDANG")
    return _("Kemungkinan orang yang sama: LEMAH")


def doubt(match: Match) -> str:
    """Why a pair that looks alike was kept out of `almost_certain`, in a sentence, or nothing."""
    text = _DOUBTS.get(match.doubt)
    return _(text) if text is not None else ""


def missing(match: Match) -> str:
    """What could not be compared, in a sentence, or nothing: "Tidak dapat dibandingkan: NIK, telepon."."""
    if not match.missing:
        return ""
    return _("Tidak dapat dibandingkan: {fields}.").format(
        fields=", ".join(_(_ASPECTS[each]) for each in match.missing)
    )


def _reason(level: Level) -> Reason:
    effect: Effect = "neutral"
    if level.bits >= _NEUTRAL:
        effect = "for"
    elif level.bits <= -_NEUTRAL:
        effect = "against"
    strength = 0 if effect == "neutral" else min(max(round(abs(level.bits)), 1), STRONGEST)
    names = level.details[0] if level.details else ""
    pairs = level.details[1:]
    slips = ", ".join(f"{one}/{other}" for one, other in zip(pairs[::2], pairs[1::2], strict=True))
    text = _(_TEXTS[level.aspect, level.code]).format(names=names, slips=slips)
    if effect == "neutral" and level.aspect in ("nik", "birth_date", "name"):
        text = f"{text}: {_(_ANYBODY)}"
    return Reason(level.aspect, text, effect, strength, level.bits)
