"""Named cases: pairs that were ever taken for one person, or for two, and must not be."""

from __future__ import annotations

import pytest
from matching_people import Register, counted, row, somebody

from fieldapp.matching.people import of_row
from fieldapp.matching.score import compare

REGISTER = Register()


def _band(one: dict[str, str], other: dict[str, str], register: Register = REGISTER) -> str:
    return compare(of_row(one), of_row(other), register).band


def test_a_pair_with_all_fields_equal_is_almost_certain() -> None:
    found = compare(somebody(), somebody(), REGISTER)
    assert found.band == "almost_certain"
    assert found.probability > 0.999
    assert found.missing == ()


@pytest.mark.parametrize("population", [1, 1_000, 100_000, 3_000_000])
def test_an_equal_pair_is_almost_certain_in_a_register_of_any_size(population: int) -> None:
    bare = {"phone": "", "address": "", "mother_name": "", "nomor_kk": "", "birth_place": ""}
    assert compare(somebody(**bare), somebody(**bare), Register(population)).band == "almost_certain"


def test_twins_are_never_almost_certain() -> None:
    first = row(nik="6471051705860001", name="Hasan Contoh")
    for name in ("Husin Contoh", "Hasen Contoh", "Hasan Basri", "Husin Contoh Tahir", "Contoh Hasim"):
        assert _band(first, row(nik="6471051705860002", name=name)) != "almost_certain", name


def test_twins_of_whom_one_has_a_name_more_are_never_almost_certain() -> None:
    first = row(nik="6471051705860001", name="Contoh Tahir")
    for name in ("Hasan Contoh Tahir", "Muhammad Contoh Tahir", "Contohtahir Hasan"):
        assert _band(first, row(nik="6471051705860002", name=name)) != "almost_certain", name


def test_sisters_of_one_day_are_told_from_a_name_left_out() -> None:
    bare = {"nik": "", "sex": "P"}
    assert _band(row(name="Siti Rekaan", **bare), row(name="Wati Rekaan", **bare)) != "almost_certain"
    assert _band(row(name="Siti Rekaan", **bare), row(name="Rekaan", **bare)) == "almost_certain"


def test_names_that_rhyme_count_for_less_than_a_slip_inside() -> None:
    rhyme = compare(somebody(nik=""), somebody(nik="", name="Arfan Contoh Tahir"), REGISTER)
    inside = compare(somebody(nik=""), somebody(nik="", name="Irfen Contoh Tahir"), REGISTER)
    assert inside.bits > rhyme.bits + 1


def test_namesakes_whose_dates_are_each_borne_out_by_their_niks_are_two() -> None:
    bare = {"name": "Irfan Tahir", "phone": "", "address": "", "nomor_kk": "", "mother_name": "", "kelurahan": ""}
    one = somebody(nik="6471051705860001", **bare)
    other = somebody(nik="6471051705790001", birth_date="1979-05-17", **bare)
    mistyped = somebody(nik="6471051705860001", birth_date="1979-05-17", **bare)
    usual = Register(100_000, {"irfan": 900, "contoh": 600, "tahir": 500, "@r647105": 9_000, "@psopenk": 3_000})
    assert compare(one, other, usual).probability < 0.9
    assert compare(one, mistyped, usual).probability > 0.9


def test_the_district_is_still_read_of_a_number_that_a_spreadsheet_rounded() -> None:
    bare = {"birth_date": "", "phone": "", "address": "", "nomor_kk": "", "mother_name": ""}
    rounded = compare(somebody(**bare), somebody(nik="6,47105E+15", **bare), REGISTER)
    lost = compare(somebody(**bare), somebody(nik="", **bare), REGISTER)
    elsewhere = compare(somebody(**bare), somebody(nik="7,31201E+15", **bare), REGISTER)
    assert elsewhere.bits < lost.bits < rounded.bits


def test_twin_sisters_whose_names_differ_in_a_letter_are_never_almost_certain() -> None:
    common = Register(often={"rina": 60, "rini": 70})
    first = row(nik="6471055705860001", name="Rina Lestari", sex="P")
    second = row(nik="6471055705860002", name="Rini Lestari", sex="P")
    assert _band(first, second, common) != "almost_certain"


