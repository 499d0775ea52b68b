"""Reports as tables: the same headings and rows for the command line, the screens and spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from fieldapp.locale import N_, _, language
from fieldapp.services.reports.words import flag_words, override_words

Kind = Literal["text", "number", "share", "date"]


class Heading(NamedTuple):
    """A column: its words, what its cells are, whether a narrow table keeps it, and under which shorter words."""

    words: str
    kind: Kind = "text"
    is_short: bool = True
    short: str = ""


class Table(NamedTuple):
    """A table of a report. `keys`: what each row stands for (a member's id, an area's code, a day)."""

    title: str
    headings: tuple[Heading, ...]
    rows: list[tuple[Any, ...]]
    keys: list[str]

    def narrowed(self) -> Table:
        """The columns that fit a screen of 80 letters."""
        kept = [place for place, heading in enumerate(self.headings) if heading.is_short]
        headings = tuple(self.headings[place] for place in kept)
        return Table(self.title, headings, [tuple(row[place] for place in kept) for row in self.rows], self.keys)

    def shown(self) -> list[list[str]]:
        """The cells as they are read."""
        return [
            [cell_words(heading.kind, cell) for heading, cell in zip(self.headings, row, strict=True)]
            for row in self.rows
        ]


class _Figure(NamedTuple):
    """A figure of the work: its words, its path in `quality.report`'s figures, what it is, the words of a narrow table
    that has it, and which registrations are behind it (`quality.behind`)."""

    words: str
    path: tuple[str, ...]
    kind: Kind
    short: str = ""
    behind: str = "people"


_FIGURES: Final = (
    _Figure(N_("Orang"), ("people",), "number", N_("Orang")),
    _Figure(N_("Hari kerja"), ("days", "worked"), "number", N_("Hari")),
    _Figure(N_("Per hari"), ("days", "median"), "number", N_("Per hari")),
    _Figure(N_("Terbanyak sehari"), ("days", "most"), "number"),
    _Figure(N_("Detik"), ("seconds", "median"), "number", N_("Detik")),
    _Figure(N_("Detik, 10% tercepat"), ("seconds", "p10"), "number"),
    _Figure(N_("Detik, 10% terlama"), ("seconds", "p90"), "number"),
    _Figure(N_("Beralasan"), ("explained", "share"), "share", N_("Alasan"), behind="explained"),
    _Figure(N_("Dikembalikan"), ("returned", "share"), "share", N_("Dikemb."), behind="returned"),
    _Figure(N_("Kali dikembalikan"), ("returned", "rounds"), "number", behind="returned"),
    _Figure(N_("Ditolak"), ("rejected",), "number", behind="rejected"),
    _Figure(N_("Diubah sesudah dikirim"), ("edited",), "number", behind="edited"),
    _Figure(N_("NIK sama"), ("same_nik",), "number", behind="same_nik"),
    _Figure(N_("Ternyata orang yang sama"), ("joined",), "number", behind="joined"),
    _Figure(N_("Mungkin ganda"), ("pairs_waiting",), "number", behind="pairs_waiting"),
    _Figure(N_("Malam"), ("odd_hours", "share"), "share", N_("Malam"), behind="odd_hours"),
    _Figure(N_("Akhir pekan"), ("weekend", "share"), "share", behind="weekend"),
    _Figure(N_("Tanpa NIK"), ("without_nik", "share"), "share", behind="without_nik"),
    _Figure(N_("Telepon dipakai banyak orang"), ("phones", "shared"), "number", behind="shared"),
    _Figure(N_("Telepon berangka berurut"), ("phones", "serial"), "number", behind="serial"),
)
#: What is counted by the day on which it was done.
_DECIDED: Final = frozenset({"registered", "returned", "approved", "rejected"})
_PLACES: Final = (
    (N_("Terdaftar"), "registered", N_("Masuk")),
    (N_("Menunggu"), "pending", N_("Menunggu")),
    (N_("Dikembalikan"), "returned", N_("Dikemb.")),
    (N_("Disetujui"), "approved", N_("Setuju")),
    (N_("Antre kuota"), "waiting", N_("Antre")),
    (N_("Ditolak"), "rejected", N_("Tolak")),
    (N_("Berakhir"), "ended", N_("Akhir")),
)
_BY_TIME: Final = tuple((words, name) for words, name, _short in _PLACES if name in _DECIDED)
_PACES: Final = {
    "registered": N_("Pendaftaran sampai kuota"),
    "approved": N_("Persetujuan sampai kuota"),
    "visited": N_("Daftar kunjungan sampai habis"),
}


def quality_tables(report: Mapping[str, Any]) -> list[Table]:
    """By enumerator, by area, warnings that were explained, registrations a day, and seconds on the form."""
    return [
        enumerators(report),
        areas(report),
        overrides(report),
        per_day(report["per_day"]),
        seconds(report["seconds_on_form"]),
    ]


def enumerators(report: Mapping[str, Any]) -> Table:
    """A row an enumerator; the last column says what stands out."""
    headings = (Heading(_("Pencacah")), *_figure_headings(), Heading(_("Layak dibicarakan")))
    rows = [
        (each["name"], *_figures(each), ", ".join(flag_words(flag) for flag in each["flags"]))
        for each in report["enumerators"]
    ]
    return Table(_("Per pencacah"), headings, rows, [each["member"] for each in report["enumerators"]])


def areas(report: Mapping[str, Any]) -> Table:
    """A row a kelurahan."""
    headings = (Heading(_("Wilayah")), *_figure_headings())
    rows = [(each["name"], *_figures(each)) for each in report["areas"]]
    return Table(_("Per wilayah"), headings, rows, [each["area"] for each in report["areas"]])


def overrides(report: Mapping[str, Any]) -> Table:
    """A row a warning that somebody gave a reason for, the most frequent first."""
    counted = sorted(report["all"]["overrides"].items(), key=lambda each: (-each[1]["count"], each[0]))
    headings = (Heading(_("Peringatan yang diberi alasan")), Heading(_("Orang"), "number"), Heading("%", "share"))
    rows = [(override_words(code), each["count"], each["share"]) for code, each in counted]
    return Table(_("Peringatan yang diberi alasan"), headings, rows, [code for code, _each in counted])


def per_day(counted: Sequence[Mapping[str, Any]]) -> Table:
    """A row a day on which anything was handed in."""
    headings = (Heading(_("Hari"), "date"), Heading(_("Orang"), "number"))
    rows = [(each["day"], each["people"]) for each in counted]
    return Table(_("Pendaftaran per hari"), headings, rows, [each["day"] for each in counted])


def seconds(counted: Sequence[Mapping[str, Any]]) -> Table:
    """A row a column of the histogram of seconds on the form."""
    headings = (Heading(_("Detik di formulir")), Heading(_("Orang"), "number"))
    rows = [
        (
            _("{first} sampai {last}").format(first=each["from"], last=each["below"] - 1)
            if each["below"]
            else _("{first} dan lebih").format(first=each["from"]),
            each["people"],
        )
        for each in counted
    ]
    return Table(_("Lama mengisi formulir"), headings, rows, ["" for _each in counted])


def figures(work: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(words, value as it is read) of somebody's figures, or of all."""
    told = [(words, value) for words, value, _behind in figure_rows(work)]
    if work.get("flags"):
        told.append((_("Layak dibicarakan"), ", ".join(flag_words(flag) for flag in work["flags"])))
    return told


