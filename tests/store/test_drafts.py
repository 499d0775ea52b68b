"""Drafts: nothing typed is lost, whatever it is."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.store import disclosures, drafts, local
from fieldapp.store.drafts import Draft, Unreadable
from fieldapp.store.store import Store

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_a_draft_opens_again_exactly_where_it_was(store: Store) -> None:
    draft = Draft(
        id="d1",
        member="m1",
        values={"name": "Sinta Contoh", "kinds": ["sensorik_netra"], "domicile_same": True},
        started_ms=1_700_000_000_000,
        updated_ms=1_700_000_060_000,
        section="disability",
        field="wg_seeing",
        edits="r1",
        errors=2,
        warnings=1,
        seconds=60,
    )
    store.write(lambda connection: drafts.save(connection, draft))
    assert store.read(lambda connection: drafts.get(connection, "d1")) == draft
    assert "Sinta" not in repr(draft)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.dictionaries(st.text(st.characters(), max_size=8), _JSON, max_size=4))
def test_any_answers_come_back_as_they_were_typed(store: Store, values: dict[str, object]) -> None:
    draft = Draft(id="d", member="m", values=values, started_ms=1, updated_ms=1)
    store.write(lambda connection: drafts.save(connection, draft))
    kept = store.read(lambda connection: drafts.get(connection, "d"))
    assert kept is not None
    assert kept.values == values


def test_ten_megabytes_in_one_field_are_kept(store: Store) -> None:
    draft = Draft(id="d", member="m", values={"name": "x" * 10_000_000}, started_ms=1, updated_ms=1)
    store.write(lambda connection: drafts.save(connection, draft))
    kept = store.read(lambda connection: drafts.get(connection, "d"))
    assert kept == draft


def test_drafts_are_listed_and_counted_for_each_member(store: Store) -> None:
    def of(name: str, member: str) -> Draft:
        return Draft(id=name, member=member, values={}, started_ms=1, updated_ms=1)

    store.write(lambda c: drafts.save_all(c, [of("b", "m1"), of("a", "m1"), of("c", "m2")]))
    assert [draft.id for draft in store.read(lambda c: drafts.all_drafts(c, "m1"))] == ["a", "b"]
    assert [draft.id for draft in store.read(drafts.all_drafts)] == ["a", "b", "c"]
    assert store.read(lambda c: (drafts.count(c), drafts.count(c, "m2"))) == (3, 1)
    assert store.write(lambda c: drafts.delete(c, "a"))
    assert not store.write(lambda c: drafts.delete(c, "a"))
    assert store.read(lambda c: drafts.get(c, "a")) is None


def test_unreadable_lines_are_kept_word_for_word(store: Store) -> None:
    lines = [
        Unreadable(id=f"u{number}", member="m", source="s1", line=number, content=content, kept_ms=5)
        for number, content in enumerate([b'{"nik": 6.47E+15', b"\xff\x00\xfe", b"[1, 2]", b""], start=1)
    ]
    store.write(lambda c: drafts.keep_unreadable(c, lines))
    assert store.read(drafts.unreadable_lines) == lines
    assert store.write(lambda c: drafts.delete_unreadable(c, "u2"))
    assert [line.line for line in store.read(drafts.unreadable_lines)] == [1, 3, 4]


def test_local_values_are_json_and_the_device_id_is_made_once(store: Store) -> None:
    store.write(lambda c: local.put(c, local.LAST_SYNC_MS, 17))
    store.write(lambda c: local.put(c, "seen", {"list": [1, "dua", None]}))
    assert store.read(lambda c: local.get(c, "seen")) == {"list": [1, "dua", None]}
    assert store.read(lambda c: local.get(c, "absent", 4)) == 4
    first = store.write(local.device_id)
    assert store.write(local.device_id) == first
    assert len(bytes.fromhex(first)) == 16
    store.write(lambda c: local.remove(c, local.DEVICE))
    assert store.write(local.device_id) != first


def test_each_showing_of_a_whole_nik_and_each_export_is_kept(store: Store) -> None:
    store.write(lambda c: disclosures.keep(c, "r1", "m1", 5))
    store.write(lambda c: disclosures.keep_export(c, "m2", 4, 300))
    assert store.read(disclosures.all_disclosures) == [("nik", "m1", 5, "r1", 1), ("export", "m2", 4, None, 300)]
