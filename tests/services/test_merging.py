"""The merge desk: dry runs, counts by laptop and area, what is set aside, kept reports, and undo seen beforehand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fieldapp.services import exchange, prelist, registrations, review
from fieldapp.services.merging import desk as merging
from fieldapp.services.merging import words as merging_words
from fieldapp.services.merging.counts import COLUMNS
from fieldapp.services.pairs import same_as
from fieldapp.services.prelist import importing as prelist_import
from fieldapp.services.problems import Problem
from fieldapp.services.quota import endings
from fieldapp.store import local
from fieldapp.store import merges as kept_merges

SEPINGGAN, BARU = "64.71.05.1002", "64.71.05.1011"
Person = Callable[..., dict[str, Any]]


def register(session: Any, values: dict[str, Any]) -> str:
    answer = registrations.submit(session, registrations.new_draft(session, values).id)
    assert answer["state"] == "submitted", answer
    return str(answer["id"])


def bundle(town: Any, session: Any, name: str) -> Path:
    path: Path = town.stick / name
    exchange.write_bundle(session, path)
    return path


def area_of(answer: dict[str, Any], area: str = SEPINGGAN) -> dict[str, Any]:
    found = [each for laptop in answer["laptops"] for each in laptop["areas"] if each["area"] == area]
    assert len(found) == 1
    return dict(found[0])


@pytest.fixture(scope="module")
def office(town_in: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A town for all tests of this file: each registers people of its own."""
    town = town_in(tmp_path_factory.mktemp("town"))
    yield SimpleNamespace(
        town=town,
        sari=town.join("enumerator", "Sari", "64.71.05"),
        budi=town.join("enumerator", "Budi", "64.71.05"),
        kiki=town.join("coordinator", "Kiki", "64.71"),
        wati=town.join("supervisor", "Wati", "64.71", slots=1),
    )
    town.close()


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(100, 900))


def state(session: Any, registration: str) -> str:
    return str(registrations.show(session, registration)["state"])


@pytest.mark.parametrize("seed", range(2))
def test_a_dry_run_tells_exactly_what_the_merge_then_does(
    office: Any, person: Person, numbers: Iterator[int], seed: int
) -> None:
    chance = random.Random(seed)
    laptops = [office.sari, office.budi]
    for _round in range(2):
        paths = []
        for laptop in laptops:
            for _each in range(chance.randint(1, 3)):
                one = register(laptop, person(next(numbers), ktp_area=chance.choice([SEPINGGAN, BARU])))
                if chance.random() < 0.5:
                    registrations.edit(laptop, one, {"work_place": "Pasar"})
            known = registrations.ids(office.kiki)
            mine = [each for each in registrations.ids(laptop) if each in known]
            for one in chance.sample(mine, min(len(mine), 2)):
                for session, place in ((laptop, "Pasar"), (office.kiki, "Kios")):
                    registrations.edit(session, one, {"work_place": f"{place} {next(numbers)}"})
            paths.append(bundle(office.town, laptop, f"{seed}-{_round}-{laptop.member.name}"))
        chance.shuffle(paths)
        tried = exchange.merge(office.kiki, paths, dry_run=True)
        looked = merging.look(office.kiki, paths)
        merged = exchange.merge(office.kiki, paths)
        assert tried["merge_id"] is None
        same = {name: value for name, value in merged.items() if name not in ("merge_id", "files")}
        assert {name: tried[name] for name in same} == same
        assert {name: looked[name] for name in same} == same
        assert (looked["good"], looked["bad"]) == (paths, [])
        assert (
            sum(each["new"] for laptop in merged["laptops"] for each in laptop["areas"])
            == (merged["registrations"]["new"])
        )
        assert merged["registrations"]["new"] >= 2
        assert sorted(laptop["members"] for laptop in merged["laptops"]) == [["Budi"], ["Sari"]]
        again = exchange.merge(office.kiki, paths, dry_run=True)
        assert again["entries"]["new"] == 0
        assert all(each["known"] and not each["new"] for laptop in again["laptops"] for each in laptop["areas"])


