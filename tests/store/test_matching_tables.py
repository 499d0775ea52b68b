"""Which registrations wait to be compared, and the tables of candidate pairs."""

from __future__ import annotations

from fieldapp.store import matching
from fieldapp.store.matching import Indexed, Pair
from fieldapp.store.rebuild import clear

ANYBODY = ("", b"", (), ())


def _rid(replica, record: str) -> int:
    return replica.store.read(lambda c: matching.rid_of(c, record))


def _waiting(replica) -> list[int]:
    return [each.rid for each in replica.store.read(lambda c: matching.waiting(c, 100))]


def _index_all(replica, keys=lambda rid: (rid,)) -> None:
    """Everybody who waits and stands for somebody enters, whoever was there before leaves first."""

    def work(connection) -> None:
        found = matching.waiting(connection, 100)
        leaving = [
            Indexed(each.rid, each.stamp, each.person, keys(each.rid), [("token", "a")])
            for each in found
            if each.person is not None
        ]
        entering = [
            Indexed(each.rid, f"s{each.rid}", b"p", keys(each.rid), [("token", "a")])
            for each in found
            if each.values_json is not None
        ]
        matching.index(connection, [each.rid for each in found], entering, leaving, 3)

    replica.store.write(work)


def test_new_registrations_wait_without_being_noted_one_by_one(town, replica_of) -> None:
    ids = [town.register("siti") for _ in range(3)]
    replica = replica_of(town)
    assert replica.store.read(lambda c: c.execute("SELECT count(*) FROM match_todo").fetchone()[0]) == 0
    assert sorted(_waiting(replica)) == sorted(_rid(replica, each) for each in ids)
    assert replica.store.read(matching.left) == (3, 0)
    _index_all(replica)
    assert replica.store.read(matching.left) == (0, 3)
    assert replica.store.read(matching.population) == 3


def test_a_changed_registration_waits_again_and_others_do_not(town, replica_of) -> None:
    one, two = town.register("siti"), town.register("siti")
    replica = replica_of(town)
    _index_all(replica)
    town.write("siti", one, "edit", {"name": "Contoh Lain"})
    replica.receive(town.entries[-1:])
    assert _waiting(replica) == [_rid(replica, one)]
    assert two not in _waiting(replica)


def test_an_ended_registration_waits_as_nobody(town, replica_of) -> None:
    record = town.register("siti")
    replica = replica_of(town)
    _index_all(replica)
    town.write("siti", record, "void", {"decision": "void", "reason": "salah"})
    replica.receive(town.entries[-1:])
    (found,) = replica.store.read(lambda c: matching.waiting(c, 10))
    assert (found.values_json, found.person) == (None, b"p")
    _index_all(replica)
    assert replica.store.read(matching.population) == 0
    assert replica.store.read(lambda c: matching.people_with(c, "token", "a")) == 0
    assert replica.store.read(matching.left) == (0, 0)


def test_a_row_number_that_comes_again_is_looked_at_again(town, replica_of) -> None:
    town.register("siti")
    last = town.register("siti")
    replica = replica_of(town)
    _index_all(replica)
    replica.store.write(lambda c: _take_out(c, _rid(replica, last)))
    # Looked at before the number is given again, so that the note of it is gone.
    _index_all(replica)
    assert replica.store.read(matching.population) == 1
    again = town.register("siti")
    replica.receive(town.entries[-1:])
    assert _waiting(replica) == [_rid(replica, again)] == [2]


def _take_out(connection, rid: int) -> None:
    connection.execute("DELETE FROM registration WHERE rid = ?", (rid,))
    matching.note_gone(connection, [rid])


def test_after_a_rebuild_everybody_waits(town, replica_of) -> None:
    town.register("siti")
    replica = replica_of(town)
    _index_all(replica)
    replica.store.write(lambda c: (clear(c), replica.projector(c).project([])))
    assert replica.store.read(matching.left) == (0, 0)
    assert replica.store.read(matching.population) == 0
    replica.receive(town.entries)
    assert len(_waiting(replica)) == 1


def test_pairs_with_whoever_changed_meanwhile_are_not_kept(town, replica_of) -> None:
    for _ in range(3):
        town.register("siti")
    replica = replica_of(town)
    _index_all(replica)
    pairs = [Pair(1, 2, 9.0, 0.99, "almost_certain"), Pair(2, 3, 1.0, 0.6, "to_review")]
    replica.store.write(lambda c: matching.keep_pairs(c, {1: "s1", 2: "s2"}, {2: "s2", 3: "other"}, pairs))
    assert replica.store.read(lambda c: matching.pairs_after(c, (0, 0), 9)) == pairs[:1]
    assert replica.store.read(matching.uncompared_rids) == {3}


def test_a_block_that_comes_down_to_the_limit_has_its_people_compared_again(town, replica_of) -> None:
    people = [town.register("siti") for _ in range(5)]
    replica = replica_of(town)
    _index_all(replica, keys=lambda rid: (7,))
    replica.store.write(lambda c: matching.close_blocks(c, [7]))
    replica.store.write(lambda c: matching.keep_pairs(c, {rid: f"s{rid}" for rid in range(1, 6)}, {}, []))
    for person, left in ((people[0], set()), (people[1], {3, 4, 5})):
        town.write("siti", person, "void", {"decision": "void", "reason": "salah"})
        replica.receive(town.entries[-1:])
        _index_all(replica, keys=lambda rid: (7,))
        # The limit of these tests is three.
        assert replica.store.read(matching.uncompared_rids) == left


def test_only_pairs_of_people_who_stand_for_somebody_are_shown(town, replica_of) -> None:
    ids = [town.register("siti") for _ in range(3)]
    replica = replica_of(town)
    _index_all(replica)
    pairs = [Pair(1, 2, 9.0, 0.99, "almost_certain"), Pair(2, 3, -5.0, 0.03, "unlikely")]
    stamps = {rid: f"s{rid}" for rid in (1, 2, 3)}
    replica.store.write(lambda c: matching.keep_pairs(c, stamps, {}, pairs))
    shown = replica.store.read(lambda c: matching.known_pairs(c, ["almost_certain", "to_review"]))
    assert [(each.a, each.b, each.stamps) for each in shown] == [(*sorted(ids[:2]), ("s1", "s2"))]
    town.write("siti", ids[0], "void", {"decision": "void", "reason": "salah"})
    replica.receive(town.entries[-1:])
    assert replica.store.read(lambda c: matching.known_pairs(c, ["almost_certain"])) == []
