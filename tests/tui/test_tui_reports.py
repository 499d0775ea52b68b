"""Reports at the keyboard: tables and bars, down to the registrations behind a figure, and lists for back-checks."""

from __future__ import annotations

import pytest

from fieldapp.services.reports.tables import Heading, Table
from fieldapp.services.session import open_session
from fieldapp.store import disclosures
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.widgets.charts import bar_lines, table_lines

PASSPHRASE = "sandi rekaan"
DAYS = Table(
    "Per hari",
    (Heading("Hari", "date"), Heading("Orang", "number"), Heading("Kembali", "number")),
    [("2026-11-02", 1_200, 3), ("2026-11-03", 1, 0), ("2026-11-04", 0, 0)],
    ["2026-11-02", "2026-11-03", "2026-11-04"],
)


def test_a_number_stands_before_its_bar_and_what_is_not_nothing_has_one() -> None:
    headings, rows = bar_lines(DAYS, 60)
    assert headings.split() == ["Hari", "Orang"]
    assert [row.split() for row in rows] == [
        ["Sen", "02-11-2026", "1.200", "█" * 37],
        ["Sel", "03-11-2026", "1", "█"],
        ["Rab", "04-11-2026", "0"],
    ]
    assert max(map(len, rows)) == 60


@pytest.mark.parametrize("width", [40, 76, 120])
def test_a_table_fits_its_screen_and_a_mark_says_what_colour_would(width: int) -> None:
    table = Table(
        "Per pencacah",
        (Heading("Pencacah"), Heading("Orang", "number", short="Org"), Heading("Dikembalikan, kali", "number", False),
         Heading("Layak dibicarakan")),
        [("Nama Rekaan Yang Panjang Sekali Benar", 12, 3, "sering dikembalikan"), ("Budi", 1_000, 0, "")],
        ["a", "b"],
    )  # fmt: skip
    headings, rows = table_lines(table, width, [True, False])
    assert max(map(len, [headings, *rows])) <= width
    assert [row[:2] for row in rows] == ["! ", "  "]
    assert ("sering dikembalikan" in rows[0]) is (width == 120)
    assert rows[1].split()[:2] == ["Budi", "1.000"]


async def test_a_supervisor_goes_from_the_programme_to_the_registrations_behind_a_figure(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f8")
        await hands.until("[1 Kemajuan]", "Keadaan sekarang, 1 dari 6", "Terdaftar", "4 Periksa ulang")
        await hands.press("right")
        await hands.until("Per wilayah, 2 dari 6", "Sepinggan")
        await hands.press("enter")
        await hands.until("Pendaftaran di balik angka", "3 pendaftaran", "Contoh Satu")
        await hands.press("escape")
        await hands.until("Per wilayah, 2 dari 6")
        await hands.press("right", "right", "right")
        await hands.until("Per hari, 5 dari 6", "█")
        await hands.press("b")
        await hands.until("Dikembalikan", "Disetujui", gone="█")
        await hands.press("2")
        await hands.until("[2 Mutu]", "Per pencacah, 1 dari 5", "Ani Pencacah")
        await hands.press("enter")
        await hands.until("Kali dikembalikan", "Tanpa NIK", "Enter membuka pendaftaran di balik angka")
        await hands.press(*["down"] * 9)
        await hands.until("> Kali dikembalikan")
        await hands.press("enter")
        await hands.until("Pendaftaran di balik angka", "Kali dikembalikan, Ani Pencacah", "Contoh Dua")
        assert "Contoh Tiga" not in hands.seen
        await hands.press("escape")
        await hands.until("> Kali dikembalikan")
        await hands.press("escape")
        await hands.until("> Ani Pencacah")
        await hands.press("x")
        await hands.until("Tulis laporan ke folder mana?")
        dialog = hands.app.screen
        assert isinstance(dialog, FileDialog)
        dialog.dismiss([town.folder])
        await hands.until("Ditulis ke mutu-")
        await hands.press("escape")
        await hands.until("Daftarkan orang baru")
    assert len([*town.folder.glob("mutu-*.xlsx")]) == 1


async def test_a_list_for_back_checks_is_drawn_named_in_its_file_only_and_noted(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("n", "4")
        await hands.until("Periksa ulang", "Daftar ini memuat 3 orang", "3 dari 3   Ani Pencacah")
        assert "Contoh" not in hands.seen
        await hands.press("enter")
        await hands.until("Benih undian")
        hands.app.screen.query_one("Input").value = ""
        await hands.write("2027-05")
        await hands.press("enter")
        await hands.until("Benih    2027-05")
        await hands.press("down", "enter")
        await hands.until("Berapa orang?")
        hands.app.screen.query_one("Input").value = ""
        await hands.write("2")
        await hands.press("enter")
        await hands.until("Jumlah   2 orang", "Daftar ini memuat 2 orang")
        await hands.press("t")
        await hands.until("Penulisannya dicatat", "Ya, lanjutkan")
        await hands.press("enter")
        await hands.until("Sebagai apa?")
        await hands.press("down", "enter")
        await hands.until("ke folder mana?")
        hands.app.screen.dismiss([town.folder])
        await hands.until("2 orang ditulis ke periksa-ulang-")
    (written,) = town.folder.glob("periksa-ulang-*.txt")
    text = written.read_text(encoding="utf-8")
    assert "Benih 2027-05" in text
    assert text.count("Contoh ") == 2
    with open_session(town.awas, PASSPHRASE) as awas:
        assert [(each[0], each[4]) for each in awas.read(disclosures.all_disclosures)] == [("export", 2)]


async def test_an_enumerator_has_the_own_figures_only(town, at) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f8")
        await hands.until("[1 Kemajuan]", "2 Mutu", "Keadaan sekarang")
        assert "Periksa ulang" not in hands.seen
        assert "Kuota" not in hands.seen
        await hands.press("4")
        await hands.press("2")
        await hands.until("[2 Mutu]", "Ani Pencacah")
        assert "Budi" not in hands.seen
