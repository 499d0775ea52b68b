"""`fieldapp quarantine` as its users call it: a lost laptop's stick, looked at, taken over, refused, taken back."""

from __future__ import annotations


def test_a_lost_laptops_stick_is_looked_at_taken_over_and_refused(office, tools) -> None:
    office.carry("siti", "admin")
    office.admin.done("revoke", "Siti Rekaan", "--reason", "laptop hilang")
    office.carry("admin", "dewi")
    one, other = (tools.registered(office.siti, tools.person(number))[0] for number in (1, 2))
    office.carry("siti", "dewi")

    held = office.dewi.done("quarantine", "list")
    assert [each["id"] for each in held] == [one, other]
    first, second = (each["entry"] for each in held)
    shown = office.dewi.done("quarantine", "show", first[:12])
    assert (shown["by"]["name"], shown["release"]) == ("Siti Rekaan", None)
    assert {each["field"]: each["held"] for each in shown["fields"]}["name"] == tools.person(1)["name"]
    words = office.dewi("quarantine", "show", first)
    assert "Siti Rekaan" in words.out
    assert "dapat Anda lakukan" in words.out

    trial = office.dewi.done("quarantine", "release", "--by", "Siti Rekaan", "--dry-run")
    assert [each["state"] for each in trial] == ["submitted", "submitted"]
    assert office.dewi.done("list") == []
    error = office.dewi.refused(2, "quarantine", "release", first)
    assert error["code"] == "reason_needed"
    (answer,) = office.dewi.done("quarantine", "release", first, "--reason", "Laptop ditemukan")
    assert [each["id"] for each in office.dewi.done("list")] == [answer["registration"]]
    refused = office.dewi("quarantine", "refuse", second, "--reason", "Tidak ada orangnya", language="en")
    assert (refused.code, "1 of 1 decided." in refused.out) == (0, True)

    assert office.dewi.done("quarantine", "list") == []
    handled = office.dewi.done("quarantine", "list", "--handled")
    assert [each["decision"] for each in handled] == ["released", "refused"]
    word = handled[1]["words"][0]
    assert "Tidak ada orangnya" in office.dewi("quarantine", "list", "--handled").out
    assert office.dewi.done("quarantine", "undo", word["id"])["entry"] == second
    assert [each["entry"] for each in office.dewi.done("quarantine", "list")] == [second]
    totals = office.dewi.done("ledger")["totals"]
    assert (totals["quarantined"], totals["quarantined_handled"]) == (1, 1)


def test_what_is_refused_ends_with_its_own_exit_code(office) -> None:
    assert office.dewi.refused(3, "quarantine", "show", "0" * 32)["code"] == "held_not_found"
    assert office.dewi.refused(3, "quarantine", "undo", "0" * 32)["code"] == "held_word_unknown"
    assert office.dewi("quarantine", "release").code == 2
    (answer,) = office.dewi("quarantine", "refuse", "0" * 32, "--reason", "x", "--json").json
    assert (answer["ok"], answer["code"], answer["exit"]) == (False, "held_not_found", 3)
    assert office.dewi("quarantine", "refuse", "0" * 32, "--reason", "x").code == 3
