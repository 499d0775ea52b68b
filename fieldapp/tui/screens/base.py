"""What all screens and dialogs share: their frame, words in the chosen language, and work done beside the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import N_, _
from fieldapp.tui.desk import Lane
from fieldapp.tui.keys import key, translated
from fieldapp.tui.text import content, plain
from fieldapp.tui.widgets.bars import BottomBars, KeyLine, StatusLine, TitleLine
from fieldapp.tui.widgets.small_window import SmallWindow, is_too_small

if TYPE_CHECKING:
    from fieldapp.services.session import Session
    from fieldapp.tui.app import FieldApp

Result = TypeVar("Result")
Found = TypeVar("Found")


class Desked(Screen[Result]):
    """A screen that asks the services: never on the loop, and every refusal ends in words for a person."""

    DEFAULT_CSS = """
    Desked { layers: default top; }
    Desked.-too-small { overflow: hidden; }
    Desked.-too-small SmallWindow { display: block; }
    Desked.-too-small Toast { visibility: hidden; }
    """

    @property
    def field_app(self) -> FieldApp:
        return cast("FieldApp", self.app)

    @property
    def session(self) -> Session:
        """The unlocked session; screens that need none are shown before it exists."""
        session = self.field_app.session
        if session is None:
            raise RuntimeError("screen shown before unlocking")
        return session

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        return translated(self._working_bindings())

    def _working_bindings(self) -> dict[str, ActiveBinding]:
        # The framework's hidden scroll keys stand aside when there is nothing to scroll, so they must not hide a key of
        # ours from the line of keys.
        working: dict[str, ActiveBinding] = {}
        for node, bindings in self._modal_binding_chain:
            for name, binding in bindings:
                state = self.app._check_action_state(binding.action, node)
                known = working.get(name)
                if state is not False and (known is None or (binding.show and not known.binding.show)):
                    # Taken out first, so that ours stands in the order in which the screen names its keys.
                    working.pop(name, None)
                    working[name] = ActiveBinding(node, binding, bool(state), "")
        return working

    # A screen that was under a question while its window changed was not told of it, so it looks when it comes up.
    @on(events.Resize)
    @on(events.ScreenResume)
    def _measure(self) -> None:
        self.set_class(is_too_small(self.app.size), "-too-small")

    def ask(
        self,
        work: Callable[[], Found],
        then: Callable[[Found], object],
        *,
        lane: Lane = "eye",
        failed: Callable[[str], object] | None = None,
    ) -> None:
        """Runs `work` in a lane of the desk; then, on the loop, `then` with its result or `failed` with words."""
        self.run_worker(self._asked(work, then, lane, failed or self.complain), exit_on_error=False)

    async def _asked(
        self,
        work: Callable[[], Found],
        then: Callable[[Found], object],
        lane: Lane,
        failed: Callable[[str], object],
    ) -> None:
        from fieldapp.services.problems import Problem

        try:
            found = await self.field_app.desk.ask(lane, work)
        except Problem as problem:
            failed(problem_text(problem))
        except Exception as error:
            self.field_app.report(error)
            failed(_("Ada kesalahan di dalam program. Laporannya disimpan; pekerjaan Anda tidak hilang."))
        else:
            if self.is_attached:
                then(found)

    def complain(self, words: str) -> None:
        """Tells what was refused."""
        self.notify(words, title=_("Belum dapat dilakukan"), severity="error", timeout=12, markup=False)

    def tell(self, words: str) -> None:
        """Tells that something was done."""
        self.notify(words, timeout=6, markup=False)


def problem_text(problem: Any) -> str:
    """The refusal in words, and what each rule behind it found."""
    message, file = problem.message(), problem.details.get("file")
    # Of many packets, which one was it?
    named = message if not file or str(file) in message else f"{plain(file, 60)}: {message}"
    lines = [named, *(f"- {finding.get('message', '')}" for finding in problem.findings[:8])]
    return "\n".join(lines)


class FieldScreen(Desked[Result]):
    """A full screen: title on top, the work in the middle, status and keys at the bottom."""

    HEADING: ClassVar[str] = ""
    """The title, Indonesian, marked with N_."""
    HELP: ClassVar[str] = ""
    """What F1 says about this screen, Indonesian, marked with N_."""
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "leave", N_("Kembali"))]
    AUTO_FOCUS = "Lines, Input, ChoiceField"

    busy: bool = False
    """The screen is being made ready: keys typed meanwhile wait for it."""

    unsaved: bool = False
    """What is typed on it could not be kept (a full disk): whoever takes the screen away asks first."""

    def compose(self) -> ComposeResult:
        yield TitleLine()
        yield from self.body()
        yield BottomBars(StatusLine(), KeyLine())
        yield SmallWindow()

    def body(self) -> Iterable[Widget]:
        """What stands between the bars."""
        return ()

    def on_mount(self) -> None:
        self.head(_(self.HEADING))
        self.show_status()

    def on_screen_resume(self) -> None:
        self.show_status()
        self.field_app.refresh_status()

    def head(self, left: str | None = None, right: str | None = None) -> None:
        """Changes the title line."""
        self.query_one(TitleLine).tell(left, right)

    def show_status(self) -> None:
        """Shows the status that the application last heard from the services."""
        self.query_one(StatusLine).tell(self.field_app.status, self.field_app.online, self.field_app.quiet.note)

    def relabel(self) -> None:
        """Another language is in force: show every word anew and keep what is typed, marked and at hand.

        The bars follow by themselves; screens that read what they show when they come back need no more than this.
        """
        self.head(_(self.HEADING))
        # As the framework does it: the handler of every class, not only the nearest.
        for each in type(self).__mro__:
            if "on_screen_resume" in vars(each):
                vars(each)["on_screen_resume"](self)

    def keep(self) -> None:
        """The program is about to close or lock: hand what is not on disk yet to the desk."""

    def status_changed(self) -> None:
        """The services told a new status; screens that count on it draw themselves again."""

    def action_leave(self) -> None:
        self.dismiss()

    def help_lines(self) -> list[str]:
        """Paragraphs of help for what is at hand; screens with fields add their own."""
        return [_(self.HELP)] if self.HELP else []


class Dialog(Desked[Result], ModalScreen[Result]):
    """A question over a screen: a titled box with keys of its own; Esc answers nothing."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > Vertical {
        width: 76; max-width: 96%; height: auto; max-height: 92%;
        border: double $primary; background: $background; color: $foreground; padding: 0 1;
    }
    Dialog .dialog--words { height: auto; margin-bottom: 1; }
    Dialog KeyLine { margin-top: 1; padding: 0; }
    Dialog Lines { height: auto; max-height: 14; }
    Dialog Input { background: $surface; margin-bottom: 1; }
    Dialog PlainForm Input { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        key("escape", "leave", N_("Batal")),
        key("f1", "app.help", N_("Bantuan")),
    ]
    AUTO_FOCUS = "Input, Lines"

    def __init__(self, title: str, words: Iterable[str] = ()) -> None:
        super().__init__()
        self._title = title
        self._words = list(words)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.can_focus = False
            box.border_title = content(self._title)
            for paragraph in self._words:
                yield Static(content(paragraph), classes="dialog--words", markup=False)
            yield from self.body()
            yield KeyLine()
        yield SmallWindow()

    def body(self) -> Iterable[Widget]:
        """The fields of the question."""
        return ()

    def help_lines(self) -> list[str]:
        """Paragraphs of help: what is asked, again; dialogs that need more add their own."""
        return [*self._words, _("Esc menutup kotak ini tanpa mengubah apa pun.")]

    def action_leave(self) -> None:
        self.dismiss(None)
