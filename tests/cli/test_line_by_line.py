"""The form line by line: every answer saved at once, errors asked again, warnings explained, stopped and resumed."""

from __future__ import annotations

import pytest

from fieldapp.forms.declaration import FORM


@pytest.fixture
def typed(tools):
    """Makes the lines a person types to answer the whole form as `person` does; `changes` replaces single lines."""

    def make(number: int, **changes: str) -> str:
        values = tools.person(number)
        lines = []
        for section in FORM:
            for question in section.questions:
                if question.app_set or not question.is_relevant(values):
                    continue
                lines.append(changes.get(question.name) or _line(question, values.get(question.name)))
        return "\n".join(lines) + "\n"

    return make


def _line(question, value) -> str:
    if value is None or question.kind == "documents":
        return ""
    if isinstance(value, bool):
        return "y" if value else "t"
    if isinstance(value, list):
        return ", ".join(value)
    return str(value)


def test_the_whole_form_is_walked_and_submitted(office, typed, tools) -> None:
    answer = office.siti("register", "--lines", given=typed(1).encode())
    assert answer.code == 0, answer
    (row,) = office.siti.done("list")
    values = office.siti.done("show", row["id"])["values"]
    wanted = tools.person(1)
    assert {name: values.get(name) for name in ("nik", "name", "kinds", "works", "ktp_area")} == {
        name: wanted[name] for name in ("nik", "name", "kinds", "works", "ktp_area")
    }
    assert values["monthly_income"] == 1500000
    assert values["consent_text_version"]


def test_with_json_the_dialogue_is_on_stderr_and_the_answer_alone_on_stdout(office, typed) -> None:
    answer = office.siti("register", "--lines", "--json", given=typed(1).encode())
    assert answer.json["state"] == "submitted"
    assert "NIK" in answer.err


def test_the_dialogue_speaks_both_languages(office, typed) -> None:
    indonesian = office.siti("register", "--lines", given=typed(1).encode()).out
    english = office.siti("register", "--lines", language="en", given=typed(2).replace("\nt\n", "\nn\n").encode()).out
    assert "Bagian 1 dari" in indonesian
    assert "wajib" in indonesian
    assert "Section 1 of" in english
    assert "required" in english


def test_an_end_of_input_keeps_the_draft_and_it_goes_on_where_it_was(office, typed) -> None:
    lines = typed(1).splitlines(keepends=True)
    stopped = office.siti("register", "--lines", "--json", given="".join(lines[:8]).encode())
    assert stopped.code == 0
    assert stopped.json["state"] == "draft"
    draft = stopped.json["id"]
    assert office.siti.done("show", draft)["values"]["nik"]
    rest = "".join(lines[8:])
    resumed = office.siti("register", "--lines", "--resume", draft, "--json", given=rest.encode())
    assert resumed.json["state"] == "submitted", resumed
    assert resumed.json["id"] == draft


def test_a_dot_stops_and_says_how_to_go_on(office) -> None:
    answer = office.siti("register", "--lines", given=b"6471\n.\n")
    assert answer.code == 0
    assert "--resume" in answer.out


def test_a_wrong_answer_is_told_at_once_and_asked_again(office, typed, tools) -> None:
    wrong = typed(1).replace(tools.person(1)["nik"], "12345\n" + tools.person(1)["nik"])
    answer = office.siti("register", "--lines", given=wrong.encode())
    assert answer.code == 0, answer
    assert "(nik_length)" in answer.out


def test_help_empty_and_back_work_at_every_question(office, typed) -> None:
    lines = typed(1).splitlines()
    nik, rest = lines[0], lines[1:]
    # Help; the NIK; back to it; emptied, which asks why there is none; back; typed again; back; left as it is.
    given = "\n".join(["?", nik, "<", "-", "<", nik, "<", "", *rest]) + "\n"
    answer = office.siti("register", "--lines", "--json", given=given.encode())
    assert answer.json["state"] == "submitted", answer


def test_an_area_is_found_by_part_of_its_name(office, typed) -> None:
    given = typed(1, ktp_area="damai\n1")
    answer = office.siti("register", "--lines", "--json", given=given.encode())
    assert answer.json["state"] == "submitted", answer
    values = office.siti.done("show", answer.json["id"])["values"]
    assert values["ktp_area"].startswith("64.71.")
    assert "Damai" in answer.err


def test_what_is_still_wrong_is_listed_at_the_end_and_can_be_put_right(office, typed) -> None:
    given = typed(1, mother_name="-") + "y\nIbu Rekaan\n"
    answer = office.siti("register", "--lines", "--json", given=given.encode())
    assert answer.json["state"] == "submitted", answer


