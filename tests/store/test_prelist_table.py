"""People to visit as lists show them: what entries make of each, their order and states; nothing of who refused."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from fieldapp.domain.prelist import emptied, refused, visited
from fieldapp.store import drafts, local, migrations, prelist, store
from fieldapp.store.db import connect
from fieldapp.store.store import NAME

AREA = "64.71.05.1002"
AT, LATER = "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"
ME = "a" * 32
KEY = bytes(range(32))


def rows(replica: Any, **wanted: Any) -> list[prelist.ItemRow]:
    def read(connection: Any) -> list[prelist.ItemRow]:
        return prelist.rows(connection, ME, prelist.ids(connection, ME, **wanted))

    return replica.store.read(read)


def states(replica: Any) -> dict[str, str]:
    return {row.name: row.state for row in rows(replica)}


def test_people_come_by_area_rw_rt_and_name(town, replica_of) -> None:
    for name, rw, rt in (("Zaki", "001", "001"), ("Budi", "002", "001"), ("ani", "001", "002"), ("Beni", "001", "001")):
        town.item(name=name, rw=rw, rt=rt)
    town.visit("siti", town.item(name="Aminah", rw="001", rt="001"), refused({"rt": "001", "rw": "001"}, AT))
    # Who refused has no name to stand by, and stands behind the others of the RT.
    assert [row.name for row in rows(replica_of(town))] == ["Beni", "Zaki", "", "ani", "Budi"]


def test_a_page_shows_what_a_visit_needs_and_leaves_out_what_is_unknown(town, replica_of) -> None:
    item = town.item(address="Jl. Rekaan 7")
    town.visit("siti", item, visited({}, "tidak_di_rumah", AT))
    replica = replica_of(town)
    (row,) = replica.store.read(lambda c: prelist.rows(c, ME, ["01a00000-0000-7000-8000-00000000ffff", item]))
    assert row == (
        item, "Contoh Didatangi", "Jl. Rekaan 7", "005", "001", AREA, "tidak_di_rumah", 1, AT, None,
    )  # fmt: skip
    assert "Didatangi" not in repr(row)


def test_filters_and_words_narrow_the_list(town, replica_of) -> None:
    town.item(name="Sri Contoh", address="Gg. Mawar 1", rt="001")
    town.item(name="Contoh Mawarti", address="Gg. 100% Melati_A", rt="002")
    moved = town.item(name="Pindah Rekaan", rt="002")
    town.visit("siti", moved, visited({}, "pindah", AT))
    replica = replica_of(town)

    def names(**wanted: Any) -> set[str]:
        return {row.name for row in rows(replica, **wanted)}

    assert names(rt="002") == {"Contoh Mawarti", "Pindah Rekaan"}
    assert names(rw="009") == set()
    assert names(state="pindah") == {"Pindah Rekaan"}
    assert names(state="belum", rt="002") == {"Contoh Mawarti"}
    assert names(text="MAWAR contoh") == {"Sri Contoh", "Contoh Mawarti"}
    assert names(text="gg. mawar 1") == {"Sri Contoh", "Contoh Mawarti"}
    assert names(text="mawar1") == {"Sri Contoh"}
    assert names(text="100%") == {"Contoh Mawarti"}
    assert names(text="%") == names(text="_") == names()
    assert names(area="64.71.05") == names(area=AREA) == names()
    assert names(area="64.71.0") == names(area="64.71.05.1003") == set()


def test_who_is_registered_stands_so_by_the_item_or_by_the_nik(town, replica_of) -> None:
    by_item = town.item(name="Lewat Daftar")
    town.item(name="Sama NIK", nik="6471015203809005")
    first = town.register("siti", prelist_id=by_item)
    town.register("budi", nik="6471015203809005")
    replica = replica_of(town)
    assert states(replica) == {"Lewat Daftar": "terdaftar", "Sama NIK": "terdaftar"}
    assert next(row.registration for row in rows(replica) if row.name == "Lewat Daftar") == first
    assert replica.store.read(lambda c: prelist.registration_of(c, by_item)) == first
    # Taken out again, nobody is registered any more.
    town.write("siti", first, "void", {"decision": "void", "reason": "x"})
    replica.receive(town.entries[-1:])
    assert states(replica)["Lewat Daftar"] == "belum"


def test_an_open_form_shows_to_whoever_fills_it_in(town, replica_of) -> None:
    item = town.item()
    replica = replica_of(town)
    draft = drafts.Draft("d", ME, {"prelist_id": item, "name": "Contoh"}, started_ms=1, updated_ms=1)
    replica.store.write(lambda c: drafts.save(c, draft))
    assert [row.state for row in rows(replica)] == ["draf"]
    assert [row.state for row in replica.store.read(lambda c: prelist.rows(c, "b" * 32, [item]))] == ["belum"]
    assert replica.store.read(lambda c: prelist.draft_of(c, ME, item)) == "d"
    assert replica.store.read(lambda c: prelist.draft_of(c, "b" * 32, item)) is None
    # A draft may hold what no database reads as JSON.
    replica.store.write(lambda c: c.execute("UPDATE draft SET values_json = '{' WHERE id = 'd'"))
    assert [row.state for row in rows(replica)] == ["belum"]
    assert replica.store.read(lambda c: prelist.draft_of(c, ME, item)) is None


def test_a_refusal_leaves_no_name_here_though_somebody_else_came_at_the_same_time(town, replica_of) -> None:
    item = town.item(nik="6471015203809007", address="Jl. Rahasia 3", phone="+62812000", note="anak kedua")
    seen = list(town.entries)
    town.visit("siti", item, refused({"rt": "005", "rw": "001"}, AT), knowing=seen)
    # Later, and shown first: but a refusal is not undone by somebody who did not know of it.
    town.visit("budi", item, visited({}, "tidak_di_rumah", LATER, "Contoh tidak menjawab"), knowing=seen)
    town.visit("rina", item, {"name": "Contoh Nama Baru"}, knowing=seen)
    replica = replica_of(town)
    (row,) = rows(replica)
    assert (row.state, row.name, row.address, row.rt) == ("menolak", "", "", "005")
    kept = repr(replica.dump()["prelist_item"])
    for text in ("Contoh", "contoh", "9007", "Rahasia", "rahasia", "+62812000", "anak kedua"):
        assert text not in kept
    assert "prelist" not in repr(replica.dump()["other_record"])


def test_who_is_gone_is_neither_listed_nor_counted(town, replica_of) -> None:
    stays, goes, taken_back = town.item(name="Tetap"), town.item(name="Hilang"), town.item(name="Batal")
    town.visit("rina", goes, {**emptied({"rt": "005"}), "gone": True})
    town.write("rina", taken_back, "void", {"decision": "void", "reason": "x"}, type="prelist")
    replica = replica_of(town)
    assert states(replica) == {"Tetap": "belum"}
    assert [each.people for each in replica.store.read(lambda c: prelist.tally(c, ME))] == [1]
    assert replica.store.read(prelist.to_visit) == 1
    assert replica.store.read(lambda c: prelist.with_prefix(c, goes)) == []
    assert replica.store.read(lambda c: prelist.with_prefix(c, stays)) == [stays]


def test_each_rt_is_counted_by_state(town, replica_of) -> None:
    for rt, visit in (("001", None), ("001", "pindah"), ("002", None), ("001", None), ("002", "tidak_di_rumah")):
        item = town.item(rt=rt)
        if visit:
            town.visit("siti", item, visited({}, visit, AT))
    town.register("siti", prelist_id=town.item(rt="002"))
    replica = replica_of(town)
    counted = {(each.rt, each.state): each.people for each in replica.store.read(lambda c: prelist.tally(c, ME))}
    assert counted == {
        ("001", "belum"): 2, ("001", "pindah"): 1, ("002", "belum"): 1, ("002", "tidak_di_rumah"): 1,
        ("002", "terdaftar"): 1,
    }  # fmt: skip
    # Whoever was not at home is to be visited again.
    assert replica.store.read(prelist.to_visit) == 4


def test_ten_thousand_people_come_a_page_at_a_time(town, replica_of) -> None:
    replica = replica_of(town)

    def fill(connection: Any) -> None:
        connection.execute(
            """WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
            INSERT INTO prelist_item (id, list, scope, rw, rt, name, name_key, search, address, nik, visit, visited_at,
                visits, is_gone, values_json)
            SELECT printf('01a00000-0000-7000-8000-%012d', i), 'l', '64.71.05.100' || (i % 7), printf('%03d', i % 9),
                printf('%03d', i % 40), 'Orang ' || i, printf('orang %05d', i), 'orang' || i, '',
                NULL, NULL, NULL, 0, 0, '{}'
            FROM n"""
        )

    replica.store.write(fill)
    found = replica.store.read(lambda c: prelist.ids(c, ME))
    assert len(found) == len(set(found)) == 10_000
    page = replica.store.read(lambda c: prelist.rows(c, ME, found[5000:5064]))
    assert [row.id for row in page] == found[5000:5064]
    order = [(row.scope, row.rw, row.rt) for row in replica.store.read(lambda c: prelist.rows(c, ME, found))]
    assert order == sorted(order)
    plan = replica.store.read(
        lambda c: c.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM prelist_item WHERE is_gone = 0 ORDER BY scope, rw, rt, name_key, id"
        ).fetchall()
    )
    assert "COVERING INDEX prelist_in_order" in repr(plan)
    assert "TEMP B-TREE" not in repr(plan)


def test_registrations_of_before_are_known_by_the_item_that_they_name(folder) -> None:
    folder.mkdir()
    connection = connect(folder / NAME, KEY, create=True)
    connection.execute("BEGIN IMMEDIATE")
    before = migrations.NAMES.index("prelist")
    migrations.STEPS.apply(Database(connection), stop_before=migrations.NAMES[before:])
    connection.execute(f"PRAGMA user_version = {before}")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(registration)") if row[3] and not row[5]]
    for number, values in enumerate(('{"prelist_id":"i1"}', '{"prelist_id":7}', "{}"), start=1):
        row = ", ".join("'r" + str(number) + "'" if name == "id" else "0" for name in columns)
        names = ", ".join(columns)
        connection.execute(f"INSERT INTO registration (rid, {names}) VALUES ({number}, {row})")  # noqa: S608 - our words
        connection.execute("INSERT INTO registration_values VALUES (?, ?)", (number, values))
    item = ("i1", "prelist", AREA, ME, 1, 0, "{}")
    connection.execute("INSERT INTO other_record VALUES (?, ?, ?, ?, ?, ?, ?)", item)
    connection.execute("COMMIT")
    connection.close()
    with store.Store(folder, KEY) as opened:
        done = opened.read(lambda c: c.execute("SELECT registration, item FROM prelist_done").fetchall())
        assert done == [("r1", "i1")]
        # What older programs kept of items without reading it is worked out when the laptop is next unlocked.
        assert opened.read(lambda c: local.get(c, local.REBUILD)) is True