def test_who_may_be_registered_already_is_counted_at_a_glance(
    office: Any, person: Person, numbers: Iterator[int]
) -> None:
    first, second = next(numbers), next(numbers)
    phone = {"no_phone": None, "phone": "+6281234567890", "phone_owner": "sendiri"}
    here = [
        register(office.kiki, person(first, birth_date="1975-01-02", nik=f"647105020175{9000 + first % 1000}")),
        register(office.kiki, {**person(second), **phone}),
    ]
    names = [registrations.show(office.kiki, one)["values"]["name"] for one in here]
    others = [next(numbers) for _ in range(3)]
    born = {"name": names[0], "birth_date": "1975-01-02", "nik": f"647105020175{9000 + others[0] % 1000}"}
    namesake = register(office.sari, {**person(others[0]), **born})
    called = register(office.sari, {**person(others[1]), **phone, "name": names[1]})
    stranger = register(office.sari, person(others[2]))
    path = bundle(office.town, office.sari, "mirip")
    answer = exchange.merge(office.kiki, [path], dry_run=True)
    assert answer["besides"]["possible_duplicate"] == area_of(answer)["possible_duplicate"] == 2
    merged = exchange.merge(office.kiki, [path])
    assert merged["registrations"]["duplicate"] == 0
    found = office.kiki.read(lambda connection: kept_merges.possibly_double(connection, [namesake, called, stranger]))
    assert found == {namesake, called}
    same_as.decide(office.kiki, here[0], namesake, "different", reason="Sudah diperiksa")
    found = office.kiki.read(lambda connection: kept_merges.possibly_double(connection, [namesake, called, stranger]))
    assert found == {called}


def test_approvals_beyond_the_slots_are_counted_and_pending_is_told_against_the_slots_left(
    office: Any, person: Person, numbers: Iterator[int]
) -> None:
    people = [register(office.sari, person(next(numbers))) for _ in range(2)]
    office.town.carry(office.sari, office.wati)
    review.decide(office.wati, people, "approve")
    path = bundle(office.town, office.wati, "putusan")
    answer = exchange.merge(office.kiki, [path], dry_run=True)
    assert answer["besides"]["over_quota"] == 1
    quota = exchange.merge(office.kiki, [path])["quota"]
    assert (quota["quota"], quota["approved"], quota["waiting"], quota["slots_left"]) == (100, 1, 1, 99)
    assert quota["pending"] == len(review.queue(office.kiki))


def test_a_bundle_without_the_one_before_it_counts_at_once_and_names_what_to_ask_for(town: Any, person: Person) -> None:
    sari, kiki = town.join("enumerator", "Sari", "64.71.05"), town.join("coordinator", "Kiki", "64.71")
    wati = town.join("supervisor", "Wati", "64.71")
    first = register(sari, person(1))
    town.carry(sari, wati)
    town.carry(wati, sari, to=sari.member.id)
    registrations.edit(sari, first, {"work_place": "Pasar"})
    second = register(sari, person(2))
    (answer,) = town.carry(sari, kiki)
    assert answer["registrations"]["new"] == 2
    (part,) = answer["prerequisites_missing"]
    assert (part["by"], part["member"], part["laptop"]) == ("Sari", sari.member.id, sari.device)
    assert (part["first"], part["last"]) == (1, 1)
    (words,) = merging_words.missing(answer["prerequisites_missing"])
    assert "Perubahan nomor 1 dari laptop Sari belum sampai: mintalah paket sebelumnya dari laptop Sari" in words
    assert state(kiki, second) == "submitted"
    assert merging.report(kiki, answer["merge_id"])["told"]["prerequisites_missing"] == [part]
    (filled,) = town.carry(wati, kiki)
    assert filled["prerequisites_missing"] == []
    assert registrations.show(kiki, first)["values"]["work_place"] == "Pasar"


