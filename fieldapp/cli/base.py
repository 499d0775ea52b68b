"""What every command is made of: click's classes with their words in both languages, and the kinds of values.

Help texts are given as `N_("…")` and translated where they are shown, so the language may change between two calls.
A command is written as `@command("name", N_("What it does."), option(...), argument(...))` over a function that takes
an `Output` first; `--json` is added to every one.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from fieldapp.cli.output import Output
from fieldapp.locale import N_, _

_HEADINGS = {
    "Options": N_("Pilihan"),
    "Commands": N_("Perintah"),
    "Positional arguments": N_("Argumen"),
}


class Formatter(click.HelpFormatter):
    """Help pages with their headings in the language in force."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix if prefix is not None else _("Penggunaan:") + " ")

    def write_heading(self, heading: str) -> None:
        known = _HEADINGS.get(heading)
        super().write_heading(_(known) if known else heading)


class Context(click.Context):
    formatter_class = Formatter


class Text(click.ParamType[str]):
    """Text as it was typed; bytes that are no UTF-8 are refused, since they could not be kept or signed."""

    name = N_("teks")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            self.fail(_("teks ini bukan UTF-8 yang benar."), param, ctx)
        return text


class Number(click.ParamType[int]):
    """A whole number from `least` up; thousands may be grouped by dots, as rupiah are written."""

    name = N_("angka")

    def __init__(self, least: int = 0) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        number = whole_number(str(value))
        if number is None:
            self.fail(_("{value} bukan bilangan bulat.").format(value=quoted(str(value))), param, ctx)
        if number < self.least:
            self.fail(_("{value} kurang dari {least}.").format(value=number, least=self.least), param, ctx)
        return number


class Choice(click.Choice[str]):
    """One of a few words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        return _("{value} bukan salah satu dari {choices}.").format(
            value=quoted(str(value)), choices=", ".join(map(str, self.choices))
        )

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        return _("Pilih salah satu dari {choices}.").format(choices=", ".join(map(str, self.choices)))


class FilePath(click.ParamType[Path]):
    """A path of this machine, in whatever bytes its file system uses. Whether it exists is the command's affair."""

    name = N_("berkas")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        text = str(value)
        if not text or "\0" in text:
            self.fail(_("nama berkas ini tidak dapat dipakai."), param, ctx)
        return Path(text)


class FolderPath(FilePath):
    name = N_("folder")


TEXT = Text()
NUMBER = Number()
FILE = FilePath()
FOLDER = FolderPath()


def whole_number(text: str) -> int | None:
    """The whole number written in `text` (12, 1000000, 1.000.000), or None."""
    head, *groups = text.strip().split(".")
    if groups and (not 1 <= len(head) <= 3 or any(len(group) != 3 for group in groups)):
        return None
    digits = head + "".join(groups)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def quoted(text: str, longest: int = 60) -> str:
    """`text` in quotes for a message: control characters made visible, the middle of a long one left out."""
    shown = text if len(text) <= longest else text[:longest] + "…"
    return "'" + shown.encode("utf-8", "backslashreplace").decode("utf-8").translate(VISIBLE) + "'"


VISIBLE = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def _metavar(parameter: click.Parameter) -> str | None:
    """How the value of `parameter` is called on a help page; None leaves it to click."""
    if parameter.metavar is not None:
        return _(parameter.metavar)
    if isinstance(parameter.type, click.Choice):
        return None
    return _(parameter.type.name).upper()


