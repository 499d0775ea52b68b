"""A season from the first registration to a balanced ledger: two enumerators, a coordinator, two supervisors.

Told once over sticks alone and once with a hub; both end alike.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest
from hubs import serving
from people import name_of, person

from fieldapp.services import conflicts, drafts, exchange, registrations, review
from fieldapp.services.ledger import ledger
from fieldapp.services.pairs import same_as
from fieldapp.services.programme import change
from fieldapp.services.quota import endings
from fieldapp.services.returns import returned

SOUTH, CITY = "64.71.05", "64.71"
ASKED = person(1, name_of(1)).keys()
SLOTS = {"Wati": 3, "Tono": 2}


class Road(Protocol):
    """How what somebody knows comes to everybody else."""

    def meet(self) -> None: ...


class Sticks:
    """Bundles to the coordinator, one of hers to the supervisors, and return bundles to everybody else."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._numbers = count()

    def meet(self) -> None:
        cast = self._cast
        others = [each for each in cast.everybody if each is not cast.kiki]
        exchange.merge(cast.kiki, [self.write(each) for each in others])
        bundle = self.write(cast.kiki)
        for office in (cast.wati, cast.tono):
            exchange.merge(office, [bundle])
        folder = cast.folder / f"balasan-{next(self._numbers)}"
        exchange.write_returns(cast.kiki, folder)
        for laptop in (cast.ani, cast.budi, cast.admin):
            # The stick carries everybody's; each laptop opens its own.
            exchange.merge(laptop, sorted(folder.iterdir()))

    def write(self, session: Any) -> Path:
        path = self._cast.folder / f"paket-{next(self._numbers)}"
        exchange.write_bundle(session, path)
        return path


class Hub:
    """Everybody syncs with one server, twice, so that what the last one brought comes to the first one too."""

    def __init__(self, cast: Cast, url: str) -> None:
        self._cast = cast
        self._url = url

    def meet(self) -> None:
        for _ in range(2):
            for each in self._cast.everybody:
                exchange.sync(each, self._url)


class Cast:
    """Who takes part, and whom they register."""

    def __init__(self, town: Any) -> None:
        self.folder = town.folder / "meja"
        self.folder.mkdir()
        self.admin = town.admin
        change(town.admin, "quota", str(sum(SLOTS.values())))
        self.kiki = town.join("coordinator", "Kiki", CITY)
        self.wati = town.join("supervisor", "Wati", CITY, slots=SLOTS["Wati"])
        self.tono = town.join("supervisor", "Tono", CITY, slots=SLOTS["Tono"])
        self.ani = town.join("enumerator", "Ani", SOUTH)
        self.budi = town.join("enumerator", "Budi", SOUTH)
        self.everybody = [self.ani, self.budi, self.kiki, self.wati, self.tono, self.admin]
        self.ids: dict[str, str] = {}

    def register(self, session: Any, label: str, number: int) -> None:
        draft = registrations.new_draft(session, person(number, name_of(number)))
        answer = registrations.submit(session, draft.id)
        assert answer["state"] == "submitted", answer
        self.ids[label] = str(answer["id"])

    def state(self, session: Any, label: str) -> str:
        return str(registrations.show(session, self.ids[label])["state"])

    def decide(self, session: Any, decision: str, *labels: str, **more: Any) -> None:
        answers = review.decide(session, [self.ids[label] for label in labels], decision, **more)
        assert all(answer["ok"] for answer in answers), answers


