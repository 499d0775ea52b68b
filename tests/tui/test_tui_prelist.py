"""People to visit on the screen: street by street, a result in two keys, the form that begins from the list."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fieldapp.services import exchange, prelist, registrations
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.session import Session, open_session
from fieldapp.tui.screens.prelist import StreetList

PASSPHRASE = "sandi rekaan"
HEAD = ("No", "NIK", "Nama", "Tgl Lahir", "L/P", "Alamat", "RT", "RW", "Kelurahan")
ROWS = (
    ("1", "6471054101909001", "Contoh Satu", "01/01/1990", "P", "Jl. Rekaan 1", "5", "1", "Sepinggan"),
    ("2", "", "Contoh [b]Dua[/b]", "02/02/1980", "L", "Gg. Rekaan 2", "5", "1", "Sepinggan"),
    ("3", "", "Contoh Tiga", "03/03/1970", "L", "Gg. Melati 3", "7", "1", "Sepinggan"),
    ("4", "", "Contoh Empat", "", "L", "", "", "", "Gunung Bahagia"),
)


@contextmanager
def work_at(home: Path) -> Iterator[Session]:
    with open_session(home, PASSPHRASE) as session:
        yield session


@pytest.fixture
def street(town: Any) -> Any:
    """The made-up programme with four people to visit on the enumerator's laptop."""
    path = town.stick / "daftar.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *ROWS])
    with work_at(town.awas) as awas, work_at(town.ani) as ani:
        prelist_import.import_list(awas, path, name="Rekaan", categories=["difabel"])
        exchange.write_bundle(awas, town.stick / "kunjungan", to=ani.member.id)
        exchange.merge(ani, [town.stick / "kunjungan"])
    return town


def states(home: Path) -> dict[str, str]:
    with work_at(home) as session:
        return {row["name"]: row["state"] for row in prelist.rows(session, prelist.ids(session))}


async def opened(hands: Any) -> None:
    await hands.unlock()
    await hands.press("j")
    await hands.until("Daftar kunjungan", "Contoh Satu")


async def test_home_counts_who_is_to_be_visited_and_j_shows_them_by_rt(street: Any, at: Callable[..., Any]) -> None:
    async with at(street.ani) as hands:
        await hands.unlock()
        await hands.until("Kunjungan")
        assert any("Kunjungan" in line and " 4" in line for line in hands.seen.splitlines()), hands.seen
        await hands.press("j")
        await hands.until(
            "RT 005, RW 001, Sepinggan: 0 dari 2 dikunjungi", "Tanpa RT, Gunung Bahagia", "Contoh [b]Dua[/b]"
        )
        lines = hands.seen.splitlines()
        at_line = {text: next(n for n, line in enumerate(lines) if line.lstrip("> ").startswith(text)) for text in (
            "RT 005, RW 001, Sepinggan: 0 dari 2 dikunjungi ", "Contoh Satu", "RT 007", "Contoh Tiga", "Tanpa RT")
            if any(line.lstrip("> ").startswith(text) for line in lines)}  # fmt: skip
        assert list(at_line.values()) == sorted(at_line.values())
        assert "0 dari 4 dikunjungi" in lines[0]
        # The cursor never stands on a heading.
        for _ in range(5):
            assert hands.app.screen.query_one(StreetList).person() is not None
            await hands.press("down")
        assert "> Contoh Empat" in hands.seen or "> Contoh Tiga" in hands.seen


@pytest.mark.parametrize(
    ("letter", "words", "state"),
    [("t", "tidak di rumah", "tidak_di_rumah"), ("p", "pindah", "pindah"), ("g", "meninggal", "meninggal")],
)
async def test_two_keys_keep_what_a_visit_found_and_one_takes_it_back(
    street: Any, at: Callable[..., Any], letter: str, words: str, state: str
) -> None:
    async with at(street.ani) as hands:
        await opened(hands)
        await hands.press("v", letter)
        await hands.until("RT 005, RW 001, Sepinggan: 1 dari 2 dikunjungi", words, "1 dari 4 dikunjungi")
        await hands.press("u")
        await hands.until("RT 005, RW 001, Sepinggan: 0 dari 2 dikunjungi", "belum dikunjungi", gone="1 dari 4")
        await hands.press("v", letter)
        await hands.until("1 dari 4 dikunjungi")
    assert sorted(states(street.ani).values()) == sorted(["belum", "belum", "belum", state])


async def test_a_refusal_takes_the_name_off_the_screen(street: Any, at: Callable[..., Any]) -> None:
    async with at(street.ani) as hands:
        await opened(hands)
        await hands.until("> Contoh [b]Dua[/b]")
        await hands.press("v")
        await hands.until("Hasil kunjungan: Contoh [b]Dua[/b]", "dihapus dari daftar")
        await hands.press("k")
        await hands.until("(menolak)", "Penolakan dicatat", gone="[b]Dua")
        await hands.press("u")
        await hands.until("dibatalkan oleh kantor")
    assert sorted(states(street.ani)) == ["", "Contoh Empat", "Contoh Satu", "Contoh Tiga"]