def test_one_bad_file_among_good_ones_is_named_and_keeps_nobody_waiting(
    office: Any, person: Person, numbers: Iterator[int], town: Any
) -> None:
    register(office.sari, person(next(numbers)))
    good = bundle(office.town, office.sari, "baik.fieldapp")
    data = good.read_bytes()
    bad = {
        "rusak": data[:-40] + bytes(byte ^ 1 for byte in data[-40:]),
        "terpotong": data[:-9],
        "surat": b"PK\x03\x04 surat",
        "lain": bundle(town, town.admin, "lain").read_bytes(),
    }
    for name, content in bad.items():
        (office.town.stick / name).write_bytes(content)
    office.town.carry(office.budi, office.kiki)
    mine = office.town.stick / "untuk-budi"
    exchange.write_bundle(office.kiki, mine, to=office.budi.member.id)
    gone = office.town.stick / "tercabut"
    paths = [*(office.town.stick / name for name in bad), mine, gone, good]
    told = merging.look(office.kiki, paths)
    assert told["good"] == [good]
    assert told["registrations"]["new"] == 1
    codes = {each["file"]: each["code"] for each in told["bad"]}
    assert codes == {
        "rusak": "bundle_damaged",
        "terpotong": "bundle_truncated",
        "surat": "bundle_unknown",
        "lain": "bundle_foreign",
        "untuk-budi": "bundle_not_for_us",
        "tercabut": "file_not_found",
    }
    assert all(each["message"].endswith(".") for each in told["bad"])
    with pytest.raises(Problem, match="bundle_"):
        exchange.merge(office.kiki, [*paths[:-2], good])
    assert merging.interrupted(office.kiki) is None
    nothing = merging.look(office.kiki, [gone])
    assert (nothing["good"], nothing["entries"]["new"], nothing["laptops"]) == ([], 0, [])
    assert exchange.merge(office.kiki, told["good"])["registrations"]["new"] == 1


def test_a_bundle_that_needs_another_of_the_same_stick_may_come_before_it(town: Any, person: Person) -> None:
    kiki = town.join("coordinator", "Kiki", "64.71")
    new = town.join("enumerator", "Baru", "64.71.05")
    one = register(new, person(1))
    first = bundle(town, new, "a")
    town.carry(new, town.admin)
    town.carry(town.admin, new, to=new.member.id)
    registrations.edit(new, one, {"work_place": "Pasar"})
    second = bundle(town, new, "b")
    tried = exchange.merge(kiki, [second, first], dry_run=True)
    merged = exchange.merge(kiki, [second, first])
    assert merged["registrations"]["new"] == 1
    assert tried["prerequisites_missing"] == merged["prerequisites_missing"] == []
    (laptop,) = merged["laptops"]
    assert (laptop["members"], laptop["files"]) == (["Baru"], ["b", "a"])


def test_reports_are_kept_without_a_name_and_open_again_with_laptops_and_areas(town: Any, person: Person) -> None:
    sari, kiki = town.join("enumerator", "Sari Rahasia", "64.71.05"), town.join("coordinator", "Kiki", "64.71")
    register(sari, person(1))
    (answer,) = town.carry(sari, kiki)
    (listed,) = merging.merges(kiki)
    assert listed["merge_id"] == answer["merge_id"]
    assert (listed["from"], listed["laptops"], listed["new"]) == (["Sari Rahasia"], [["Sari Rahasia"]], 1)
    assert (listed["can_undo"], listed["has_report"], listed["undone"]) == (True, True, None)
    told = merging.report(kiki, answer["merge_id"][:8])["told"]
    assert told["laptops"][0]["areas"] == answer["laptops"][0]["areas"]
    assert {**area_of(told), "name": ""} == {**dict.fromkeys(COLUMNS, 0), "area": SEPINGGAN, "name": "", "new": 1}
    kept = kiki.read(lambda connection: connection.execute("SELECT told FROM merge_kept").fetchall())
    assert not any(word in str(kept) for word in ("Sari", "paket", "Sepinggan", "Contoh"))
    # A merge from before reports were kept is shown by what the journal remembers of it.
    kiki.write(lambda connection, _: connection.execute("DELETE FROM merge_kept"))
    (old,) = merging.merges(kiki)
    assert (old["merge_id"], old["from"], old["laptops"], old["has_report"]) == (
        answer["merge_id"], ["Sari Rahasia"], [], False,
    )  # fmt: skip
    assert merging.report(kiki, old["merge_id"])["told"] is None
    exchange.undo(kiki, old["merge_id"])
    (old,) = merging.merges(kiki)
    assert (old["undone"]["voided"], old["undone"]["left"], old["has_report"]) == (1, 0, False)
    # What brought nothing new can be read again, and there is nothing in it to undo.
    (again,) = town.carry(sari, kiki)
    assert again["entries"]["new"] == 0
    assert [each["can_undo"] for each in merging.merges(kiki)] == [False, True]
    with pytest.raises(Problem, match="merge_unknown"):
        merging.report(kiki, "ab" * 16)


