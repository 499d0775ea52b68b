"""`nik check`, `phone check`, `form schema` and `form check`, as their users call them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.cli.main import execute
from fieldapp.locale import set_language

SAMPLE = Path(__file__).parent / "data" / "registrations.ndjson"


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Runs the program in this process, in `language`, with `given` on its standard input."""

    def run(*arguments: str, given: bytes = b"", language: str = "id") -> Answer:
        monkeypatch.setenv("FIELDAPP_LANG", language)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        capsys.readouterr()
        code = execute(arguments)
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    yield run
    set_language("id")


def test_a_good_nik_is_decoded_and_the_exit_code_is_nought(call: Call) -> None:
    answer = call("nik", "check", "6471 0168 0180 9001", "--json")
    assert answer.code == 0
    (told,) = answer.json
    assert told == {
        "nik": "6471016801809001",
        "ok": True,
        "errors": [],
        "warnings": [],
        "decoded": {
            "province": "Kalimantan Timur",
            "regency": "Kota Balikpapan",
            "district": "Balikpapan Timur",
            "day": 28,
            "month": 1,
            "year_two_digits": 80,
            "sex": "P",
            "province_code": "64",
            "regency_code": "64.71",
            "district_code": "64.71.01",
        },
    }
    assert "1 dari 1" in answer.err


def test_every_nik_gets_an_answer_and_a_refused_one_the_exit_code_one(call: Call) -> None:
    answer = call("nik", "check", "6471016801809001", "6,47E+15", "1111111111111111", "6405016801809001", "--json")
    assert answer.code == 1
    told = answer.json
    assert [each["ok"] for each in told] == [True, False, False, True]
    assert [[error["code"] for error in each["errors"]] for each in told] == [[], ["nik_letters"], ["nik_filler"], []]
    assert [warning["code"] for warning in told[3]["warnings"]] == ["nik_district_retired"]
    assert "6.47E+15" in told[1]["errors"][0]["message"]
    assert told[1]["nik"] == "6,47E+15"
    assert told[1]["decoded"] is None


def test_messages_come_in_the_chosen_language(call: Call) -> None:
    told = call("nik", "check", "6,47E+15", "--json", language="en").json
    assert "6.47E+15" in told[0]["errors"][0]["message"]
    assert "right form" in call("nik", "check", "6471016801809001", language="en").out
    assert "format benar" in call("nik", "check", "6471016801809001").out


def test_a_nik_is_compared_with_a_birth_date_and_sex_as_typed(call: Call) -> None:
    same = call("nik", "check", "6471016801809001", "--birth-date", "28/1/80", "--sex", "p", "--json")
    assert same.json[0]["warnings"] == []
    other = call("nik", "check", "6471016801809001", "--birth-date", "1981-01-28", "--sex", "L", "--json")
    assert other.code == 0
    assert [each["code"] for each in other.json[0]["warnings"]] == ["nik_birth_date_differs", "nik_sex_differs"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nik", "check"),
        ("phone", "check"),
        ("form", "check"),
        ("nik", "check", "1", "--birth-date", "kemarin"),
        ("nik", "check", "1", "--sex", "X"),
        ("nik",),
    ],
)
def test_wrong_use_ends_with_two_and_one_json_value(call: Call, arguments: tuple[str, ...]) -> None:
    answer = call(*arguments, "--json") if len(arguments) > 1 else call(*arguments)
    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert answer.err.strip()


def test_numbers_are_read_from_standard_input_one_a_line(call: Call) -> None:
    given = b"\xef\xbb\xbf6471016801809001\r\n\r\n\xff\xfe\n1\n"
    told = call("nik", "check", "-", "--json", given=given).json
    assert [each["ok"] for each in told] == [True, False, False]
    assert [error["code"] for error in told[1]["errors"]] == ["nik_letters"]
    phones = call("phone", "check", "-", "--json", given=b"0812-3456-7890\n021 5551234\n")
    assert [each["kind"] for each in phones.json] == ["mobile", "fixed_line"]


def test_phones_are_answered_in_their_standard_form(call: Call) -> None:
    answer = call("phone", "check", "0812-3456-7890", "O812-3456-7890", "--json")
    assert answer.code == 1
    good, bad = answer.json
    assert good == {
        "input": "0812-3456-7890",
        "ok": True,
        "e164": "+6281234567890",
        "kind": "mobile",
        "errors": [],
    }
    assert (bad["ok"], bad["e164"], bad["kind"]) == (False, None, None)
    assert [error["code"] for error in bad["errors"]] == ["phone_invalid"]
    plain = call("phone", "check", "0812-3456-7890")
    assert plain.code == 0
    assert "+6281234567890" in plain.out
    assert "seluler" in plain.out


