"""Two ledgers side by side: what one side lacks is named, what is on its way told apart, forgeries refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from fieldapp.services import exchange, registrations, review
from fieldapp.services.ledger import compare as ledger_compare
from fieldapp.services.ledger import file as ledger_file
from fieldapp.services.problems import Exit, Problem
from fieldapp.services.session import open_session
from sync.bundle import FIRST_LINE, OFFICE, seal_packed

HOME, AWAY = "64.71.05", "64.71.01"


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


@pytest.fixture
def office(town: Any, person: Callable[..., Any]) -> Any:
    """A laptop, a coordinator and a supervisor; two registrations are known to the offices."""
    laptop = town.join("enumerator", "Sari", HOME)
    coordinator = town.join("coordinator", "Kiki", "64.71")
    supervisor = town.join("supervisor", "Rina", "64.71", slots=5)
    ids = [register(laptop, person(number)) for number in (1, 2)]
    town.carry(laptop, coordinator)
    town.carry(coordinator, supervisor)
    return laptop, coordinator, supervisor, ids


def beside(town: Any, writer: Any, reader: Any, to: str = OFFICE) -> dict[str, Any]:
    """What the reader is told of the writer's ledger."""
    ledger_file.save(writer, town.stick / "buku", to)
    return ledger_compare.compare(reader, town.stick / "buku")


def why(found: list[dict[str, Any]]) -> dict[str, str]:
    return {each["id"]: each["why"] for each in found}


def test_what_one_side_lacks_is_named_and_what_is_on_its_way_is_told_apart(
    town: Any, office: Any, person: Callable[..., Any]
) -> None:
    laptop, coordinator, supervisor, (first, second) = office
    told = beside(town, laptop, coordinator)
    assert told["complete"]
    assert why(told["differ"]) == {first: "receipt", second: "receipt"}
    assert (told["mine"]["member"], told["theirs"]["member"], told["same"]) == ("Kiki", "Sari", 0)
    town.carry(coordinator, laptop, to=laptop.member.id)
    third = register(laptop, person(3))
    told = beside(town, laptop, coordinator)
    assert (told["complete"], told["same"], told["only_here"]) == (False, 2, [])
    assert why(told["only_there"]) == {third: "not_carried"}
    assert "belum dibawa" in told["only_there"][0]["message"]
    # The other way round the name is known, for it stands here.
    (lacking,) = beside(town, coordinator, laptop, to="Sari")["only_here"]
    assert (lacking["id"], lacking["why"], lacking["name"]) == (third, "not_carried", person(3)["name"])
    exchange.write_bundle(laptop, town.stick / "paket")
    assert why(beside(town, laptop, coordinator)["only_there"]) == {third: "carried"}
    exchange.merge(coordinator, [town.stick / "paket"])
    review.decide(supervisor, [first], "return", reason="foto")
    told = beside(town, supervisor, coordinator)
    assert (why(told["differ"]), why(told["only_here"])) == ({first: "news"}, {third: "not_given"})
    assert "laptop Rina belum sampai ke laptop ini" in told["differ"][0]["message"]


def test_only_areas_of_both_sides_are_compared(town: Any, office: Any, person: Callable[..., Any]) -> None:
    laptop, coordinator, _supervisor, ids = office
    other = town.join("enumerator", "Budi", AWAY)
    register(other, {**person(4), "ktp_area": "64.71.01.1001"})
    town.carry(other, coordinator)
    told = beside(town, laptop, coordinator)
    assert (told["complete"], told["only_here"], told["elsewhere"]) == (True, [], 1)
    assert len(told["differ"]) == len(ids)