def test_what_is_still_wrong_can_stay_a_draft(office, typed) -> None:
    given = typed(1, mother_name="-") + "t\n"
    answer = office.siti("register", "--lines", "--json", given=given.encode())
    assert answer.code == 1
    assert answer.json["state"] == "draft"
    assert [each["field"] for each in answer.json["errors"]] == ["mother_name"]


def test_a_warning_is_submitted_with_its_reason(office, typed) -> None:
    given = typed(1, monthly_income="9.000.000") + "penghasilan musiman\n"
    answer = office.siti("register", "--lines", "--json", given=given.encode())
    assert answer.json["state"] == "submitted", answer
    overrides = office.siti.done("show", answer.json["id"])["overrides"]
    assert list(overrides.values()) == ["penghasilan musiman"]


def test_the_consent_text_is_shown_before_the_consent_is_asked(office, typed) -> None:
    told = office.siti("register", "--lines", given=typed(1).encode()).out
    assert told.index("Bacakan") < told.index("Setuju datanya dicatat?")


def test_somebody_alike_is_told_in_a_sentence_with_what_speaks_for_it(office, typed) -> None:
    office.siti("register", "--lines", given=typed(1).encode())
    told = office.siti("register", "--lines", given=typed(1, nik="6471050202809011").encode()).out
    lines = [line for line in told.splitlines() if "Mirip dengan pendaftaran yang sudah ada: " in line]
    assert "Kemungkinan orang yang sama: SANGAT KUAT" in lines[-1]
    assert "Menguatkan: " in lines[-1]
    assert "Tanggal lahir sama" in lines[-1]


def test_why_it_is_another_person_is_asked_before_sending(office, typed) -> None:
    office.siti("register", "--lines", given=typed(1).encode())
    again = typed(1, nik="6471050202809011")
    kept = office.siti("register", "--lines", "--json", given=(again + "\n").encode())
    assert (kept.code, kept.json["state"]) == (1, "draft")
    assert "Mengapa ini orang lain?" in kept.err
    sent = office.siti("register", "--lines", "--json", given=(again + "kembar\n").encode())
    assert sent.json["state"] == "submitted", sent
    assert office.siti.done("show", sent.json["id"])["overrides"] == {"duplicate_near": "kembar"}


def test_the_lines_can_do_what_the_form_can(office, typed, tools) -> None:
    first = typed(1, ktp_address="Gg. Rekaan No. 8", ktp_rt="7", ktp_area="damai bahagia")
    assert office.siti("register", "--lines", "--json", given=first.encode()).json["state"] == "submitted"
    person = tools.person(2)
    given = [
        # Section 8 first: the text, in the other language, then back to the first section.
        *[">8", "b", ">1"],
        person["nik"],
        *["", person["name"], person["birth_place"]],
        # Birth date and sex came with the NIK; a month is enough for the card.
        *["", "", person["mother_name"], "", "t", "wni", "3/2020", ">"],
        # The address of the person before, with a house number of one's own; RT and kelurahan stand there.
        *["=", "11", "", "", "", "y", ">"],
        ".",
    ]
    told = office.siti("register", "--lines", given="\n".join([*given, ""]).encode()).out
    assert "We come from" in told
    assert told.index("Bagian 8 dari") < told.rindex("Bagian 1 dari")
    assert "Diisi dari NIK, cocokkan dengan KTP: Jenis kelamin" in told
    assert "Dicatat: 2020-03-01" in told
    assert "cocokkan: Gg. Rekaan No. 11, 007, Damai Bahagia" in told
    assert "Wajib 8 dari" in told
    (draft,) = office.siti.done("list", "--state", "draft")
    values = office.siti.done("show", draft["id"])["values"]
    assert (values["ktp_address"], values["ktp_rt"], values["sex"]) == ("Gg. Rekaan No. 11", "007", person["sex"])
    assert values["consent_text_version"] == "1"


def test_who_does_not_consent_is_asked_about_once_and_nothing_of_the_person_stays(office, typed) -> None:
    # Nothing more is asked of who said no.
    given = "\n".join([*typed(3, consent_given="t").splitlines()[:-4], "y", ""])
    answer = office.siti("register", "--lines", "--json", given=given.encode())
    assert "tidak setuju dicatat" in answer.err
    (draft,) = office.siti.done("list", "--state", "draft")
    assert set(office.siti.done("show", draft["id"])["values"]) <= {"visit", "consent_given"}


def test_a_reason_is_kept_though_the_program_stops_at_the_next_one(office, typed) -> None:
    given = typed(1, monthly_income="9.000.000", ktp_area="64.72.01.1001") + "pindahan\n"
    stopped = office.siti("register", "--lines", "--json", given=given.encode())
    assert stopped.json["state"] == "draft"
    assert office.siti.done("show", stopped.json["id"])["overrides"] == {"area_outside_city": "pindahan"}
