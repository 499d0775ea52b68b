"""What a record is: named parents, groups, conflicts as values, decisions bound to what was seen, quarantine."""

from typing import Any

import pytest

from sync.fold import Record, Rules, fold
from sync.record_id import RecordIds

START_MS = 1_767_225_600_000
AREA, NEIGHBOUR = "64.71.05.1001", "64.71.05.1002"


class Desk:
    """One record, its writers, and the entries known so far."""

    def __init__(self, office: Any, rules: Rules) -> None:
        self.office, self.rules, self.id = office, rules, office.record()
        # Names nobody; `begun_by` makes one that does.
        self.ani = office.pen(office.join(name="Ani Rekaan")[0])
        self.budi = office.pen(office.join(name="Budi Rekaan")[0])
        self.supervisor = office.pen(office.join("supervisor", ["64.71"])[0])
        self.known: list[Any] = []

    def fold(self, *known: Any) -> Record:
        return fold(self.id, known or self.known, self.rules, self.office.membership)

    def begun_by(self, pen: Any) -> None:
        """The record of this desk has an id that names who writes with this pen."""
        self.id = RecordIds().next(pen.identity.member_id, START_MS, self.office.random)

    def write(self, pen: Any, kind: str, f: dict[str, Any] | None = None, **over: Any) -> Any:
        self.known.append(pen.write(self.id, kind, f, **over))
        return self.known[-1]

    def heads(self, group: str) -> list[str]:
        return [head.entry for head in self.fold().groups[group]]


@pytest.fixture
def desk(office: Any, rules: Rules) -> Desk:
    return Desk(office, rules)