def test_a_laptop_that_lost_what_it_wrote_and_lists_that_went_wrong_are_not_expected(
    town: Any, office: Any, person: Callable[..., Any], tmp_path: Path
) -> None:
    laptop, coordinator, supervisor, (first, second) = office
    laptop.close()
    shutil.copytree(laptop.home, tmp_path / "salinan")
    with open_session(laptop.home, "sandi-Sari", wall_ms=town.time) as original:
        third = register(original, person(3))
        town.carry(original, coordinator, supervisor)
    with open_session(tmp_path / "salinan", "sandi-Sari", wall_ms=town.time) as copy:
        ledger_file.save(copy, town.stick / "buku")
    (gone,) = ledger_compare.compare(coordinator, town.stick / "buku")["only_here"]
    assert (gone["id"], gone["why"], gone["expected"]) == (third, "gone", False)
    town.carry(supervisor, coordinator)
    coordinator.store.write(lambda c: c.execute("UPDATE registration SET state = 'approved' WHERE id = ?", [second]))
    told = beside(town, supervisor, coordinator)
    assert (told["complete"], why(told["differ"])) == (False, {second: "unlike"})
    assert "fieldapp rebuild" in ledger_compare.lists(told)[0][1][0]
    assert ledger_compare.sentence(told).startswith("TIDAK COCOK: 0 tidak ada di sini")
    assert first not in why(told["differ"])


def test_whatever_is_no_whole_ledger_for_us_is_refused_with_its_own_code(
    town: Any, office: Any, town_in: Callable[[Path], Any], tmp_path: Path
) -> None:
    laptop, coordinator, _supervisor, ids = office
    file = town.stick / "buku"
    ledger_file.save(laptop, file)
    whole = file.read_bytes()
    assert ids[0].encode() not in whole

    def refused(data: bytes, reader: Any = coordinator) -> str:
        file.write_bytes(data)
        with pytest.raises(Problem) as caught:
            ledger_compare.compare(reader, file)
        assert caught.value.exit_code == Exit.UNTRUSTED
        assert "buku" in caught.value.message()
        return caught.value.code

    assert refused(b"") == "ledger_unknown"
    assert refused(FIRST_LINE + whole) == "ledger_unknown"
    assert refused(whole[:10]) == "ledger_truncated"
    assert refused(whole[:-5]) == "ledger_truncated"
    assert refused(whole[:-5] + b"palsu") == "ledger_damaged"
    assert refused(whole.replace(b"LEDGER 1", b"LEDGER 2", 1)) == "ledger_version"
    assert refused(whole, laptop) == "ledger_not_for_us"
    signature = whole.split(b"\n")[2]
    assert refused(whole.replace(signature, bytes(signature[::-1]))) == "ledger_forged"
    (tmp_path / "lain").mkdir()
    stranger = town_in(tmp_path / "lain")
    ledger_file.save(stranger.admin, file)
    assert refused(file.read_bytes()) == "ledger_foreign"
    stranger.close()


def test_ledgers_of_other_versions_are_read_or_refused_in_words(town: Any, office: Any) -> None:
    """What a later change adds to the file does not make the older one unreadable, nor the other way round."""
    laptop, coordinator, _supervisor, ids = office
    book = ledger_file.own(laptop)
    line, _, columns = zstandard.ZstdDecompressor().decompress(ledger_file.pack(book)).partition(b"\n")
    head = msgspec.json.decode(line)

    def sealed(head: dict[str, Any], columns: bytes) -> Path:
        packed = zstandard.ZstdCompressor(write_content_size=True).compress(msgspec.json.encode(head) + b"\n" + columns)
        recipient = [laptop.programme.office_recipient]
        path = town.stick / "buku"
        magic = ledger_file.MAGIC
        path.write_bytes(
            seal_packed(laptop.identity, laptop.programme, "a" * 32, [OFFICE], recipient, packed, magic=magic)
        )
        return path

    more = {**head, "baru": True, "columns": [*head["columns"], ["baru", 4]]}
    assert set(ledger_file.read(coordinator, sealed(more, columns + bytes(4 * len(ids)))).registrations) == set(ids)
    for wrong, code in (
        ({**head, "v": 2}, "ledger_version"),
        ({**head, "v": 0}, "ledger_damaged"),
        ({**head, "count": 10**9}, "ledger_damaged"),
        ({**head, "states": []}, "ledger_damaged"),
        ({**head, "member": coordinator.member.id}, "ledger_damaged"),
        ({**head, "columns": head["columns"][1:]}, "ledger_damaged"),
        ({}, "ledger_damaged"),
    ):
        with pytest.raises(Problem, match=code):
            ledger_file.read(coordinator, sealed(wrong, columns))
