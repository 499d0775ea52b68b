"""Two registrations side by side: what differs is told by signs, brackets and words, and read line by line."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from fieldapp.matching.words import percent
from fieldapp.tui.comparing import bar_lines, decided_words, pair_lines, side_of
from fieldapp.tui.joining import Joining
from fieldapp.tui.screens.pair_deciding import Reason, Reasoned
from fieldapp.tui.theme import THEMES
from fieldapp.tui.widgets.differences import bracketed, differences, shown
from fieldapp.tui.widgets.lines import Line, Lines

LEFT = {
    "nik": "6472011705869001",
    "name": "Contoh IrfanTahir",
    "birth_place": "Balikpapan",
    "birth_date": "1986-05-17",
    "sex": "L",
    "phone": "+6281234567890",
    "ktp_address": "Jl. Rekaan 3",
    "job": "ojek",
}
RIGHT = {
    "nik": "6472101705869001",
    "name": "CONTOH IRFAN TAHIR",
    "birth_place": "Balikpapan",
    "birth_date": "1986-05-17",
    "sex": "L",
    "mother_name": "Ibu Rekaan",
    "ktp_address": "Jl. Rekaan 8",
    "job": "kurir",
    "organisation": "Paguyuban Rekaan",
}
PAIR: dict[str, Any] = {
    "a": "1-aaa",
    "b": "1-bbb",
    "probability": 0.9996,
    "verdict": "Kemungkinan orang yang sama: SANGAT KUAT",
    "reasons": [
        {"aspect": "birth_date", "text": "Tanggal lahir sama 17-05-1986", "effect": "for", "strength": 12},
        {"aspect": "nik", "text": "NIK beda dua angka", "effect": "neutral", "strength": 0},
        {"aspect": "phone", "text": "Telepon beda", "effect": "against", "strength": 1},
    ],
    "left": LEFT,
    "right": RIGHT,
    "differing": ["nik", "name", "phone", "mother_name", "ktp_address", "job", "organisation"],
    "decision": None,
}
ROWS = [
    {"name": "Contoh IrfanTahir", "state": "submitted", "registered_by": "Ani", "submitted_at": "2026-10-01T01:00:00Z"},
    {
        "name": "CONTOH IRFAN TAHIR",
        "state": "approved",
        "registered_by": "Budi",
        "submitted_at": "2026-10-02T01:00:00Z",
    },
]


def _marked(left: str, right: str) -> tuple[str, str]:
    ours, theirs = differences(left, right)
    return shown(bracketed(left, ours))[0], shown(bracketed(right, theirs))[0]


@pytest.mark.parametrize(
    ("left", "right", "marked"),
    [
        ("Andi IrfanTahir", "ANDI IRFAN TAHIR", ("Andi IrfanTahir", "ANDI IRFAN[ ]TAHIR")),
        ("6472010101", "6472100101", ("6472[01]0101", "6472[10]0101")),
        ("17-05-1986", "15-07-1986", ("1[7]-0[5]-1986", "1[5]-0[7]-1986")),
        ("M. Irfan Tahir", "Tahir Irfan, S.E.", ("[M.] Irfan Tahir", "Tahir Irfan, [S.E.]")),
        ("Siti Nurhaliza", "Sitti Nurhalizah", ("Siti Nurhaliza", "Sit[t]i Nurhaliza[h]")),
        ("Sepinggan", "Manggar", ("[Sepinggan]", "[Manggar]")),
        ("Jl. Mawar 3", "Gg. Rekaan No. 1", ("[Jl. Mawar 3]", "[Gg. Rekaan No. 1]")),
        ("0812-3456-7890", "0812-3456-789", ("0812-3456-789[0]", "0812-3456-789")),
        ("Contoh", "", ("Contoh", "")),
        ("RT [3]", "RT [4]", ("RT ([3])", "RT ([4])")),
    ],
)
def test_differing_letters_stand_in_brackets_on_both_sides(left, right, marked) -> None:
    assert _marked(left, right) == marked
    assert _marked(right, left) == marked[::-1]


@given(st.text(max_size=60), st.text(max_size=60))
def test_marks_lie_in_order_within_the_text_and_equal_texts_have_none(left, right) -> None:
    for text, spans in zip((left, right), differences(left, right), strict=True):
        places = [place for span in spans for place in span]
        assert places == sorted(places)
        assert all(0 <= place <= len(text) for place in places)
        assert all(first < behind for first, behind in spans)
    assert differences(left, left) == ([], [])


def _texts(width: int = 76, **changes: Any) -> list[str]:
    sides = [side_of(row) for row in ROWS]
    return [line.text for line in pair_lines({**PAIR, **changes}, sides, width)]


@pytest.mark.parametrize("width", [56, 76, 116])
def test_every_answer_has_a_sign_in_front_and_no_line_is_wider_than_the_screen(width) -> None:
    texts = _texts(width)
    assert max(len(text) for text in texts) <= width
    by_label = {text[2:8]: text[0] for text in texts if text[:2] in ("= ", "! ", "- ")}
    assert by_label["NIK   "] == "!"
    assert by_label["Lahir "] == "="
    assert by_label["Nomor "] == "-"
    assert by_label["Nama l"] == "!"


def test_a_nik_stays_masked_with_its_differing_places_marked_until_it_is_asked_for() -> None:
    assert any("6472[**]******9001" in text for text in _texts())
    assert not any("1705869001" in text for text in _texts())
    lines = pair_lines(PAIR, [side_of(row) for row in ROWS], 76, whole=True)
    assert any("6472[01]1705869001" in line.text and "6472[10]1705869001" in line.text for line in lines)


def test_two_niks_that_are_masked_alike_are_told_apart_by_their_sign() -> None:
    masked = {"left": {**LEFT, "nik": "6471********9001"}, "right": {**RIGHT, "nik": "6471********9001"}}
    assert any(text.startswith("! NIK") for text in _texts(**masked))
    assert any(text.startswith("= NIK") for text in _texts(**masked, differing=[]))


def test_the_view_tells_verdict_sides_reasons_and_further_answers_in_words() -> None:
    text = "\n".join(_texts())
    assert "SANGAT KUAT (99,9 %)" in text
    assert "Ani, 01-10-2026" in text
    assert "Disetujui" in text
    assert "Mengapa diajukan" in text
    assert "Isian lain yang tidak sama" in text
    assert "[Kurir]" in text
    decided = {"decision": "different", "by": "Awas", "at": "2026-10-03T01:00:00Z", "reason": "kembar"}
    told = "\n".join(_texts(decision=decided, doubt="Lihat dulu.", missing="Tidak dapat dibandingkan: telepon."))
    assert "Putusan: Orang yang berbeda, oleh Awas" in told
    assert "Lihat dulu." in told
    assert "Tidak dapat dibandingkan: telepon." in told
    assert "isiannya berubah" not in told
    assert "isiannya berubah" in "\n".join(_texts(decision={**decided, "is_current": False}))


def test_a_nik_that_two_people_use_is_no_question_of_how_likely() -> None:
    assert _texts(band="same_nik", verdict="NIK sama, orang beda?")[0] == "NIK sama, orang beda?"


def test_a_bar_is_as_long_as_its_reason_weighs_and_says_its_direction_in_a_word() -> None:
    _heading, strong, neutral, against = (line.text for line in bar_lines(PAIR["reasons"], 76))
    assert strong.count("+") == 12
    assert strong.endswith("menguatkan")
    assert "+" not in neutral
    assert neutral.endswith("netral")
    assert against.endswith("melemahkan")
    assert " - " in against


def test_the_view_needs_no_letter_that_an_old_terminal_lacks() -> None:
    assert all(text.isascii() for text in _texts())


def test_a_score_is_never_told_as_certain() -> None:
    assert (percent(1.0), percent(0.0), percent(0.5)) == ("99,9 %", "0,1 %", "50,0 %")


def test_what_is_approved_stays_and_is_left_as_it_was_judged() -> None:
    joining = Joining.of(PAIR, ROWS)
    assert joining.survivor == 1
    assert joining.taken() == {}
    assert joining.toggle("phone")
    assert joining.taken() == {"phone": "1-aaa"}
    assert any("perlu diperiksa lagi" in words for words in joining.words())


def test_the_fuller_of_two_undecided_stays_and_takes_over_only_what_it_lacks() -> None:
    joining = Joining.of(PAIR, [{**row, "state": "submitted"} for row in ROWS])
    assert joining.survivor == 1
    assert joining.taken() == {"phone": "1-aaa"}
    assert joining.swap()
    assert joining.survivor == 0
    assert set(joining.taken()) == {"mother_name", "organisation"}
    assert "Tetap: Contoh IrfanTahir (kiri)" in joining.words()[0]


def test_what_stands_in_a_decree_neither_gives_way_nor_changes() -> None:
    joining = Joining.of(PAIR, [{**ROWS[0], "state": "frozen"}, ROWS[1]])
    assert joining.survivor == 0
    assert not joining.swap()
    assert not joining.toggle("job")
    assert joining.taken() == {}


class Stage(App[None]):
    """Our looks, some lines, and the box of reasons over them."""

    def __init__(self, lines: list[Line], reason: Reason | None = None) -> None:
        super().__init__()
        self._lines = lines
        self._reason = reason
        self.picked: list[Reasoned | None] = []
        for each in THEMES:
            self.register_theme(each)
        self.theme = THEMES[0].name

    def compose(self) -> ComposeResult:
        yield Lines(self._lines, reading=True)

    def on_mount(self) -> None:
        if self._reason is not None:
            self.push_screen(self._reason, self.picked.append)


async def test_marked_letters_are_coloured_where_the_brackets_are() -> None:
    app = Stage([Line("kepala"), *pair_lines(PAIR, [side_of(row) for row in ROWS], 76)])
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        coloured = [
            segment.text
            for strip in strips
            for segment in strip
            if segment.style is not None and segment.style.color == _color(app, "lines--mark") and segment.style.bold
        ]
    assert "[**]" in coloured
    assert "[ ]" in coloured


def _color(app: Stage, name: str) -> object:
    return app.query_one(Lines).get_component_rich_style(name).color


def _pressed(reason: Reason, *keys: str) -> list[Reasoned | None]:
    async def journey() -> list[Reasoned | None]:
        app = Stage([], reason)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
        return app.picked

    return asyncio.run(journey())


def test_one_number_gives_a_ready_reason_and_0_takes_own_words() -> None:
    who = ["Contoh Satu", "Contoh Dua"]
    assert _pressed(Reason("different", who), "3") == [Reasoned("Kembar atau saudara")]
    assert _pressed(Reason("unsure", who), "9") == []
    assert _pressed(Reason("different", who), "escape") == [None]
    assert _pressed(Reason("unsure", who), "0", "k", "a", "enter") == [Reasoned("ka")]
    assert _pressed(Reason("different", who), "down", "enter") == [Reasoned("KTP atau KK sudah dicocokkan")]


async def test_the_keys_stay_on_a_small_screen_however_much_differs() -> None:
    fields = [*LEFT, "mother_name", "organisation", "heir_name", "work_place", "monthly_income", "email"]
    pair = {**PAIR, "left": dict.fromkeys(fields, "satu"), "right": dict.fromkeys(fields, "dua"), "differing": fields}
    joining = Joining.of(pair, [{**ROWS[0], "name": "Contoh Nama Yang Panjang Sekali " * 2}, ROWS[1]])
    app = Stage([], Reason("same", list(joining.names), joining=joining))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        seen = [strip.text for strip in app.screen._compositor.render_strips()]
    assert any("Enter Pilih  Spasi Sisi lain  G Tukar yang tetap" in line for line in seen)
    assert any("0  Alasan lain" in line for line in seen)


def test_one_person_takes_one_key_too_and_space_and_g_change_what_stays() -> None:
    rows = [{**row, "state": "submitted"} for row in ROWS]
    one = _pressed(Reason("same", ["a", "b"], joining=Joining.of(PAIR, rows)), "1")
    assert one == [Reasoned("Orangnya sudah ditanya", "1-bbb", {"phone": "1-aaa"})]
    other = _pressed(Reason("same", ["a", "b"], joining=Joining.of(PAIR, rows)), "end", "space", "g", "2")
    assert other[0] is not None
    assert other[0].survivor == "1-aaa"


def test_a_disputed_pair_shows_what_each_of_them_said_and_why() -> None:
    words = [
        {
            "decision": "different",
            "by": "Contoh Wati",
            "at": "2026-11-20T01:00:00Z",
            "reason": "Dua orang di rumah itu",
        },
        {"decision": "same", "by": "Contoh Kiki", "at": "2026-11-19T01:00:00Z", "reason": "KTP sama"},
    ]
    told = decided_words({"decision": {**words[0], "decision": "disputed", "words": words}})
    assert told[0] == "Diputuskan berbeda-beda."
    assert ["Contoh Wati" in told[1], "Dua orang di rumah itu" in told[1]] == [True, True]
    assert ["Contoh Kiki" in told[2], "KTP sama" in told[2]] == [True, True]
    # One word alone, which others of the case contradict.
    told = decided_words({"decision": {**words[1], "decision": "disputed", "words": words[1:]}})
    assert (len(told), told[0]) == (2, "Diputuskan berbeda-beda.")
    told = decided_words({"decision": {**words[1], "words": words[1:]}})
    assert (len(told), "KTP sama" in told[0]) == (1, True)