def test_the_schema_is_one_json_value_with_and_without_the_option(call: Call) -> None:
    short, readable = call("form", "schema", "--json"), call("form", "schema")
    assert short.code == readable.code == 0
    assert short.json == readable.json
    assert "nik" in short.json["properties"]


def test_the_sample_file_is_answered_line_by_line(call: Call) -> None:
    answer = call("form", "check", str(SAMPLE), "--json")
    assert answer.code == 1
    told = answer.json
    assert [each["line"] for each in told] == list(range(1, 301))
    assert set(told[0]) == {"line", "ok", "errors", "warnings", "hints"}
    assert 40 < sum(not each["ok"] for each in told) < 90
    assert {"code", "field", "message"} == set(told[4]["errors"][0])
    lines = call("form", "check", str(SAMPLE), language="en")
    assert lines.code == 1
    assert "226 of 300" in lines.out


def test_good_bad_and_broken_lines_each_get_their_own_answer(call: Call, tmp_path: Path, person: Any) -> None:
    good = json.dumps(person).encode()
    hostile = json.dumps({**person, "nik": "6471012801809002", "name": "Siti [/x] \x1b[31m", "mother_name": "\ud800"})
    file = tmp_path / "campur.ndjson"
    file.write_bytes(b"\n".join([good, b"{", b"\xff\xfe", b"[]", b'{"a":1,"a":2}', hostile.encode(), good]))
    answer = call("form", "check", str(file), "--json")
    assert answer.code == 1
    codes = [[error["code"] for error in each["errors"]] for each in answer.json]
    assert codes == [
        [],
        ["not_json"],
        ["not_utf8"],
        ["not_object"],
        ["double_key"],
        ["characters", "characters"],
        ["duplicate_nik"],
    ]
    assert "baris 1" in answer.json[6]["errors"][0]["message"]
    plain = call("form", "check", str(file))
    assert "\x1b" not in plain.out


def test_one_registration_may_spread_over_lines_and_come_from_standard_input(call: Call, person: Any) -> None:
    answer = call("form", "check", "-", "--json", given=json.dumps(person, indent=2).encode())
    assert answer.code == 0
    assert [(each["line"], each["ok"]) for each in answer.json] == [(1, True)]


def test_files_that_are_not_there_or_cannot_be_read_have_their_own_exit_codes(call: Call, tmp_path: Path) -> None:
    missing = call("form", "check", str(tmp_path / "tidak-ada.ndjson"), "--json")
    assert missing.code == 3
    assert missing.json["error"]["code"] == "file_not_found"
    folder = call("form", "check", str(tmp_path), "--json")
    assert folder.code == 4
    assert folder.json["error"]["code"] == "file_not_read"


def test_ten_megabytes_in_one_field_are_answered_briefly(call: Call, tmp_path: Path, person: Any) -> None:
    file = tmp_path / "besar.ndjson"
    file.write_text(json.dumps({**person, "mother_name": "A" * 10_000_000, "nik": "7" * 1_000_000}), encoding="utf-8")
    answer = call("form", "check", str(file), "--json")
    assert answer.code == 1
    assert {error["code"] for error in answer.json[0]["errors"]} == {"length"}
    assert len(answer.out) < 2_000


@settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(content=st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")))
def test_no_input_makes_a_command_fail_in_another_way_than_by_refusing(call: Call, content: bytes) -> None:
    for command in (("nik", "check", "-"), ("phone", "check", "-"), ("form", "check", "-")):
        answer = call(*command, "--json", given=content)
        assert answer.code in (0, 1)
        assert isinstance(answer.json, list)


def test_each_command_imports_only_what_it_needs() -> None:
    script = (
        "import sys; from fieldapp.cli.main import execute; code = execute(sys.argv[1:]); "
        "heavy = {'pydantic', 'phonenumbers', 'textual', 'sqlite_utils', 'sqlcipher3', 'httpx'} & set(sys.modules); "
        "print(heavy, file=sys.stderr); sys.exit(code + 10 * bool(heavy))"
    )
    environment = {**os.environ, "FIELDAPP_LANG": "id"}
    for arguments in (("nik", "check", "6471016801809001"), ("phone", "check", "081234567890")):
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, env=environment, timeout=60
        )
        assert done.returncode == 0, done.stderr