def tell(cast: Cast, road: Road) -> None:
    """The season, in the order in which it happened."""
    for number in range(1, 5):
        cast.register(cast.ani, f"orang {number}", number)
    for number in range(5, 8):
        cast.register(cast.budi, f"orang {number}", number)
    cast.register(cast.budi, "orang 4 lagi", 4)
    road.meet()
    assert cast.state(cast.wati, "orang 4") == "has_issues", "two registrations have one NIK"

    # A conflict: two people correct the same answer without knowing of each other; the coordinator chooses.
    one = cast.ids["orang 1"]
    registrations.edit(cast.kiki, one, {"heir_name": "Waris Kantor"})
    registrations.edit(cast.ani, one, {"heir_name": "Waris Rumah"})
    road.meet()
    assert cast.state(cast.wati, "orang 1") == "has_issues"
    [conflict] = conflicts.listing(cast.kiki)
    [at_home] = [value["entry"] for value in conflict["values"] if value["value"] == "Waris Rumah"]
    conflicts.resolve(cast.kiki, one, "heir_name", keep=at_home)

    # A duplicate: the coordinator says that both are one person, and the first registration stays.
    pair = [cast.ids["orang 4"], cast.ids["orang 4 lagi"]]
    same_as.decide(cast.kiki, *pair, "same", reason="Orang yang sama, KTP diperlihatkan", survivor=pair[0])
    road.meet()
    assert conflicts.listing(cast.ani) == []

    # A return, and two supervisors who approve apart from each other, one of them beyond the slots.
    cast.decide(cast.wati, "return", "orang 2", fields={"mother_name": "Belum sama dengan kartu keluarga"})
    cast.decide(cast.wati, "approve", "orang 1", "orang 3")
    cast.decide(cast.tono, "approve", "orang 5", "orang 6", "orang 7")
    assert cast.state(cast.tono, "orang 7") == "waiting"
    road.meet()
    [back] = returned.listing(cast.ani)
    assert (back["id"], back["begin_at"], back["round"]) == (cast.ids["orang 2"], "mother_name", 2)
    draft = drafts.correction(cast.ani, back["id"])
    drafts.save_draft(cast.ani, draft.id, {**draft.values, "mother_name": "Ibu Contoh Binti Rekaan"})
    assert registrations.submit(cast.ani, draft.id)["id"] == back["id"]
    road.meet()
    cast.decide(cast.wati, "approve", "orang 2", "orang 4")
    assert cast.state(cast.wati, "orang 4") == "waiting"

    # An undo: a stick with a practice comes to the coordinator, who takes the merge of it back.
    for number in (21, 22):
        cast.register(cast.budi, f"latihan {number}", number)
    stick = cast.folder / "latihan"
    exchange.write_bundle(cast.budi, stick)
    merged = exchange.merge(cast.kiki, [stick])
    assert merged["registrations"]["new"] == 2
    taken = exchange.undo(cast.kiki, merged["merge_id"], "Latihan, bukan pendaftaran")
    assert (taken["voided"], taken["left"]) == (2, [])
    road.meet()

    # The waiting list: somebody leaves, and whoever waits for that supervisor takes the place.
    ended = endings.end(cast.budi, [cast.ids["orang 5"]], "moved", None, "Pindah ke kota lain")
    assert ended["ended"] == 1
    for _ in range(2):
        road.meet()


ENDED = {
    "orang 1": "approved",
    "orang 2": "approved",
    "orang 3": "approved",
    "orang 4": "waiting",
    "orang 4 lagi": "void",
    "orang 5": "withdrawn",
    "orang 6": "approved",
    "orang 7": "approved",
    "latihan 21": "void",
    "latihan 22": "void",
}
PLACES = {"registered": 10, "draft": 0, "approved": 5, "waiting": 1, "void": 4}
NOWHERE_ELSE = ("not_carried", "carried", "merged", "returned", "rejected")


def end_of(cast: Cast) -> dict[str, Any]:
    """What everybody sees at the end, without ids and times, which every telling makes anew."""
    labels = {registration: label for label, registration in cast.ids.items()}
    seen = {}
    for session in cast.everybody:
        book = ledger(session)
        people = {}
        for registration, label in labels.items():
            shown = registrations.show(session, registration)
            answers = sorted((name, value) for name, value in shown["values"].items() if name in ASKED)
            people[label] = (shown["state"], shown["round"], shown["conflicts"], shown["errors"], answers)
        areas = [{name: area[name] for name in area if name != "name"} for area in book["areas"]]
        seen[session.member.name] = {
            "people": {label: (state, *rest[:3]) for label, (state, *rest) in people.items()},
            "answers": {label: told[-1] for label, told in people.items()},
            "ledger": (book["totals"], areas, book["balanced"], book["missing"]),
            "queue": review.queue(session) if session.member.role != "enumerator" else [],
            "conflicts": conflicts.listing(session),
        }
    return seen


@pytest.fixture(scope="module")
def ends(town_in: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """How the season ended on every laptop, over sticks and over a hub."""
    found = {}
    for kind in ("sticks", "hub"):
        with ExitStack() as closing:
            town = town_in(tmp_path_factory.mktemp(kind))
            closing.callback(town.close)
            cast = Cast(town)
            road: Road = Sticks(cast)
            if kind == "hub":
                road = Hub(cast, closing.enter_context(serving(town.join("hub", "Pusat", CITY))))
            tell(cast, road)
            found[kind] = end_of(cast)
    return found


@pytest.mark.parametrize("road", ["sticks", "hub"])
def test_a_season_ends_with_everybody_in_the_same_state_and_a_balanced_ledger(ends, road) -> None:
    for name, seen in ends[road].items():
        assert {label: told[0] for label, told in seen["people"].items()} == ENDED, name
        totals, _, is_balanced, missing = seen["ledger"]
        assert (is_balanced, missing) == (True, []), name
        assert {place: totals[place] for place in PLACES} == PLACES, name
        assert not any(totals[place] for place in NOWHERE_ELSE), name
        assert seen["conflicts"] == [], name
        assert seen["queue"] == [], name
    assert ends[road]["Wati"]["people"]["orang 2"][1] == 2
    assert ("heir_name", "Waris Rumah") in ends[road]["Ani"]["answers"]["orang 1"]


def test_sticks_and_a_hub_end_alike(ends) -> None:
    assert ends["sticks"] == ends["hub"]