def test_father_and_son_of_one_name_are_never_almost_certain() -> None:
    father = row(nik="6471051705860001")
    son = row(nik="6471050903100002", birth_date="2010-03-09")
    found = compare(of_row(father), of_row(son), REGISTER)
    assert found.band != "almost_certain"
    assert found.probability < 0.9
    assert _band({**father, "nik": ""}, {**son, "nik": ""}) != "almost_certain"


def test_a_namesake_in_the_same_ward_is_never_almost_certain() -> None:
    mother = "Rosdiana Misal"
    namesake = row(
        nik="6471050303740002", birth_date="1974-03-03", phone="081388887777", mother_name=mother, nomor_kk=""
    )
    assert compare(somebody(nik="6471051705860001"), of_row(namesake), REGISTER).probability < 0.5


def test_namesakes_of_whom_no_nik_and_no_date_is_known_are_never_almost_certain() -> None:
    bare = {"nik": "", "birth_date": "", "phone": ""}
    assert _band(row(**bare), row(**bare)) != "almost_certain"


@pytest.mark.parametrize(
    "relative",
    [
        {"name": "Besse Rekaan", "sex": "P", "birth_date": "1988-02-11"},
        {"name": "Rudi Tahir", "birth_date": "2006-08-23"},
        {"name": "Irfan Tahir", "birth_date": "2006-08-23"},
        {"name": "Irfan Contoh Tahir", "birth_date": "1959-12-02"},
        {"name": "Sulastri"},
    ],
    ids=["wife", "son", "son of the name", "father of the name", "wife, date filled from the NIK"],
)
def test_a_relatives_nik_is_never_almost_certain(relative: dict[str, str]) -> None:
    assert _band(row(), row(**relative)) != "almost_certain"


def test_the_same_nik_under_an_unlike_name_is_a_queue_of_its_own() -> None:
    found = compare(somebody(), somebody(name="Sulastri", sex="P"), REGISTER)
    assert found.band == "same_nik"
    assert found.probability < 0.9


def test_serial_neighbours_of_one_day_and_district_are_strangers() -> None:
    first = row(nik="6471051705860001", name="Ahmad Rekaan", phone="", address="", nomor_kk="", mother_name="")
    second = {**first, "nik": "6471051705860002", "name": "Bambang Misal", "kelurahan": "Manggar"}
    assert compare(of_row(first), of_row(second), REGISTER).probability < 0.05


def test_a_slip_in_the_serial_is_told_from_a_neighbour() -> None:
    slip = compare(somebody(nik="6471051705860001"), somebody(nik="6471051705868001"), REGISTER)
    neighbour = compare(somebody(nik="6471051705860001"), somebody(nik="6471051705860002"), REGISTER)
    assert slip.bits > neighbour.bits
    assert slip.levels[0].bits > 0 > neighbour.levels[0].bits


def test_the_first_of_january_says_little_where_everybody_has_it() -> None:
    given = Register(often={"@d0101": 4_000})
    plain = {"phone": "", "address": "", "nomor_kk": "", "mother_name": "", "birth_place": "", "kelurahan": ""}
    one, other = somebody(birth_date="1986-01-01", nik="", **plain), somebody(birth_date="1986-01-01", nik="", **plain)
    usual = somebody(nik="", **plain)
    assert compare(one, other, given).bits < compare(usual, usual, given).bits - 6


def test_a_helpers_phone_on_forty_people_says_next_to_nothing() -> None:
    stranger = row(
        nik="6471026308919004", name="Wati Misal", birth_date="1991-08-23", sex="P", nomor_kk="", mother_name=""
    )
    shared = compare(somebody(), of_row(stranger), Register(phones=40))
    assert shared.band == "unlikely"
    assert next(level.bits for level in shared.levels if level.aspect == "phone") < 1


def test_balinese_birth_order_names_alone_make_nobody_the_same() -> None:
    common = Register(often={"wayan": 90, "made": 80})
    first = row(nik="", name="I Wayan", phone="", nomor_kk="", mother_name="", address="")
    second = {**first, "birth_date": "1971-09-02"}
    assert compare(of_row(first), of_row(second), common).probability < 0.05
    brothers = row(nik="", name="I Made Rekaan"), row(nik="", name="I Wayan Rekaan", birth_date="1989-01-20")
    assert _band(*brothers, common) != "almost_certain"


def test_one_token_names_need_more_than_the_name() -> None:
    common = Register(often={"slamet": 150})
    first = row(nik="", name="Slamet", phone="", nomor_kk="", mother_name="", address="", birth_place="")
    assert compare(of_row(first), of_row({**first, "birth_date": "1979-02-03"}), common).probability < 0.05
    assert compare(of_row(row(name="Slamet")), of_row(row(name="Slamet")), common).band == "almost_certain"