def test_an_undo_is_seen_beforehand_and_names_what_it_takes_and_what_stays(town: Any, person: Person) -> None:
    sari, kiki = town.join("enumerator", "Sari", "64.71.05"), town.join("coordinator", "Kiki", "64.71")
    wati = town.join("supervisor", "Wati", "64.71")
    old, later = register(sari, person(1)), register(sari, person(4))
    town.carry(sari, kiki, wati)
    for each in (old, later):
        registrations.edit(sari, each, {"work_place": "Pasar"})
    built, plain = register(sari, person(2)), register(sari, person(3))
    (merged,) = town.carry(sari, kiki)
    for each in (built, later):
        registrations.edit(kiki, each, {"work_place": "Kios"})
    seen = merging.preview_undo(kiki, merged["merge_id"])
    assert {each["id"]: (each["what"], each["name"], each["area_name"]) for each in seen["taken"]} == {
        old: ("restored", person(1)["name"], "Sepinggan"),
        plain: ("voided", person(3)["name"], "Sepinggan"),
    }
    assert {(each["id"], each["code"], each["name"]) for each in seen["left"]} == {
        (built, "built_upon", person(2)["name"]), (later, "built_upon", person(4)["name"]),
    }  # fmt: skip
    assert state(kiki, plain) == "submitted"
    undone = exchange.undo(kiki, merged["merge_id"], "Flashdisk tertukar")
    assert undone == seen
    assert merging.merges(kiki)[0]["undone"]["left"] == 2
    # Done again there is nothing left to take; the same packet changes nothing, here or at another office.
    again = merging.preview_undo(kiki, merged["merge_id"])
    assert (again["taken"], again["left"]) == ([], seen["left"])
    path = bundle(town, sari, "lagi")
    assert exchange.merge(kiki, [path])["registrations"]["changed"] == 0
    assert state(kiki, plain) == "void"
    town.carry(kiki, wati)
    exchange.merge(wati, [path])
    assert (state(wati, plain), registrations.show(wati, old)["values"]["work_place"]) == ("void", "Rumah")


def test_a_removal_and_a_decision_that_a_merge_brought_are_taken_back_by_a_supervisor_alone(
    town: Any, person: Person
) -> None:
    sari, kiki = town.join("enumerator", "Sari", "64.71.05"), town.join("coordinator", "Kiki", "64.71")
    wati, indah = (town.join("supervisor", name, "64.71") for name in ("Wati", "Indah"))
    removed, decided, gone = (register(sari, person(number)) for number in (1, 2, 3))
    town.carry(sari, kiki, wati, indah)
    registrations.void(sari, removed, "Salah isi")
    endings.end(sari, [gone], "consent", None, "Tidak mau lagi")
    town.carry(sari, wati)
    review.decide(wati, [decided], "approve")
    (merged,) = town.carry(wati, kiki)
    (at_indah,) = town.carry(wati, indah)
    seen = merging.preview_undo(kiki, merged["merge_id"])
    assert {each["id"]: each["code"] for each in seen["left"]} == {
        removed: "decision", decided: "decision", gone: "withdrawn",
    }  # fmt: skip
    undone = exchange.undo(indah, at_indah["merge_id"])
    assert {each["id"]: each["what"] for each in undone["taken"]} == {removed: "restored", decided: "restored"}
    assert [state(indah, each) for each in (removed, decided, gone)] == ["submitted", "submitted", "withdrawn"]
    assert merging.preview_undo(indah, at_indah["merge_id"])["taken"] == []


