"""A centre that several processes share: whole journals with real keys and bundles, on a real PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import replicas
import servers
from conftest import make_office

from fieldapp.services import policy
from fieldapp.store.central.centre import Centre
from fieldapp.store.central.columns import Question
from fieldapp.store.rows import Inspected
from sync.errors import NotAllowed, Untrusted
from sync.postgres import connect

_numbers = count(1)
QUESTIONS = (Question("name", "text", "Nama"), Question("rt", "digits", "RT"))


@pytest.fixture
def office() -> Any:
    return make_office("centre")


@pytest.fixture
def address() -> str:
    return servers.address(servers.new_schema(f"centre{next(_numbers)}"))


def open_centre(address: str, office: Any, **over: Any) -> Centre:
    given = {"programme_id": office.founding.programme.id, "questions": QUESTIONS} | over
    return Centre(address, given["programme_id"], policy.rules(), given["questions"], lambda *_: Inspected())


@pytest.fixture
def centre(address: str, office: Any) -> Iterator[Centre]:
    opened = open_centre(address, office)
    opened.write(lambda journal: journal.add_certificate(office.founding.member.certificate))
    yield opened
    opened.close()


def ask(address: str, sql: str) -> list[tuple[Any, ...]]:
    with connect(address) as connection:
        return connection.execute(sql).fetchall()


def team(office: Any, number: int) -> list[Any]:
    made = replicas.make_team(office, policy.rules(), ["enumerator"] * number)
    for one in made:
        for turn in range(6):
            record = one.register(name=f"Contoh {turn}")
            if turn % 2:
                one.edit(record, rt="009")
    return made


def merge(centre: Centre, replica: Any, data: bytes) -> int:
    identities = [replica.office.founding.office_identity]

    def work(journal: Any) -> int:
        from sync.bundle import open_bundle

        return journal.merge(open_bundle(data, identities, journal.membership, journal.programme_id), 1).new

    return centre.write(work)


def test_what_is_merged_stands_in_the_readable_tables_at_once(centre: Centre, address: str, office: Any) -> None:
    (siti,) = team(office, 1)
    assert merge(centre, siti, siti.to_office().data) == 9
    assert ask(address, "SELECT count(*), count(*) FILTER (WHERE rt = '009') FROM registration") == [(6, 3)]
    assert ask(address, "SELECT role, standing FROM member ORDER BY role") == [
        ("admin", "active"),
        ("enumerator", "active"),
    ]
    assert ask(address, "SELECT pos, entries FROM report_batch ORDER BY pos") == [(1, 9)]
    assert ask(address, "SELECT count(*) FROM quarantine") == [(0,)]


def test_what_does_not_count_is_listed_with_its_reason(centre: Centre, address: str, office: Any) -> None:
    (siti,) = replicas.make_team(office, policy.rules(), ["enumerator"])
    pen = office.pen(siti.identity, "64.71.05.1002")
    stored = pen.write(siti.journal.new_record(siti.author), "new", {"name": "Luar Wilayah"})
    data = replicas.bundle_of(office, siti.identity, [replicas.sealed_chain(siti.identity, stored)])
    merge(centre, siti, data)
    assert ask(address, "SELECT entry, type, area, kind, reason FROM quarantine") == [
        (stored.id, "registration", "64.71.05.1002", "new", "outside_scope")
    ]
    assert ask(address, "SELECT count(*) FROM registration") == [(0,)]


def test_two_hubs_that_merge_at_once_lose_and_double_nothing(centre: Centre, address: str, office: Any) -> None:
    laptops = team(office, 5)
    bundles = [(one, one.to_office().data) for one in laptops]
    other = open_centre(address, office)
    work = [(where, *bundle) for bundle in bundles for where in (centre, other)]
    with ThreadPoolExecutor(len(work)) as pool:
        new = list(pool.map(lambda each: merge(*each), work))
    assert sum(new) == 5 * 9
    assert ask(address, "SELECT count(*), count(DISTINCT id) FROM entry") == [(45, 45)]
    assert ask(address, "SELECT count(*), count(DISTINCT id), max(rid) FROM registration") == [(30, 30, 30)]
    batches = other.read(lambda journal: journal.batches_after(0))
    assert ([batch.pos for batch in batches], sum(batch.entries for batch in batches)) == ([1, 2, 3, 4, 5], 45)
    held = {chain: spans for one in laptops for chain, spans in one.journal.coverage().items()}
    assert centre.read(lambda journal: journal.coverage()) == held
    assert len(ask(address, "SELECT id FROM member")) == 6
    other.close()


def test_several_hubs_that_start_at_once_on_an_empty_database_make_its_tables_once(address: str, office: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        centres = list(pool.map(lambda _: open_centre(address, office), range(4)))
    assert len({each.epoch() for each in centres}) == 1
    assert ask(address, "SELECT name, n FROM counter WHERE name = 'batch'") == [("batch", 0)]
    for each in centres:
        each.close()


def test_a_rebuild_brings_every_table_out_the_same(centre: Centre, address: str, office: Any) -> None:
    for one in team(office, 2):
        merge(centre, one, one.to_office().data)
    before = ask(address, "SELECT id, state, rt FROM registration ORDER BY id")
    assert centre.rebuild()
    assert ask(address, "SELECT id, state, rt FROM registration ORDER BY id") == before
    with connect(address) as connection:
        connection.execute("DELETE FROM registration WHERE rt = '009'")
        connection.execute("UPDATE registration SET name = 'Diubah tangan'")
    assert not centre.rebuild()
    assert ask(address, "SELECT id, state, rt FROM registration ORDER BY id") == before
    assert centre.rebuild()
    assert len(ask(address, "SELECT id FROM member")) == 3


def test_a_newer_form_fills_its_new_column_from_what_was_registered_before(
    centre: Centre, address: str, office: Any
) -> None:
    (siti,) = replicas.make_team(office, policy.rules(), ["enumerator"])
    siti.register(hobby="memancing")
    merge(centre, siti, siti.to_office().data)
    newer = open_centre(address, office, questions=(*QUESTIONS, Question("hobby", "text", "Kegemaran")))
    assert ask(address, "SELECT name, hobby FROM registration") == [("Contoh Rekaan", "memancing")]
    newer.close()


def test_another_programme_is_refused_and_nothing_of_it_written(centre: Centre, address: str, office: Any) -> None:
    with pytest.raises(Untrusted, match="database_foreign"):
        open_centre(address, office, programme_id="f" * 32)
    assert ask(address, "SELECT value FROM meta WHERE key = 'programme'") == [(office.founding.programme.id,)]


def statements() -> list[str]:
    """What docs/pusat.md tells an office to run."""
    text = (Path(__file__).parents[2] / "docs" / "pusat.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    return [" ".join(one.split()) for block in blocks for one in block.split(";") if one.strip()]


def test_what_the_page_about_the_centre_says_can_be_run_by_a_role_that_only_reads(
    centre: Centre, address: str, office: Any
) -> None:
    for one in team(office, 1):
        merge(centre, one, one.to_office().data)
    grants = [one for one in statements() if one.startswith("GRANT SELECT")]
    asked = [one for one in statements() if one.startswith("SELECT")]
    assert (len(grants), len(asked)) == (1, 6)
    schema = re.search(r"search_path%3D(\w+)", address)[1]  # type: ignore[index]
    with connect(address) as connection:
        connection.execute("ALTER TABLE registration ADD COLUMN job TEXT")
        connection.execute("CREATE ROLE pembaca")
        connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO pembaca")
        connection.execute(grants[0])
        connection.execute("SET ROLE pembaca")
        try:
            for one in asked:
                if "FROM quarantine" not in one:
                    connection.execute(one)
            for refused in ("SELECT body FROM entry", "DELETE FROM registration", "SELECT * FROM registration_values"):
                with pytest.raises(NotAllowed, match="database_refused"):
                    connection.execute(refused)
        finally:
            connection.execute("RESET ROLE")
            connection.execute("DROP OWNED BY pembaca")
            connection.execute("DROP ROLE pembaca")
        for one in asked:
            connection.execute(one)