async def test_enter_begins_the_form_filled_in_and_esc_comes_back_to_the_same_person(
    street: Any, at: Callable[..., Any]
) -> None:
    async with at(street.ani) as hands:
        await opened(hands)
        await hands.press("down")
        await hands.until("> Contoh Satu")
        await hands.press("enter")
        await hands.until("1/9 Identitas", "Contoh Satu", "6471054101909001", "Dari daftar kunjungan")
        # What a person types over it is the person's own word.
        await hands.press("escape")
        await hands.until("Daftar kunjungan", "> Contoh Satu", "formulir dimulai")
        await hands.press("enter")
        await hands.until("1/9 Identitas", "Contoh Satu")
    with work_at(street.ani) as ani:
        assert len([each for each in registrations.drafts(ani) if each.values.get("prelist_id")]) == 1


async def test_who_is_registered_opens_the_registration(
    street: Any, at: Callable[..., Any], person: Callable[..., dict[str, Any]]
) -> None:
    with work_at(street.ani) as ani:
        item = prelist.ids(ani, text="satu")[0]
        draft = registrations.new_draft(ani, {**person(7, "Zulaikha Rekaan"), "prelist_id": item})
        assert registrations.submit(ani, draft.id)["state"] == "submitted"
    async with at(street.ani) as hands:
        await opened(hands)
        await hands.press("down")
        await hands.until("> Contoh Satu", "terdaftar")
        await hands.press("v", "p")
        await hands.until("sudah terdaftar")
        await hands.press("enter")
        await hands.until("Zulaikha Rekaan")


async def test_typing_narrows_by_name_and_address_and_filters_by_state_and_rt(
    street: Any, at: Callable[..., Any]
) -> None:
    async with at(street.ani) as hands:
        await opened(hands)
        await hands.press("f3")
        await hands.write("melati")
        await hands.until("Contoh Tiga", gone="Contoh Satu")
        await hands.press("down")
        await hands.press("v", "t")
        await hands.until("tidak di rumah", "RT 007, RW 001, Sepinggan: 1 dari 1 dikunjungi")
        await hands.press("f3")
        await hands.write(" tidak ada orang ini")
        await hands.until("Tidak ada yang cocok")
        for _ in range(40):
            await hands.press("backspace")
        await hands.until("Contoh Satu")
        await hands.press("ctrl+f")
        await hands.until("Saring daftar kunjungan")
        await hands.write("rt 005")
        await hands.press("enter")
        await hands.until("Tampil: RT 005, RW 001, Sepinggan.", gone="Contoh Tiga")
        await hands.press("ctrl+f")
        await hands.until("Saring daftar kunjungan")
        await hands.write("semua")
        await hands.press("enter")
        await hands.until("Contoh Tiga")
        await hands.press("ctrl+f")
        await hands.until("Saring daftar kunjungan")
        await hands.write("tidak di")
        await hands.press("enter")
        await hands.until("Tampil: tidak di rumah.", "Contoh Tiga", gone="Contoh Satu")


async def test_a_laptop_without_a_list_says_how_one_comes(town: Any, at: Callable[..., Any]) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("j")
        await hands.until("Belum ada daftar kunjungan di laptop ini", "F5", "F2")
        # Nothing is at hand, so no key does anything.
        await hands.press("v", "u", "enter")
        assert "Belum ada daftar kunjungan" in hands.seen
    async with at(town.awas) as hands:
        await hands.unlock()
        await hands.press("j")
        await hands.until("fieldapp sheet import")


async def test_ten_thousand_people_scroll_from_end_to_end(street: Any, at: Callable[..., Any]) -> None:
    with work_at(street.ani) as ani:
        ani.store.write(
            lambda c: c.execute(
                """WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
                INSERT INTO prelist_item (id, list, scope, rw, rt, name, name_key, search, address, nik, visit,
                    visited_at, visits, is_gone, values_json)
                SELECT printf('01a00000-0000-7000-8000-%012d', i), 'l', '64.71.05.1009', '001', printf('%03d', i % 300),
                    'Orang ' || i, printf('orang %05d', i), 'orang' || i, '', NULL, NULL, NULL, 0, 0, '{}' FROM n"""
            )
        )
    async with at(street.ani) as hands:
        await opened(hands)
        await hands.until("0 dari 10.004 dikunjungi")
        await hands.press("end")
        await hands.until("> Orang 9899")
        await hands.press("pageup", "home")
        await hands.until("> Contoh")
        await hands.press("f3")
        await hands.write("orang 9899")
        await hands.until("Orang 9899", gone="Contoh")