def test_results_of_visits_are_taken_back_with_their_merge_and_a_refusal_stays(town: Any) -> None:
    sari, kiki = town.join("enumerator", "Sari", "64.71.05"), town.join("coordinator", "Kiki", "64.71")
    path = town.stick / "daftar.csv"
    rows = ["No,NIK,Nama,Tgl Lahir,L/P,Alamat,RT,RW,Kelurahan"]
    rows += [f"{n},,Contoh {name},0{n}/01/1990,P,Jl. Rekaan {n},5,1,Sepinggan" for n, name in enumerate("ABC", 1)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    prelist_import.import_list(kiki, path, name="Rekaan", categories=["difabel"])
    town.carry(sari, kiki)
    (brought,) = town.carry(kiki, sari, to=sari.member.id)
    people = {row["name"]: row["id"] for row in prelist.rows(sari, prelist.ids(sari))}
    prelist.visit(sari, people["Contoh A"], "pindah")
    prelist.visit(sari, people["Contoh B"], "menolak")
    prelist.visit(sari, people["Contoh C"], "tidak_di_rumah")
    (merged,) = town.carry(sari, kiki)
    prelist.visit(kiki, people["Contoh C"], "meninggal")
    seen = merging.preview_undo(kiki, merged["merge_id"])
    assert (seen["visits"], [each["name"] for each in seen["taken"]]) == (1, ["Contoh A"])
    assert {each["id"]: each["code"] for each in seen["left"]} == {
        people["Contoh B"]: "refused_visit", people["Contoh C"]: "built_upon",
    }  # fmt: skip
    assert exchange.undo(kiki, merged["merge_id"]) == seen
    assert {row["name"]: row["state"] for row in prelist.rows(kiki, list(people.values()))}["Contoh A"] == "belum"
    town.carry(kiki, sari, to=sari.member.id)
    assert prelist.rows(sari, [people["Contoh A"]])[0]["state"] == "belum"
    # What an undo never touches is told by kind, in an enumerator's merge too, who has nothing to undo.
    assert brought["registrations"]["new"] == 0
    with pytest.raises(Problem, match="not_allowed"):
        merging.preview_undo(sari, brought["merge_id"])


def test_a_merge_that_a_power_cut_ended_is_told_until_it_was_read(office: Any) -> None:
    assert merging.interrupted(office.kiki) is None
    begun = {"at_ms": office.kiki.now_ms(), "files": 3}
    office.kiki.write(lambda connection, _: local.put(connection, kept_merges.BEGUN, begun))
    told = merging.interrupted(office.kiki)
    assert told is not None
    assert (told["files"], told["entries"]) == (3, 0)
    merging.forget_interrupted(office.kiki)
    assert merging.interrupted(office.kiki) is None


def test_what_came_over_the_network_is_listed_only_when_asked_for(town: Any, person: Person) -> None:
    sari, kiki = town.join("enumerator", "Sari", "64.71.05"), town.join("coordinator", "Kiki", "64.71")
    hub = town.join("hub", "Pusat", "*")
    register(sari, person(1))
    town.carry(sari, hub)
    town.carry(kiki, hub)
    (answer,) = town.carry(hub, kiki, to=kiki.member.id)
    # A visit to a hub keeps no report of its own.
    kiki.write(lambda connection, _: connection.execute("DELETE FROM merge_kept"))
    assert merging.merges(kiki) == []
    (listed,) = merging.merges(kiki, hub=True)
    assert (listed["merge_id"], listed["way"], listed["from"]) == (answer["merge_id"], "hub", ["Pusat"])
