"""Lists by keyboard: search, filters, orders, marks, a look beside the list, and rows that hold anything."""

from __future__ import annotations

from array import array

import pytest
from python_calamine import CalamineWorkbook
from textual.app import App

from fieldapp.services import registrations
from fieldapp.services.session import open_session
from fieldapp.tui import theme
from fieldapp.tui.list_words import columns, filter_words
from fieldapp.tui.widgets.record_list import PAGE, RecordList

PASSPHRASE = "sandi rekaan"


async def test_filters_add_up_are_told_in_one_line_and_one_key_clears_them(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("3 pendaftaran", "Semua pendaftaran; urut nama.")
        await hands.press("ctrl+f")
        await hands.until("Saring daftar")
        await hands.press("enter")
        await hands.until("Semua keadaan")
        await hands.press("down", "down", "down", "down", "enter")
        await hands.until("Dikembalikan; urut nama. Ctrl+B", "1 pendaftaran", "Contoh Dua")
        await hands.press("ctrl+f", "down", "enter")
        await hands.until("Saring menurut wilayah")
        await hands.write("selatan")
        await hands.until("> Kec. Balikpapan Selatan (3)")
        await hands.press("enter")
        await hands.until("Dikembalikan, Kec. Balikpapan Selatan; urut nama.", "Contoh Dua")
        await hands.press("ctrl+f", "down", "down", "down", "enter")
        await hands.until("Saring menurut pencacah", "Ani Pencacah (3)")
        await hands.press("down", "enter")
        await hands.until("Dikembalikan, Kec. Balikpapan Selatan, oleh Ani Pencacah; urut nama.")
        await hands.press("ctrl+b")
        await hands.until("Semua pendaftaran; urut nama.", "3 pendaftaran", gone="Ctrl+B menampilkan")


async def test_an_order_is_turned_around_and_remembered_with_filter_and_place(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("3 pendaftaran")
        await hands.press("ctrl+o", "enter")
        await hands.until("urut nama, terbalik.")
        rows = [line for line in hands.seen.splitlines() if "[ ]" in line]
        assert [row.split("]")[1].split("  ")[0].strip() for row in rows] == [
            "Contoh Tiga",
            "Contoh Satu",
            "Contoh Dua",
        ]
        assert hands.app.screen.query_one(RecordList).cursor == 0
        await hands.press("down", "down", "down")
        await hands.until("> [ ] Contoh Dua")
        await hands.press("escape")
        await hands.until("Daftarkan orang baru")
        await hands.press("c")
        await hands.until("urut nama, terbalik.", "Contoh Dua")
        records = hands.app.screen.query_one(RecordList)
        assert records.row(records.cursor)["name"] == "Contoh Dua"


async def test_marks_by_row_by_range_and_all_are_counted_and_go_when_the_list_changes(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f3", "down")
        await hands.until("3 pendaftaran")
        await hands.press("space")
        await hands.until("1 ditandai", "[x] Contoh Dua")
        await hands.press("asterisk")
        await hands.until("3 pendaftaran", gone="ditandai")
        await hands.press("asterisk")
        await hands.until("3 ditandai")
        await hands.press("asterisk", "home", "r")
        await hands.until("Awal rentang")
        await hands.press("down", "r")
        await hands.until("2 ditandai", "[ ] Contoh Tiga")
        await hands.press("ctrl+f", "down", "down", "down", "down", "down", "down", "enter")
        await hands.until("Bertentangan; urut nama.", "1 pendaftaran", gone="ditandai")


async def test_letters_belong_to_the_search_while_it_is_typed_in(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("3 pendaftaran")
        await hands.press(*"res*")
        await hands.until("res*", "Tidak ada yang cocok", gone="Awal rentang")


async def test_marked_registrations_go_to_a_sheet_after_a_word_about_who_may_read_it(
    town, at, tmp_path, monkeypatch
) -> None:
    out = tmp_path / "keluar"
    out.mkdir()
    monkeypatch.chdir(out)
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f3", "down")
        await hands.until("3 pendaftaran")
        await hands.press("asterisk")
        await hands.until("3 ditandai")
        await hands.press("e")
        await hands.until("tidak tersandi", "3 pendaftaran ditulis")
        await hands.press("enter")
        await hands.until("ke folder mana?")
        hands.app.screen.dismiss([out])
        await hands.until("3 pendaftaran ditulis ke")
    [file] = out.glob("*.xlsx")
    head, *rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert sorted(row[head.index("name")] for row in rows) == ["Contoh Dua", "Contoh Satu", "Contoh Tiga"]
    with open_session(town.ani, PASSPHRASE) as ani:
        assert ani.read(lambda c: c.execute("SELECT kind, people FROM disclosure").fetchall()) == [("export", 3)]


async def test_what_will_not_be_taken_and_why_is_told_before_many_are_decided(town, at) -> None:
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("f3", "down")
        await hands.until("3 pendaftaran")
        await hands.press("asterisk")
        await hands.until("3 ditandai")
        await hands.press("s")
        await hands.until("3 pendaftaran yang ditandai", "1 dapat diputuskan, 2 tidak:", "1 x")
        await hands.press("enter")
        await hands.until("Diputuskan 1, tidak dapat 2")


async def test_the_one_at_hand_is_shown_beside_a_wide_list_and_not_beside_a_narrow_one(town, at) -> None:
    async with at(town.awas, (120, 30)) as hands:
        await hands.unlock()
        await hands.press("f3", "down")
        await hands.until("Yang perlu diperhatikan", "oleh Ani Pencacah")
        await hands.press("down")
        await hands.until("Bertentangan")
        await hands.pilot.resize_terminal(80, 24)
        await hands.until("Contoh Dua", gone="Yang perlu diperhatikan")


async def test_an_empty_list_says_what_to_do(town, at, person) -> None:
    async with at(town.folder / "budi") as hands:
        await hands.unlock()
        await hands.press("f3")
        await hands.until("Belum ada pendaftaran. F2 mendaftarkan orang.")


NASTY = (
    "[/x] [bold]Contoh",
    "\x1b[31mMerah\x07",
    "\u202eterbalik\u202c",
    "\u0623\u0645\u064a\u0646\u0629",
    "\U0001f469\u200d\U0001f467 Keluarga",
    "\u5b57" * 40,
    "e\u0301" * 30,
    "a" * 1000,
    "",
    None,
)


class _Bare(App[None]):
    def __init__(self, rows) -> None:
        super().__init__()
        self.rows = rows
        for each in theme.THEMES:
            self.register_theme(each)
        self.theme = theme.DEFAULT

    def compose(self):
        yield RecordList(columns(), markable=True)

    def on_mount(self) -> None:
        records = self.query_one(RecordList)
        records.show_ids(array("q", range(len(self.rows))), rows=self.rows)
        records.focus()

    def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
        event.lines.put_rows(event.number, event.page, [self.rows[key] for key in event.ids])


@pytest.mark.parametrize("size", [(80, 24), (120, 30), (20, 5)])
async def test_rows_of_anything_stay_in_their_columns(size) -> None:
    rows = [
        {"id": str(n), "name": name, "nik": "6471********9001", "state": "submitted", "area_name": name, "errors": n}
        for n, name in enumerate(NASTY)
    ]
    app = _Bare(rows)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {size[0]}
        if size[0] == 80:
            for strip in strips[1 : len(rows) + 1]:
                text = strip.text
                before = text[: text.index("6471")]
                assert sum(_cells(char) for char in before) == sum(map(_cells, strips[0].text.split("NIK")[0])), text


def _cells(char: str) -> int:
    from rich.cells import cell_len

    return cell_len(char)


async def test_some_thousands_of_rows_are_fetched_page_by_page_as_they_are_looked_at() -> None:
    rows = [{"id": str(n), "name": f"Contoh {n}", "state": "submitted"} for n in range(5000)]
    app = _Bare(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        records = app.query_one(RecordList)
        assert records.value() == "4999"
        assert len(records._pages) <= 3
        await pilot.press("pageup", "home")
        await pilot.pause()
        assert records.value() == "0"
        assert len(records._pages) * PAGE < 500


async def test_enter_waits_for_a_row_that_is_on_its_way() -> None:
    chosen = []

    class Slow(_Bare):
        def on_record_list_page_wanted(self, event: RecordList.PageWanted) -> None:
            event.prevent_default()
            self.asked = event

        def on_lines_chosen(self, event: RecordList.Chosen) -> None:
            chosen.append(event.lines.value())

    app = Slow([{"id": str(n), "name": "Contoh", "state": "submitted"} for n in range(200)])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "enter")
        await pilot.pause()
        assert chosen == []
        asked = app.asked
        asked.lines.put_rows(asked.number, asked.page, [app.rows[key] for key in asked.ids])
        await pilot.pause()
        assert chosen == ["199"]


async def test_a_list_that_grows_keeps_what_is_at_hand() -> None:
    app = _Bare([{"id": str(n), "name": "Contoh", "state": "submitted"} for n in range(300)])
    async with app.run_test(size=(80, 24)) as pilot:
        records = app.query_one(RecordList)
        records.show_ids(array("q", range(64)), rows=app.rows[:64])
        await pilot.press("down", "down")
        records.grow(array("q", range(300)))
        assert (records.cursor, records.count(), records.key()) == (2, 300, 2)
        records.grow(array("q", range(299, -1, -1)))
        assert (records.key(), records.count()) == (2, 300)


def test_a_filter_that_names_nothing_known_is_told_as_it_is() -> None:
    from fieldapp.services.lists import Wanted

    wanted = Wanted(area="99.99", by="tak dikenal", alike=True)
    assert filter_words(wanted, Wanted(), "Semua", {}) == "99.99, oleh tak dikenal, mungkin ganda"
    assert filter_words(Wanted(), Wanted(), "Semua", {}) == "Semua"
    assert filter_words(Wanted(), Wanted(states=frozenset({"returned"})), "x", {}) == "Semua keadaan"


def test_every_list_of_the_screens_is_what_the_services_list(town) -> None:
    from fieldapp.services import lists

    with open_session(town.awas, PASSPHRASE) as awas:
        ids = registrations.ids(awas, order="name")
        found = lists.find(awas, lists.Wanted())
        assert [row["id"] for row in found.rows] == ids
        assert lists.ids_at(awas, lists.numbers(awas, lists.Wanted())) == ids
        assert sorted(lists.all_ids(awas, lists.Wanted())) == sorted(ids)