class Option(click.Option):
    """`fills` are codes that stand in gaps of the help text, since codes are the same in every language."""

    def __init__(self, *args: Any, fills: Mapping[str, str] | None = None, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.fills = fills

    def make_metavar(self, ctx: click.Context) -> str:
        return _metavar(self) or super().make_metavar(ctx)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        if self.hidden:
            return None
        extra = self.get_help_extra(ctx)
        notes = []
        if "envvars" in extra:
            notes.append(_("lingkungan: {names}").format(names=", ".join(extra["envvars"])))
        if "default" in extra:
            notes.append(_("bawaan: {value}").format(value=extra["default"]))
        if "required" in extra:
            notes.append(_("wajib"))
        if self.multiple:
            notes.append(_("boleh diulang"))
        words = _(self.help or "")
        if self.fills:
            words = words.format_map(self.fills)
        # click's own spelling of the option itself carries no words of a language.
        plain = super().get_help_record(ctx)
        names = plain[0] if plain else ", ".join(self.opts)
        return names, f"{words}  [{'; '.join(notes)}]" if notes else words


class Argument(click.Argument):
    def make_metavar(self, ctx: click.Context) -> str:
        if isinstance(self.type, click.Choice) and self.metavar is None:
            return super().make_metavar(ctx)
        name = _metavar(self) or ""
        name = name if self.required else f"[{name}]"
        return f"{name}..." if self.nargs != 1 else name

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        return self.make_metavar(ctx), _(self.help or "")


def wrong_use(words: str) -> NoReturn:
    """Refuses the way a command was called, exit code 2."""
    raise click.UsageError(words, click.get_current_context())


def address(listen: str) -> tuple[str, int]:
    """HOST:PORT as host, without brackets, and port; refused in words when it is none."""
    host, separator, port = listen.rpartition(":")
    if not separator or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        words = _("{what} bukan HOST:PORT, misalnya 0.0.0.0:8420.")
        wrong_use(words.format(what=quoted(listen)))
    return host.strip("[]"), int(port)


def need_terminal() -> None:
    """Refuses to draw screens where nobody could see them; a driver of Textual's own (a browser) needs no terminal."""
    # Outside Windows the screens are drawn on standard error, so one that goes into a file would show nothing.
    if not os.environ.get("TEXTUAL_DRIVER") and not all(s.isatty() for s in (sys.stdin, sys.stdout, sys.stderr)):
        wrong_use(_("Tampilan layar memerlukan terminal. Perintah-perintahnya ada di 'fieldapp --help'."))


def option(*names: str, help: str, **settings: Any) -> Option:
    """An option `names` with its Indonesian help text; text unless `type` says otherwise."""
    if not settings.get("is_flag"):
        settings.setdefault("type", TEXT)
    return Option(names, help=help, **settings)


def argument(name: str, *, metavar: str, help: str, **settings: Any) -> Argument:
    """A positional argument; text unless `type` says otherwise."""
    settings.setdefault("type", TEXT)
    return Argument((name,), metavar=metavar, help=help, **settings)


class _Worded:
    """What commands and groups have in common: their own help translated when it is shown."""

    params: list[click.Parameter]
    _help_option: click.Option | None
    help: str | None

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        if self._help_option is None:
            self._help_option = Option(
                ["--help", "-h"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                help=N_("Tampilkan bantuan ini."),
                callback=_show_help,
            )
        return self._help_option

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(_(self.help))

    def get_short_help_str(self, limit: int = 45) -> str:
        # The first sentence is written to stand alone; cutting it by length would leave half words.
        return _(self.help or "").split("\n\n")[0].split(". ")[0].rstrip(".")


def _show_help(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        Output(as_json=False).line(ctx.get_help())
        ctx.exit()


class Command(_Worded, click.Command):
    context_class = Context

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        pieces = [piece for parameter in self.get_params(ctx) for piece in parameter.get_usage_pieces(ctx)]
        return [_("[PILIHAN]"), *pieces]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # Extra arguments are let through click so that their refusal has our words.
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except click.BadOptionUsage as error:
            error.ctx = error.ctx or ctx
            raise
        if rest and not ctx.resilient_parsing:
            what = " ".join(quoted(str(word)) for word in rest)
            raise click.UsageError(_("Ada argumen yang tidak dikenal: {what}.").format(what=what), ctx)
        return rest


class Group(_Worded, click.Group):
    context_class = Context
    command_class = Command

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [_("[PILIHAN]"), _("PERINTAH [ARGUMEN]...")]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not self.invoke_without_command and not ctx.resilient_parsing:
            raise click.UsageError(_("Sebutkan perintah yang dipilih."), ctx)
        return super().parse_args(ctx, args)


class LazyGroup(Group):
    """A group whose commands are imported only when they are asked for: `{name: "module:attribute"}`."""

    def __init__(self, *args: Any, lazy: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.lazy = dict(lazy)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = self.lazy.get(cmd_name)
        if target is None:
            return None
        module, attribute = target.split(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{target} is no command")
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.lazy and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.NoSuchCommand(args[0], possibilities=self.lazy, ctx=ctx)
        return super().resolve_command(ctx, args)


def command(name: str, help: str, *parameters: click.Parameter) -> Callable[[Callable[..., int | None]], Command]:
    """Makes a command of a function `(out: Output, **values) -> exit code or None`, with `--json` added."""

    def made(function: Callable[..., int | None]) -> Command:
        def call(as_json: bool, **values: Any) -> int | None:
            return function(Output(as_json=as_json), **values)

        as_json = option("--json", "as_json", is_flag=True, help=N_("Cetak satu nilai JSON di keluaran."))
        call.__doc__ = inspect.getdoc(function)
        return Command(name, callback=call, help=help, params=[*parameters, as_json])

    return made


def group(name: str, help: str, *commands: click.Command) -> Group:
    """A group of commands, shown in the order given."""
    return Group(name, help=help, commands=_named(commands))


def _named(commands: Iterable[click.Command]) -> MutableMapping[str, click.Command]:
    return {str(each.name): each for each in commands}


def split_list(values: Sequence[str]) -> list[str]:
    """Values of a repeated option, each of which may itself hold several, parted by commas or spaces."""
    return [part for value in values for part in value.replace(",", " ").split()]
