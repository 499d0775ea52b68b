"""Inviting, joining, shared laptops, passphrases and recovery, by commands only."""

from __future__ import annotations

PIN = "246810"


def test_a_programme_is_shown_and_changed_by_its_administrator_only(office) -> None:
    shown = office.admin.done("programme", "show")
    assert (shown["name"], shown["quota"], shown["premium"]) == ("Program Rekaan", 20, 16800)
    assert office.admin.done("programme", "set", "quota", "30")["quota"] == 30
    assert office.siti.refused(5, "programme", "set", "quota", "40")["code"] == "not_allowed"
    assert office.admin.refused(2, "programme", "set", "kuota", "40")["code"] == "programme_key"
    assert office.admin.refused(2, "programme", "set", "quota", "banyak")["code"] == "programme_value"


def test_members_are_listed_with_role_area_and_laptop(office) -> None:
    office.carry("siti", "dewi")
    listed = {each["name"]: each for each in office.dewi.done("members")}
    assert listed["Siti Rekaan"]["role"] == "enumerator"
    assert listed["Siti Rekaan"]["areas"] == ["64.71.05"]
    assert listed["Siti Rekaan"]["this_laptop"] is False
    assert listed["Dewi Rekaan"]["this_laptop"] is True
    assert {each["state"] for each in listed.values()} == {"active"}


def test_an_invitation_takes_several_areas_in_any_spelling(office) -> None:
    file = office.folder / "banyak.invitation"
    words = ("--role", "enumerator", "--name", "Banyak Rekaan", "--out", file, "--pin", PIN)
    made = office.admin.done("invite", *words, "--area", "64.71.01", "64.71.02", "--area", "64.71.03,64.71.04")
    assert made["areas"] == ["64.71.01", "64.71.02", "64.71.03", "64.71.04"]


def test_a_supervisor_s_invitation_leases_slots(office) -> None:
    file = office.folder / "pengawas.invitation"
    words = ("--role", "supervisor", "--name", "Pengawas Dua", "--area", "64.71", "--out", file, "--pin", PIN)
    # The first supervisor holds all twenty.
    assert office.admin.refused(1, "invite", *words, "--slots", 3)["code"] == "slots_exceeded"
    office.admin.done("programme", "set", "quota", "30")
    assert office.admin.done("invite", *words, "--slots", 3)["slots"] == 3


def test_a_wrong_pin_opens_nothing(office, laptop) -> None:
    file = office.invite("baru", "enumerator", "Baru Rekaan", "64.71.01")
    error = laptop.refused(4, "join", file, "--pin", "000000")
    assert error["code"] == "invitation_pin"
    assert laptop.done("join", file, "--pin", PIN)["member"] == "Baru Rekaan"


def test_joining_needs_a_pin_and_a_passphrase_of_some_length(office, laptop) -> None:
    file = office.invite("baru", "enumerator", "Baru Rekaan", "64.71.01")
    assert laptop.refused(2, "join", file)["code"] == "pin_needed"
    assert laptop.refused(1, "join", file, "--pin", PIN, passphrase="abc")["code"] == "passphrase_short"
    assert laptop.refused(5, "join", file, "--pin", PIN, passphrase=None)["code"] == "locked"


def test_a_second_member_joins_a_shared_laptop_and_both_keep_their_own(office, tools) -> None:
    tools.registered(office.siti, tools.person(1))
    office.siti.done("register", "--from", "-", "--draft", given=tools.lines(tools.person(2)))
    file = office.invite("tono", "enumerator", "Tono Rekaan", "64.71.05")
    assert office.siti.refused(5, "join", file, "--pin", PIN)["code"] == "new_passphrase_needed"
    office.siti.done("join", file, "--pin", PIN, FIELDAPP_NEW_PASSPHRASE="sandi milik tono")
    tono = {"passphrase": "sandi milik tono"}
    assert len(office.siti.done("list", **tono)) == 1
    assert office.siti.done("list", "--state", "draft", **tono) == []
    assert len(office.siti.done("list", "--state", "draft")) == 1
    listed = {each["name"]: each["this_laptop"] for each in office.siti.done("members", **tono)}
    assert listed["Tono Rekaan"] is listed["Siti Rekaan"] is True


def test_a_laptop_holds_one_programme(office) -> None:
    words = ("--city", "64.71", "--quota", 5, "--budget", 1000000, "--premium", 16800, "--start", "2026-01")
    assert office.siti.refused(1, "programme", "new", "--name", "Lain", *words)["code"] == "store_exists"


def test_a_passphrase_is_changed_and_the_old_one_no_longer_works(office) -> None:
    assert office.siti.refused(5, "passphrase", "change")["code"] == "new_passphrase_needed"
    changed = office.siti.done("passphrase", "change", FIELDAPP_NEW_PASSPHRASE="sandi yang baru")
    assert changed == {"changed": True}
    assert office.siti.refused(5, "list")["code"] == "wrong_passphrase"
    assert office.siti.done("list", passphrase="sandi yang baru") == []


def test_a_forgotten_passphrase_is_recovered_with_data_intact(office, tools) -> None:
    tools.registered(office.siti, tools.person(1))
    key = office.folder / "pemulihan.kunci"
    office.admin.done("recover", "export", "--out", key, "--pin", PIN)
    assert b"AGE-SECRET-KEY" not in key.read_bytes()
    assert office.siti.refused(5, "recover", "export", "--out", key, "--pin", PIN)["code"] == "not_allowed"
    office.siti.refused(4, "recover", "use", key, "--pin", "000000", passphrase="sandi pengganti")
    office.siti.done("recover", "use", key, "--pin", PIN, passphrase="sandi pengganti")
    assert len(office.siti.done("list", passphrase="sandi pengganti")) == 1


def test_only_the_administrator_invites_and_revokes(office) -> None:
    file = office.folder / "x.invitation"
    words = ("--role", "enumerator", "--name", "X", "--area", "64.71.05", "--out", file, "--pin", PIN)
    assert office.dewi.refused(5, "invite", *words)["code"] == "not_allowed"
    assert office.dewi.refused(5, "revoke", "Dewi Rekaan")["code"] == "not_allowed"
    assert not file.exists()


def test_plain_answers_name_roles_and_states_in_the_chosen_language(office) -> None:
    assert "koordinator" in office.dewi("members").out
    assert "coordinator" in office.dewi("members", language="en").out
    assert "koordinator" not in office.dewi("members", language="en").out


def test_a_doctor_looks_with_and_without_the_passphrase(office, laptop) -> None:
    for answer in (office.siti("doctor", "--json"), office.siti("doctor", "--json", passphrase=None)):
        assert answer.json
        assert all(set(each) >= {"check", "ok", "message"} for each in answer.json)
    assert laptop("doctor", "--json").code in (0, 1)
