"""Wrong use is told in the chosen language, with exit code 2, and never with a stack trace."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from fieldapp.cli.main import COMMANDS, fieldapp

# Words that click itself would say; one of them on an Indonesian page means that a text of its own came through.
CLICK_WORDS = (
    "Usage",
    "Options:",
    "Commands:",
    "Arguments",
    "Positional",
    "Show this message",
    "Error:",
    "Missing",
    "No such",
    "Did you mean",
    "Invalid value",
    "does not exist",
    "required]",
    "default:",
    "is not",
    "Try '",
    "unexpected",
    "requires an argument",
    "does not take",
)

WRONG_USES = (
    (("daftar",), "Tidak ada perintah 'daftar'", "There is no command 'daftar'"),
    (("lst",), "Maksud Anda list, prelist?", "Did you mean list, prelist?"),
    (("list", "--stat", "x"), "Tidak ada pilihan '--stat'", "There is no option '--stat'"),
    (("list", "--state"), "Pilihan '--state' memerlukan nilai", "Option '--state' needs a value"),
    (("list", "--json=3"), "Pilihan '--json' tidak memakai nilai", "Option '--json' takes no value"),
    (("list", "--state", "baru"), "'baru' bukan salah satu dari", "'baru' is not one of"),
    (("show",), "Argumen NOMOR belum ada", "Argument ID is missing"),
    (("show", "a", "b"), "Ada argumen yang tidak dikenal: 'b'", "Unexpected arguments: 'b'"),
    (("invite", "--name", "x"), "Pilihan --role wajib diisi", "Option --role is required"),
    (("programme",), "Sebutkan perintah", "Say which command"),
    (("invite", "--slots", "dua"), "'dua' bukan bilangan bulat", "'dua' is not a whole number"),
    (("programme", "new", "--quota", "0"), "0 kurang dari 1", "0 is less than 1"),
    (("edit", "x", "--set", "nama"), "'nama' bukan NAMA=NILAI", "'nama' is not NAME=VALUE"),
    (("review", "return", "x", "--field", "nik"), "'nik' bukan NAMA=CATATAN", "'nik' is not NAME=COMMENT"),
    (("review", "approve"), "Sebutkan nomor pendaftaran", "Give ids of registrations"),
    (("review", "list", "--filter", "umur=3"), "'umur=3' bukan penyaring", "'umur=3' is no filter"),
    (("conflicts", "resolve", "x", "nik"), "Pilih salah satu: --keep", "Choose one: --keep"),
    (("register",), "Pilih salah satu: --from", "Choose one: --from"),
    (("hub", "serve", "--listen", "8420"), "'8420' bukan HOST:PORT", "'8420' is not HOST:PORT"),
    (("bundle", "merge"), "Argumen BERKAS... belum ada", "Argument FILE... is missing"),
)


@pytest.mark.parametrize(("arguments", "indonesian", "english"), WRONG_USES)
def test_wrong_use_is_told_in_both_languages_with_exit_code_two(laptop, arguments, indonesian, english) -> None:
    for language, words in ((None, indonesian), ("en", english)):
        answer = laptop(*arguments, language=language)
        assert answer.code == 2
        assert answer.out == ""
        assert words in answer.err
        assert "Traceback" not in answer.err


@pytest.mark.parametrize(("arguments", "indonesian", "_english"), WRONG_USES)
def test_wrong_use_in_indonesian_holds_no_word_of_clicks_own(laptop, arguments, indonesian, _english) -> None:
    answer = laptop(*arguments)
    assert not [word for word in CLICK_WORDS if word in answer.err]


def test_wrong_use_with_json_is_also_a_value_on_stdout(laptop) -> None:
    error = laptop.refused(2, "list", "--state", "baru")
    assert error["code"] == "usage"


def _commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, (*path, name))


def test_every_help_page_comes_in_both_languages(laptop) -> None:
    for path in _commands(fieldapp):
        pages = {language: laptop(*path, "--help", language=language) for language in ("id", "en")}
        assert all(page.code == 0 and page.err == "" for page in pages.values()), path
        assert pages["id"].out.startswith("Penggunaan: fieldapp"), path
        assert pages["en"].out.startswith("Usage: fieldapp"), path
        assert not [word for word in CLICK_WORDS if word in pages["id"].out], path
        # A line of words that is the same in both was forgotten in the catalogue.
        same = set(_sentences(pages["id"].out)) & set(_sentences(pages["en"].out))
        assert not same, (path, same)


def _sentences(page: str) -> list[str]:
    return [line.strip() for line in page.splitlines() if line.strip().endswith(".") and " " in line.strip()]


def test_every_command_takes_json() -> None:
    for path in _commands(fieldapp):
        command: click.Command = fieldapp
        for name in path:
            assert isinstance(command, click.Group)
            found = command.get_command(click.Context(command), name)
            assert found is not None
            command = found
        if not isinstance(command, click.Group):
            assert any("--json" in parameter.opts for parameter in command.params), path


def test_the_top_help_names_every_command_the_environment_and_the_exit_codes(laptop) -> None:
    page = laptop("--help", language="en").out
    for word in (*COMMANDS, "FIELDAPP_HOME", "FIELDAPP_PASSPHRASE_FILE", "FIELDAPP_HUB", "Exit codes", "70", "130"):
        assert word in page


def test_screens_are_not_drawn_where_nobody_could_see_them(laptop) -> None:
    for words in ((), ("demo",)):
        answer = laptop(*words, language="en")
        assert answer.code == 2
        assert "terminal" in answer.err


def test_the_version_is_told(laptop) -> None:
    answer = laptop("--version")
    assert answer.code == 0
    assert answer.out.startswith("fieldapp ")


def test_help_fits_a_terminal_of_eighty_columns(laptop) -> None:
    for path in _commands(fieldapp):
        assert max(len(line) for line in laptop(*path, "--help").out.splitlines()) <= 80, path