def figure_rows(work: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(words, value as it is read, which registrations are behind it) of somebody's figures, or of all."""
    return [
        (_(figure.words), cell_words(figure.kind, cell), figure.behind)
        for figure, cell in zip(_FIGURES, _figures(work), strict=True)
    ]


def progress_tables(report: Mapping[str, Any]) -> list[Table]:
    """All together, by area, by category, by week and by day, and the pace."""
    return [
        totals(report),
        _places(_("Per wilayah"), _("Wilayah"), report["areas"], "name", "area", visits=True),
        _places(
            _("Per kategori"),
            _("Kategori"),
            [{**each, "name": category_words(each["category"])} for each in report["categories"]],
            "name",
            "category",
        ),
        _by_time(_("Per minggu"), _("Minggu mulai"), report["by_week"], "week"),
        _by_time(_("Per hari"), _("Hari"), report["by_day"], "day"),
        paces(report),
    ]


def totals(report: Mapping[str, Any]) -> Table:
    """A row a stage of the way."""
    rows = [(_(words), report["totals"][name]) for words, name, _short in _PLACES]
    keys = [name for _words, name, _short in _PLACES]
    if report["quota"] is not None:
        rows.append((_("Kuota"), report["quota"]))
        keys.append("quota")
    rows.append((_("Masih harus dikunjungi"), report["to_visit"]))
    headings = (Heading(_("Keadaan")), Heading(_("Orang"), "number"))
    return Table(_("Keadaan sekarang"), headings, rows, [*keys, "to_visit"])


def paces(report: Mapping[str, Any]) -> Table:
    """A row a thing that is to come to an end."""
    headings = (
        Heading(_("Sampai selesai")), Heading(_("Sisa"), "number"), Heading(_("Per hari"), "number"),
        Heading(_("Hari lagi"), "number"), Heading(_("Selesai pada"), "date"),
    )  # fmt: skip
    rows = [
        (_(_PACES[name]), each["left"], each["a_day"], each["days"], each["on"])
        for name, each in report["pace"].items()
    ]
    return Table(_("Dengan laju dua minggu terakhir"), headings, rows, list(report["pace"]))


def category_words(code: str) -> str:
    """A category of people in words; the code where a programme made its own."""
    from fieldapp.forms.declaration import QUESTIONS

    choice = next((each for each in QUESTIONS["categories"].choices if each.code == code), None)
    return choice.label(language()) if choice is not None else code


def cell_words(kind: Kind, value: object) -> str:
    """A cell as it is read: 12,5% and 1.250, a dash for what is not known."""
    if value is None or value == "":
        return "-"
    if kind == "share" and isinstance(value, int | float):
        return _decimal(f"{value * 100:,.1f}") + "%"
    if kind == "number" and isinstance(value, int | float):
        return _decimal(f"{value:,}")
    return str(value)


def _decimal(text: str) -> str:
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def _figure_headings() -> tuple[Heading, ...]:
    return tuple(
        Heading(_(each.words), each.kind, bool(each.short), _(each.short) if each.short else "") for each in _FIGURES
    )


def _figures(work: Mapping[str, Any]) -> tuple[Any, ...]:
    found = []
    for figure in _FIGURES:
        value: Any = work
        for step in figure.path:
            value = value[step]
        found.append(value)
    return tuple(found)


def _places(
    title: str, what: str, rows: Sequence[Mapping[str, Any]], name: str, key: str, *, visits: bool = False
) -> Table:
    headings = (Heading(what), *(Heading(_(words), "number", short=_(short)) for words, _name, short in _PLACES))
    told = [(each[name], *(each[place] for _words, place, _short in _PLACES)) for each in rows]
    if visits:
        headings = (*headings, Heading(_("Kunjungan"), "number", is_short=False))
        told = [(*row, each["to_visit"]) for row, each in zip(told, rows, strict=True)]
    return Table(title, headings, told, [each[key] for each in rows])


def _by_time(title: str, what: str, rows: Sequence[Mapping[str, Any]], key: str) -> Table:
    headings = (Heading(what, "date"), *(Heading(_(words), "number") for words, _name in _BY_TIME))
    told = [(each[key], *(each[name] for _words, name in _BY_TIME)) for each in rows]
    return Table(title, headings, told, [each[key] for each in rows])
