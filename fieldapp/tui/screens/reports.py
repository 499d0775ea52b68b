"""Reports: how far the programme is and how everybody registers, as tables or bars, down to the registrations behind
a figure. Quota and money, and lists for back-checks, have screens of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.services.lists import Wanted
from fieldapp.services.reports import files as report_files
from fieldapp.services.reports import progress, quality
from fieldapp.services.reports import tables as report_tables
from fieldapp.services.reports.progress import GROUPS
from fieldapp.services.reports.tables import Table
from fieldapp.services.reports.words import flag_words, override_words
from fieldapp.tui.commands import OFFICE
from fieldapp.tui.keys import key
from fieldapp.tui.screens import SCREENS, screen_named
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.files import FileDialog
from fieldapp.tui.screens.registrations import RegistrationsScreen
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.charts import TableLines, bar_lines, table_lines
from fieldapp.tui.widgets.lines import Line

PARTS: Final = (
    ("progress", N_("Kemajuan")),
    ("quality", N_("Mutu")),
    ("budget", N_("Kuota dan anggaran")),
    ("backcheck", N_("Periksa ulang")),
)
#: Tables that are first seen as bars, by their place in a part.
_BARS: Final = {"progress": (4, 3), "quality": (3, 4)}


class BehindScreen(RegistrationsScreen):
    """The registrations that one figure counts, as a list like any other."""

    PLACE = "behind"
    HEADING = N_("Pendaftaran di balik angka")

    def __init__(self, ids: Iterable[str] | None, words: str, wanted: Wanted | None = None) -> None:
        # The list asks for its home while it is being made.
        self._home = wanted or Wanted(ids=frozenset(ids or ()))
        self._words = words
        super().__init__()

    def begun(self) -> None:
        self._place.wanted = self._home

    def home(self) -> Wanted:
        return self._home

    def shown(self) -> str:
        return self._words

    def nothing(self) -> str:
        return _("Tidak ada pendaftaran di balik angka ini.")


class ReportsScreen(FieldScreen[None]):
    """One table at a time; the arrows turn to the next one, Enter goes down to what a row stands for."""

    HEADING = N_("Laporan")
    HELP = N_(
        "1 sampai 4 memilih bagian. Panah kanan dan kiri membuka tabel berikut dan sebelumnya, B berganti antara angka "
        "dan batang; angkanya selalu ada di depan batangnya. Enter pada pencacah atau wilayah membuka semua angkanya, "
        "dan sekali lagi membuka pendaftaran di baliknya; Esc kembali. X menulis laporan ke lembar kerja. Tanda ! "
        "berarti layak dibicarakan: lihat dan tanyakan dulu, mungkin ada sebab yang baik. Siapa pun dengan kurang dari "
        "30 pendaftaran tidak ditandai."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        key("right", "turn(1)", N_("Tabel berikut")),
        key("left", "turn(-1)"),
        key("b", "bars", N_("Angka atau batang")),
        key("x", "export", N_("Ke lembar kerja")),
        key("1", "part('progress')", N_("Kemajuan")),
        key("2", "part('quality')", N_("Mutu")),
        key("3", "part('budget')", N_("Kuota")),
        key("4", "part('backcheck')", N_("Periksa ulang")),
    ]

    def __init__(self, part: str = "progress") -> None:
        super().__init__()
        self._part = part
        self._page = 0
        self._as_bars: dict[tuple[str, int], bool] = {}
        self._question = 0
        self._tables: list[Table] = []
        self._flags: list[bool] = []
        self._report: dict[str, Any] = {}
        self._one: dict[str, Any] | None = None
        """Whose figures are shown one below the other: a row of the report, under the names of its keys."""

    def body(self) -> Iterable[Widget]:
        yield Static("", id="parts", markup=False)
        yield TableLines(id="table")

    def on_screen_resume(self) -> None:
        self._load()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An enumerator has the own progress and quality; figures of one person are neither turned nor drawn."""
        if action == "part":
            name = str(parameters[0])
            return name in ("progress", "quality") or (self.session.member.role in OFFICE and name in SCREENS)
        if action in ("turn", "bars"):
            return self._one is None and bool(self._tables)
        return super().check_action(action, parameters)

    # Reading

    def _load(self) -> None:
        session, part = self.session, self._part
        self._question += 1

        def work() -> tuple[dict[str, Any], list[Table]]:
            if part == "quality":
                found = quality.report(session)
                return found, report_tables.quality_tables(found)
            found = progress.report(session)
            return found, report_tables.progress_tables(found)

        self.busy = not self._tables
        if self.busy:
            # At a hundred thousand registrations it takes a second, and the part chosen is seen at once.
            self._tell_parts()
            self.query_one(TableLines).head("")
            self.query_one(TableLines).show([Line(_("Menghitung ..."), "quiet")], cursor=0)
        self.ask(work, partial(self._found, self._question), failed=self._not_found)

    def _not_found(self, words: str) -> None:
        self.busy = False
        self.complain(words)

    def _found(self, question: int, found: tuple[dict[str, Any], list[Table]]) -> None:
        if question != self._question:
            return
        self.busy = False
        self._report, self._tables = found
        self._flags = [bool(each["flags"]) for each in self._report.get("enumerators", ())]
        if self._one is not None:
            self._one = self._of(self._one["kind"], self._one["key"])
        self._draw(keep=True)

    def relabel(self) -> None:
        super().relabel()
        self._draw(keep=True)

    # Drawing

    def _draw(self, *, keep: bool = False) -> None:
        self._tell_parts()
        if not self._tables:
            return
        shown = self.query_one(TableLines)
        width = max(30, self.size.width - 5)
        if self._one is not None:
            headings, lines = self._figure_lines(width)
            right = plain(self._one["name"], 40)
        else:
            headings, lines = self._lines(width)
            place = _("{page} dari {count}").format(page=self._page + 1, count=len(self._tables))
            right = f"{self._tables[self._page].title}, {place}"
        at = shown.cursor if keep else 0
        shown.head(headings)
        shown.show(lines or [Line(_("Belum ada apa pun untuk dilaporkan."), "quiet")], cursor=at)
        self.head(right=right)
        self.refresh_bindings()

    def _tell_parts(self) -> None:
        offered = [(name, words) for name, words in PARTS if self.check_action("part", (name,))]
        told = [
            f"[{number} {_(words)}]" if name == self._part else f" {number} {_(words)} "
            for number, (name, words) in enumerate(PARTS, start=1)
            if (name, words) in offered
        ]
        self.query_one("#parts", Static).update(plain("  ".join(told)))

    def _is_bars(self) -> bool:
        return self._as_bars.get((self._part, self._page), self._page in _BARS.get(self._part, ()))

    def _lines(self, width: int) -> tuple[str, list[Line]]:
        table = self._tables[self._page]
        flags = self._flags if self._part == "quality" and self._page == 0 else ()
        headings, rows = bar_lines(table, width) if self._is_bars() else table_lines(table, width, flags)
        keys = [*table.keys, *[""] * (len(rows) - len(table.keys))]
        lines = [Line(row, value=key) for row, key in zip(rows, keys, strict=True)]
        if any(flags):
            lines += [Line(""), *self._flag_lines()]
        return headings, lines

    def _flag_lines(self) -> list[Line]:
        """Who is worth a talk about what; the table itself has room for a mark only."""
        return [
            Line(f"! {plain(each['name'], 40)}: {', '.join(flag_words(flag) for flag in each['flags'])}", "warning")
            for each in self._report["enumerators"]
            if each["flags"]
        ]

    def _figure_lines(self, width: int) -> tuple[str, list[Line]]:
        one = self._one or {}
        rows = report_tables.figure_rows(one)
        longest = max(len(words) for words, _value, _behind in rows)
        lines = [
            Line(f"{words:{longest}}  {value}", value=(behind, words if behind != "people" else ""))
            for words, value, behind in rows
        ]
        for code, counted in one["overrides"].items():
            words = override_words(code)
            lines.append(Line(f"  {words}: {counted['count']}", value=(f"override:{code}", words)))
        if one.get("flags"):
            said = ", ".join(flag_words(flag) for flag in one["flags"])
            lines = [Line(_("Layak dibicarakan: {what}").format(what=said), "warning"), *lines]
        return _("Enter membuka pendaftaran di balik angka"), lines

    # Keys

    def action_part(self, name: str) -> None:
        """Another part of the reports."""
        if name in ("budget", "backcheck"):
            self.app.push_screen(screen_named(name))
            return
        self._part, self._page, self._one, self._tables = name, 0, None, []
        self._load()

    def action_turn(self, by: int) -> None:
        """The next table, or the one before."""
        self._page = (self._page + by) % len(self._tables)
        self._draw()

    def action_bars(self) -> None:
        """Bars instead of columns of numbers, and back."""
        self._as_bars[self._part, self._page] = not self._is_bars()
        self._draw(keep=True)

    def action_leave(self) -> None:
        if self._one is None:
            self.dismiss()
            return
        back = self._one["key"]
        self._one = None
        self._draw()
        keys = self._tables[self._page].keys
        self.query_one(TableLines).cursor = keys.index(back) if back in keys else 0

    def on_lines_chosen(self, event: TableLines.Chosen) -> None:
        value = event.lines.value()
        if self._one is not None:
            if isinstance(value, tuple):
                self._open_behind(*value)
        elif not isinstance(value, str) or not value:
            return
        elif self._part == "quality":
            self._open_quality(value)
        else:
            self._open_progress(value)

    def _open_quality(self, key_: str) -> None:
        if self._page in (0, 1):
            self._one = self._of("by" if self._page == 0 else "area", key_)
            self._draw()
        elif self._page == 2:
            self._list(f"override:{key_}", override_words(key_), {})

    def _of(self, kind: str, key_: str) -> dict[str, Any] | None:
        name, rows = ("member", "enumerators") if kind == "by" else ("area", "areas")
        found = next((each for each in self._report.get(rows, ()) if each[name] == key_), None)
        return {**found, "kind": kind, "key": key_} if found is not None else None

    def _open_behind(self, figure: str, words: str) -> None:
        one = self._one or {}
        said = ", ".join(filter(None, [words, plain(one["name"], 40)]))
        self._list(figure, said, {one["kind"]: one["key"]})

    def _list(self, figure: str, words: str, narrowed: dict[str, str]) -> None:
        work = partial(quality.behind, self.session, figure, **narrowed)

        def then(ids: Sequence[str]) -> None:
            self.app.push_screen(BehindScreen(ids, words))

        self.ask(work, then)

    def _open_progress(self, key_: str) -> None:
        by = "" if self.session.member.role in OFFICE else self.session.member.id
        states = frozenset(GROUPS.get(key_, ()))
        asked: dict[int, Callable[[], Wanted]] = {
            0: lambda: Wanted(states=states, by=by),
            1: lambda: Wanted(area=key_, by=by),
            2: lambda: Wanted(category=key_, by=by),
        }
        if self._page not in asked or (self._page == 0 and not states and key_ != "registered"):
            return
        table = self._tables[self._page]
        words = str(table.rows[table.keys.index(key_)][0])
        self.app.push_screen(BehindScreen(None, plain(words, 60), asked[self._page]()))

    def action_export(self) -> None:
        """All tables of this part as the sheets of one file."""
        tables, part = list(self._tables), _(dict(PARTS)[self._part]).casefold()
        if not tables:
            return

        def chosen(folders: list[Path] | None) -> None:
            if folders:
                out = folders[0] / f"{part}-{datetime.now().astimezone():%Y%m%d-%H%M%S}.xlsx"
                self.ask(partial(report_files.write_tables, out, tables), written, lane="cart")

        def written(answer: dict[str, Any]) -> None:
            self.tell(_("Ditulis ke {file}.").format(file=plain(Path(str(answer["file"])).name, 60)))

        self.app.push_screen(FileDialog(_("Tulis laporan ke folder mana?"), "folder"), chosen)