@pytest.mark.parametrize("nik", ["647105170586901", "64710517058690011", "6471051705869000", "'6471.0517.0586.9001.0"])
def test_a_nik_of_15_or_17_digits_or_cut_by_a_spreadsheet_still_helps(nik: str) -> None:
    plain = {"birth_date": "", "phone": "", "address": "", "nomor_kk": "", "mother_name": ""}
    with_it = compare(somebody(**plain), somebody(nik=nik, **plain), REGISTER)
    without = compare(somebody(**plain), somebody(nik="", **plain), REGISTER)
    assert with_it.bits > without.bits + 3


@pytest.mark.parametrize(
    "nik", ["6,47E+15", "6.47E+15", "0", "0000000000000000", "1111111111111111", "1234567890123456", "-", "tidak ada"]
)
def test_a_nik_that_says_nothing_counts_as_missing(nik: str) -> None:
    found = compare(somebody(), somebody(nik=nik), REGISTER)
    assert "nik" in found.missing
    assert found.band == "almost_certain"


def test_a_family_card_number_in_the_field_of_the_nik_counts_as_missing() -> None:
    found = compare(somebody(), somebody(nik="6471051203109001"), REGISTER)
    assert "nik" in found.missing


def test_a_womans_day_without_its_forty_stays_the_same_day() -> None:
    one = somebody(nik="6471055705869001", sex="P", name="Wati Misal")
    other = somebody(nik="6471051705869001", sex="P", name="Wati Misal")
    assert compare(one, other, REGISTER).band == "almost_certain"


def test_without_kelurahan_and_phone_nik_and_name_are_enough() -> None:
    bare = dict.fromkeys(row(), "") | {"nik": row()["nik"], "name": row()["name"]}
    found = compare(of_row(bare), somebody(), REGISTER)
    assert found.band == "almost_certain"
    assert {"phone", "area", "address", "birth_place"} <= set(found.missing)


@pytest.mark.parametrize("name", ["", " ", ".", "A", "-", "1", "H.", "Hj.", "S.Pd."])
def test_empty_and_single_letter_names_are_never_almost_certain_by_themselves(name: str) -> None:
    bare = dict.fromkeys(row(), "") | {"name": name, "kelurahan": "Sepinggan", "sex": "L"}
    assert compare(of_row(bare), of_row(bare), REGISTER).band != "almost_certain"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Moh. Irfan Tahir", "TAHIR IRFAN, S.E."),
        ("Hj. Siti Nurhayati", "St. Nur Hayati"),
        ("Abdurrahman Saleh", "Abd. Rahman Saleh"),
        ("Soekarno Djojo", "Sukarno Joyo"),
        ("Syarifuddin Amin", "Sarifudin Amin"),
        ("Yusuf Khairul", "Jusuf Choirul"),
        ("Ahmad Fauzi bin Hasan", "Achmad Fauzi"),
        ("Rosmini alias Mama Contoh", "Rosmini"),
        ("Drs. H. Andi Baso Makka, M.Si", "Baso Makka"),
        ("Zulkifli Fahmi", "Dzulkifli Pahmi"),
        ("I Wayan Sukarya", "Wayan Sukarja"),
        ("Aisyah Rahmah", "Aisah Rahma"),
        ("M. Rizki Pratama", "Muhammad Rizky Pratama"),
        ("Irfantahir", "Irfan Tahir"),
    ],
)
def test_ways_to_write_one_name_count_for_it(one: str, other: str) -> None:
    bare = {"nik": "", "phone": "", "nomor_kk": "", "mother_name": "", "address": ""}
    found = compare(somebody(name=one, **bare), somebody(name=other, **bare), REGISTER)
    name = next(level for level in found.levels if level.aspect == "name")
    assert name.bits > 5, name.code
    assert found.probability > 0.9


def test_what_is_counted_comes_and_goes_with_a_person() -> None:
    counts = counted([somebody(), somebody(name="Irfan Misal")])
    assert counts.population == 2
    assert counts.token_count("irfan") == 2
    assert counts.phone_count("81299990001") == 2
    counts.remove(somebody())
    assert (counts.population, counts.token_count("irfan"), counts.token_count("tahir")) == (1, 1, 0)