def test_a_record_of_one_entry_shows_its_values(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh", "rt": "001", "rw": None})
    record = desk.fold()
    assert record.values == {"name": "Contoh", "rt": "001"}
    assert (record.type, record.scope, record.complete) == ("registration", AREA, True)
    assert (record.origin_by, record.origin_t) == (new.entry.au, new.entry.t)
    assert record.history == (new,)
    assert record.groups["address"][0].values == {"rt": "001", "rw": None}
    assert not record.conflicts
    assert not record.quarantined


def test_an_edit_replaces_the_heads_it_names_and_leaves_other_groups(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh", "phone": "081"})
    edit = desk.write(desk.budi, "edit", {"phone": "082"}, b={"phone": [new.id]})
    assert desk.fold().values == {"name": "Contoh", "phone": "082"}
    assert desk.heads("phone") == [edit.id]
    assert desk.heads("name") == [new.id]


def test_edits_of_different_groups_merge_by_themselves(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh", "phone": "081"})
    desk.write(desk.ani, "edit", {"name": "Contoh Satu"}, b={"name": [new.id]})
    desk.write(desk.budi, "edit", {"phone": "082"}, b={"phone": [new.id]})
    assert desk.fold().values == {"name": "Contoh Satu", "phone": "082"}
    assert not desk.fold().conflicts


def test_edits_of_one_group_are_a_conflict_and_both_values_stay(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    early = desk.write(desk.ani, "edit", {"name": "Satu"}, b={"name": [new.id]}, t=(5, 0))
    late = desk.write(desk.budi, "edit", {"name": "Dua"}, b={"name": [new.id]}, t=(6, 0))
    record = desk.fold()
    assert record.conflicts == ("name",)
    assert record.values == {"name": "Dua"}
    assert [(head.entry, head.by, head.values) for head in record.groups["name"]] == [
        (late.id, late.entry.au, {"name": "Dua"}),
        (early.id, early.entry.au, {"name": "Satu"}),
    ]


def test_edits_of_unlike_fields_of_one_group_are_a_conflict_and_never_mixed(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"rt": "001", "rw": "002", "area": AREA})
    desk.write(desk.ani, "edit", {"rt": "009", "rw": "002", "area": AREA}, b={"address": [new.id]}, t=(5, 0))
    desk.write(desk.budi, "edit", {"rt": "001", "rw": "008", "area": AREA}, b={"address": [new.id]}, t=(6, 0))
    assert desk.fold().conflicts == ("address",)
    assert desk.fold().values == {"rt": "001", "rw": "008", "area": AREA}


def test_the_same_change_on_both_sides_is_settled(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh", "rt": "001"})
    for pen in (desk.ani, desk.budi):
        desk.write(pen, "edit", {"name": "Satu", "rt": None}, b={"name": [new.id], "address": [new.id]})
    assert not desk.fold().conflicts
    assert len(desk.fold().groups["name"]) == 2


@pytest.mark.parametrize(("one", "other"), [(True, 1), (0, False), ("1", 1), ([], {}), ([1, 2], [2, 1])])
def test_values_that_only_look_equal_are_a_conflict(desk: Desk, one: Any, other: Any) -> None:
    desk.write(desk.ani, "new", {"name": one})
    desk.write(desk.budi, "new", {"name": other})
    assert desk.fold().conflicts == ("name",)


def test_key_order_inside_a_value_is_no_conflict(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": {"a": 1, "b": 2}})
    desk.write(desk.budi, "new", {"name": {"b": 2, "a": 1}})
    assert not desk.fold().conflicts


def test_a_resolution_that_names_all_heads_settles_the_conflict(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    desk.write(desk.ani, "edit", {"name": "Satu"}, b={"name": [new.id]})
    desk.write(desk.budi, "edit", {"name": "Dua"}, b={"name": [new.id]})
    done = desk.write(desk.supervisor, "resolve", {"name": "Dua"}, b={"name": desk.heads("name")})
    assert not desk.fold().conflicts
    assert desk.heads("name") == [done.id]


def test_a_resolution_that_names_only_the_shown_head_leaves_the_conflict(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    desk.write(desk.ani, "edit", {"name": "Satu"}, b={"name": [new.id]})
    desk.write(desk.budi, "edit", {"name": "Dua"}, b={"name": [new.id]})
    desk.write(desk.supervisor, "resolve", {"name": "Tiga"}, b={"name": desk.heads("name")[:1]})
    assert desk.fold().conflicts == ("name",)


def test_two_resolutions_of_one_conflict_are_a_conflict_again(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    desk.write(desk.budi, "new", {"name": "Lain"})
    heads = desk.heads("name")
    desk.write(desk.ani, "resolve", {"name": "Satu"}, b={"name": heads})
    desk.write(desk.supervisor, "resolve", {"name": "Dua"}, b={"name": heads})
    assert desk.fold().conflicts == ("name",)
    assert new.id not in desk.heads("name")


def test_an_edit_whose_writer_saw_nothing_stands_beside_what_was_there(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    desk.write(desk.budi, "edit", {"name": "Lain"})
    assert desk.fold().conflicts == ("name",)


def test_whoever_sets_nothing_in_a_group_replaces_nothing_there(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh", "phone": "081"})
    desk.write(desk.budi, "edit", {"phone": "082"}, b={"name": [new.id], "phone": [new.id]})
    assert desk.fold().values == {"name": "Contoh", "phone": "082"}


def test_parents_named_by_a_field_that_has_since_joined_a_group_still_count(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"rt": "001"})
    edit = desk.write(desk.budi, "edit", {"rt": "002"}, b={"rt": [new.id]})
    assert desk.heads("address") == [edit.id]


def test_a_cleared_value_is_as_good_as_none(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"rt": "001", "rw": None})
    desk.write(desk.budi, "new", {"rt": "001"})
    assert not desk.fold().conflicts


def test_a_cleared_value_conflicts_with_a_kept_one(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    desk.write(desk.ani, "edit", {"name": None}, b={"name": [new.id]}, t=(2**50, 0))
    desk.write(desk.budi, "edit", {"name": "Dua"}, b={"name": [new.id]})
    assert desk.fold().conflicts == ("name",)
    assert desk.fold().values == {}


def test_an_edit_of_an_unknown_origin_counts_provisionally(desk: Desk) -> None:
    edit = desk.write(desk.budi, "edit", {"name": "Dua"}, b={"name": ["0" * 32]})
    record = desk.fold()
    assert record.values == {"name": "Dua"}
    assert (record.complete, record.origin_by, record.origin_t, record.scope) == (False, "", (0, 0), AREA)
    assert (record.type, record.history) == ("registration", (edit,))


def test_the_earliest_of_several_new_entries_is_the_origin(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Satu"}, t=(7, 0))
    early = desk.write(desk.budi, "new", {"name": "Dua"}, t=(6, 9))
    record = desk.fold()
    assert record.origin_by == early.entry.au
    assert record.conflicts == ("name",)
    assert record.values == {"name": "Satu"}


def test_whom_the_id_names_is_the_origin_whatever_others_date_before(desk: Desk) -> None:
    desk.begun_by(desk.ani)
    early = desk.write(desk.budi, "new", {"name": "Rampas"}, t=(0, 0))
    assert desk.fold().origin == early
    again = desk.write(desk.ani, "new", {"name": "Dua"}, t=(8, 0))
    new = desk.write(desk.ani, "new", {"name": "Satu"}, t=(7, 0))
    record = desk.fold()
    assert (record.origin, record.origin_by, record.origin_t) == (new, new.entry.au, (7, 0))
    assert record.history == (early, new, again)
    assert not record.quarantined


def test_an_older_beginning_neither_hides_nor_moves_a_record_that_names_its_author(desk: Desk) -> None:
    desk.begun_by(desk.ani)
    neighbour = desk.office.pen(desk.office.join(scopes=[NEIGHBOUR])[0], NEIGHBOUR)
    other_type = desk.write(desk.budi, "new", {"name": "Rampas"}, t=(0, 0), y="decree")
    elsewhere = desk.write(neighbour, "new", {"name": "Rampas"}, t=(0, 0))
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    record = desk.fold()
    assert (record.type, record.scope, record.values, record.history) == (
        "registration",
        AREA,
        {"name": "Contoh"},
        (new,),
    )
    assert sorted(record.quarantined) == sorted([(other_type.id, "type_differs"), (elsewhere.id, "outside_scope")])


def test_a_beginning_that_does_not_count_is_not_the_origin_though_the_id_names_its_author(desk: Desk) -> None:
    neighbour = desk.office.pen(desk.office.join(scopes=[NEIGHBOUR])[0], NEIGHBOUR)
    desk.begun_by(neighbour)
    bad = desk.write(neighbour, "new", {"name": "Rampas"}, s=AREA, t=(1, 0))
    good = desk.write(desk.ani, "new", {"name": "Contoh"})
    assert desk.fold().origin == good
    assert desk.fold().quarantined == ((bad.id, "outside_scope"),)


def test_a_decision_is_fresh_until_a_head_changes(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    desk.write(desk.supervisor, "decide", {"decision": "approve"}, of=desk.fold().digest)
    assert [(d.kind, d.fresh) for d in desk.fold().decisions] == [("decide", True)]
    desk.write(desk.ani, "comment", {"text": "sudah"})
    assert desk.fold().decisions[0].fresh
    desk.write(desk.ani, "edit", {"name": "Contoh Satu"}, b={"name": [new.id]})
    assert [(d.kind, d.fresh) for d in desk.fold().decisions] == [("decide", False)]


def test_a_decision_on_what_was_not_seen_is_not_fresh(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    seen = desk.fold(new).digest
    desk.write(desk.ani, "edit", {"phone": "081"})
    desk.write(desk.supervisor, "decide", {"decision": "approve"}, of=seen)
    assert not desk.fold().decisions[0].fresh


def test_a_later_decision_replaces_the_ones_its_writer_saw(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    first = desk.write(desk.supervisor, "decide", {"decision": "return"}, of=desk.fold().digest)
    second = desk.write(
        desk.supervisor, "decide", {"decision": "approve"}, of=desk.fold().digest, b={"decision": [first.id]}
    )
    assert [d.entry for d in desk.fold().decisions] == [second.id]


def test_decisions_made_apart_both_stand_latest_first(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    other = desk.office.pen(desk.office.join("supervisor", ["*"])[0])
    digest = desk.fold().digest
    early = desk.write(desk.supervisor, "decide", {"decision": "approve"}, of=digest, t=(5, 0))
    late = desk.write(other, "decide", {"decision": "reject"}, of=digest, t=(6, 0))
    assert [(d.entry, d.fields["decision"]) for d in desk.fold().decisions] == [
        (late.id, "reject"),
        (early.id, "approve"),
    ]


def test_a_void_beside_an_edit_is_stale_and_both_are_seen(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    digest = desk.fold().digest
    desk.write(desk.supervisor, "void", {"reason": "ganda"}, of=digest)
    assert desk.fold().decisions[0].fresh
    desk.write(desk.budi, "edit", {"name": "Satu"}, b={"name": [new.id]})
    record = desk.fold()
    assert [(d.kind, d.fresh) for d in record.decisions] == [("void", False)]
    assert record.values == {"name": "Satu"}


def test_void_and_decide_replace_each_other(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    void = desk.write(desk.supervisor, "void", {}, of=desk.fold().digest)
    undo = desk.write(desk.supervisor, "decide", {"decision": "undo"}, of=desk.fold().digest, b={"decision": [void.id]})
    assert [d.entry for d in desk.fold().decisions] == [undo.id]


def test_comments_stand_in_order_and_set_no_field(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    digest = desk.fold().digest
    desk.write(desk.supervisor, "comment", {"name": "dua"}, t=(9, 0))
    desk.write(desk.ani, "comment", {"name": "satu"}, t=(8, 0))
    record = desk.fold()
    assert [(c.fields["name"], c.fresh, c.of) for c in record.comments] == [("satu", True, None), ("dua", True, None)]
    assert record.values == {"name": "Contoh"}
    assert record.digest == digest


def test_a_conflict_of_equal_values_still_changes_the_digest(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    digest = desk.fold().digest
    desk.write(desk.budi, "new", {"name": "Contoh"})
    assert desk.fold().digest != digest
    assert not desk.fold().conflicts


@pytest.mark.parametrize("fields", [{}, {"name": "Contoh", "rt": None}])
def test_the_digest_does_not_depend_on_what_is_only_said_beside(desk: Desk, fields: dict[str, Any]) -> None:
    new = desk.write(desk.ani, "new", fields)
    desk.write(desk.ani, "comment", {"text": "sudah"})
    assert desk.fold().digest == desk.fold(new).digest
    assert desk.fold().groups == desk.fold(new).groups
    assert desk.fold().values == desk.fold(new).values


def test_a_comment_alone_makes_no_field(desk: Desk) -> None:
    desk.write(desk.ani, "comment", {"name": "Contoh"})
    assert (desk.fold().values, desk.fold().groups, len(desk.fold().comments)) == ({}, {}, 1)


def test_what_is_remembered_of_field_names_stays_small(rules: Rules) -> None:
    for number in range(2000):
        rules.layout({f"field_{number}": 1, "name": 2})
    assert rules.layout({f"field_{number}": 1 for number in range(5000)}).groups[0] == "field_0"
    assert len(rules._layouts) <= 512
    assert all(len(key) <= 256 for key in rules._layouts)


def test_an_entry_of_another_record_is_a_mistake_of_the_caller(desk: Desk) -> None:
    stray = desk.ani.write(desk.office.record(), "new", {"name": "Lain"})
    with pytest.raises(ValueError, match="another record"):
        desk.fold(stray)


def test_a_record_without_entries_that_count_is_empty(desk: Desk) -> None:
    stranger = desk.office.pen(type(desk.ani.identity)(b"s" * 32, desk.ani.identity.age_identity))
    new = desk.write(stranger, "new", {"name": "Contoh"})
    record = desk.fold()
    assert record.quarantined == ((new.id, "member_unknown"),)
    assert (record.type, record.scope, record.values, record.history) == ("", "", {}, ())
    assert not record.complete


def test_a_quarantined_entry_replaces_no_head(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    outsider = desk.office.pen(desk.office.join(scopes=[NEIGHBOUR])[0], NEIGHBOUR)
    bad = desk.write(outsider, "edit", {"name": "Rampas"}, b={"name": [new.id]})
    record = desk.fold()
    assert record.quarantined == ((bad.id, "outside_scope"),)
    assert record.values == {"name": "Contoh"}
    assert desk.heads("name") == [new.id]
    assert record.digest == desk.fold(new).digest


def test_a_quarantined_decision_replaces_no_decision(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    good = desk.write(desk.supervisor, "decide", {"decision": "approve"}, of=desk.fold().digest)
    bad = desk.write(desk.budi, "decide", {"decision": "reject"}, of=desk.fold().digest, b={"decision": [good.id]})
    assert [d.entry for d in desk.fold().decisions] == [good.id]
    assert desk.fold().quarantined == ((bad.id, "role_not_allowed"),)


def test_a_heads_parent_in_quarantine_leaves_the_valid_edit_standing(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    outsider = desk.office.pen(desk.office.join(scopes=[NEIGHBOUR])[0], NEIGHBOUR)
    bad = desk.write(outsider, "edit", {"name": "Rampas"}, b={"name": [new.id]})
    desk.write(desk.budi, "edit", {"name": "Dua"}, b={"name": [bad.id]})
    assert desk.fold().conflicts == ("name",)


def test_the_origins_scope_binds_even_where_the_entry_names_another(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    outsider = desk.office.pen(desk.office.join(scopes=[NEIGHBOUR])[0], NEIGHBOUR)
    in_own = desk.write(outsider, "edit", {"name": "Rampas"})
    in_public = desk.write(outsider, "edit", {"name": "Rampas"}, s="*")
    in_ours = desk.write(outsider, "edit", {"name": "Rampas"}, s=AREA)
    assert {code for _, code in desk.fold().quarantined} == {"outside_scope"}
    assert desk.fold().history == (new,)
    assert desk.fold(in_own, in_public, in_ours).quarantined == ((in_ours.id, "outside_scope"),)


def test_a_wide_scope_covers_what_lies_below_and_not_what_only_begins_alike(desk: Desk) -> None:
    new = desk.write(desk.ani, "new", {"name": "Contoh"})
    wide = desk.office.pen(desk.office.join(scopes=["64.71.05"])[0], "64.71.05")
    alike = desk.office.pen(desk.office.join(scopes=["64.71.0"])[0], "64.71.0")
    desk.write(wide, "edit", {"name": "Satu"}, b={"name": [new.id]})
    bad = desk.write(alike, "edit", {"name": "Dua"})
    assert desk.fold().values == {"name": "Satu"}
    assert desk.fold().quarantined == ((bad.id, "outside_scope"),)


def test_an_entry_of_another_type_than_the_origin_is_quarantined(desk: Desk) -> None:
    desk.write(desk.ani, "new", {"name": "Contoh"})
    bad = desk.write(desk.budi, "edit", {"name": "Lain"}, y="decree")
    assert desk.fold().quarantined == ((bad.id, "type_differs"),)


def test_the_rules_are_asked_with_the_origin(desk: Desk) -> None:
    own = desk.write(desk.supervisor, "new", {"name": "Contoh"})
    bad = desk.write(desk.supervisor, "decide", {"decision": "approve"}, of=desk.fold().digest)
    assert desk.fold().quarantined == ((bad.id, "own_decision"),)
    assert desk.fold(bad).decisions[0].entry == bad.id
    assert own.id in {stored.id for stored in desk.fold().history}


def test_a_new_entry_that_may_not_count_is_not_the_origin(desk: Desk) -> None:
    outsider = desk.office.pen(desk.office.join(scopes=[NEIGHBOUR])[0], NEIGHBOUR)
    bad = desk.write(outsider, "new", {"name": "Rampas"}, s=AREA, t=(1, 0))
    good = desk.write(desk.ani, "new", {"name": "Contoh"})
    record = desk.fold()
    assert record.origin_by == good.entry.au
    assert record.quarantined == ((bad.id, "outside_scope"),)
