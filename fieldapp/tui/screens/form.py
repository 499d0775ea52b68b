"""The registration form: one page a section, always kept, opened again exactly where it was left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.widget import Widget

from fieldapp.forms.consent import VERSIONS, version_for
from fieldapp.forms.declaration import FORM, QUESTIONS
from fieldapp.forms.progress import from_nik
from fieldapp.locale import N_, _, language
from fieldapp.services import drafts, places
from fieldapp.tui.areas import areas_near
from fieldapp.tui.keys import key
from fieldapp.tui.screens import screen_named
from fieldapp.tui.screens.form_moves import SECTION_OF, SEND, FormMoves
from fieldapp.tui.screens.form_near import NearWatch
from fieldapp.tui.screens.form_said import ask_said
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.near_box import Near, NearBox
from fieldapp.tui.widgets.question_row import Around
from fieldapp.tui.widgets.read_out import ReadOut
from fieldapp.tui.widgets.section_bar import SectionBar
from fieldapp.tui.widgets.section_page import SectionPage
from fieldapp.tui.widgets.send_page import ReasonLine, SendPage
from fieldapp.tui.widgets.side_panel import BROAD, SidePanel

if TYPE_CHECKING:
    from fieldapp.tui.screens.draft_pair import DraftVerdict

NEAR_CODE = "duplicate_near"
"""The warning that somebody like this is registered already; its reason is given where the two are compared."""

#: Kept as soon as they are chosen; typing is kept when the field is left, or by the clock.
CHOSEN = ("one", "many", "bool", "documents")


class FormScreen(FormMoves):
    """A draft on the screen. `draft` opens a kept one, `registration` begins a correction, neither a new person."""

    CSS_PATH = "form.tcss"
    HEADING = N_("Daftarkan orang baru")
    HELP = N_(
        "Enter ke isian berikut, panah naik ke isian sebelumnya, Ctrl+B ke isian wajib berikut, PgDn dan PgUp "
        "berpindah bagian. Ctrl+O memberi huruf pada tiap isian. Pilihan: huruf pertama atau panah dan Spasi. Semua "
        "tersimpan sendiri; Esc menutup dan draf dapat dilanjutkan. Tanda bagian: + lengkap, ! ada yang salah. "
        "Bintang (*) berarti wajib."
    )
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        key("ctrl+b", "needed", N_("Wajib berikut")),
        key("ctrl+o", "letters", N_("Ke isian")),
        key("ctrl+s", "send", N_("Kirim")),
        key("ctrl+r", "repeat", N_("Ulang alamat")),
        key("pagedown", "section(1)", N_("Lanjut")),
        key("pageup", "section(-1)", N_("Mundur")),
        key("ctrl+l", "problems", N_("Masalah")),
        key("ctrl+g", "jump", N_("Lompat")),
        key("f7", "compare", N_("Bandingkan")),
        key("escape", "leave", N_("Tutup")),
    ]

    def __init__(
        self,
        draft: str | None = None,
        registration: str | None = None,
        at: str | None = None,
        recovered: bool = False,
    ) -> None:
        """`at`: the field to begin at, when a correction is about one."""
        super().__init__(draft, registration, recovered)
        self._at = at
        self.neighbour = {}
        self._towns: tuple[str, ...] = ()
        self._near = NearWatch(self, self._show_near)

    def body(self) -> Iterable[Widget]:
        yield SectionBar()
        pages = Container(id="pages")
        pages.can_focus = False
        yield Horizontal(pages, SidePanel(), id="sheet")
        yield NearBox()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= BROAD, "-broad")
        self.call_after_refresh(self._tell_side)

    def _tell_side(self) -> None:
        """What a wide screen says beside the page."""
        if self._draft is not None and self.has_class("-broad"):
            field = "" if self.number == SEND else self.draft.position[1]
            self.query_one(SidePanel).tell(self.draft, field, self.query_one(NearBox).lines())

    def opened(self, view: drafts.DraftView) -> None:
        self._head()
        ask_said(self, self._show_said)
        self._near.begin()
        self.ask_neighbour()
        session, city = self.session, self.programme.city
        self.ask(lambda: places.towns(session, city), self._know_towns, failed=lambda _words: None)
        self.call_later(self._begin_at, view)

    def _know_towns(self, found: tuple[str, ...]) -> None:
        self._towns = found

    async def _begin_at(self, view: drafts.DraftView) -> None:
        if self._at is not None:
            await self.jump(self._at)
            return
        section, name = view.position or ("", "")
        number = next((index for index, each in enumerate(FORM) if each.name == section), 0)
        await self._show(SEND if section == "send" else number, name)

    def _show_said(self) -> None:
        if isinstance(self.page, SectionPage):
            self.page.refresh_notes()
            self.call_after_refresh(self.page.keep_in_view)

    # Pages

    async def _show(self, number: int, field: str = "", *, last: bool = False) -> None:
        """Shows a page and puts the cursor on `field`, its last field, or its first."""
        self.busy = True
        try:
            self.gather(everything=True)
            self.number = max(0, min(number, SEND))
            page = self._new_page()
            pages = self.query_one("#pages", Container)
            await pages.remove_children()
            self.page = page
            await pages.mount(page)
        finally:
            self.busy = False
        # Kept at once: where the cursor comes to stand in the page is told only after this.
        self.draft.position = ("send" if isinstance(page, SendPage) else page.section.name, field)
        if isinstance(page, SendPage):
            page.focus_on(field)
        elif last:
            page.focus_last()
        else:
            page.focus_on(field)
            self.offer_neighbour()
        self._head()
        self.save()

    async def turn(self, number: int, *, last: bool = False) -> None:
        # What the rules say must belong to what is on the screen, so the page that sends waits for a save.
        if number == SEND and self.number != SEND:
            self.check_then_send_page()
        elif 0 <= number <= SEND:
            await self._show(number, last=last)

    def _new_page(self) -> SectionPage | SendPage:
        if self.number == SEND:
            return SendPage(self.draft, self.query_one("#pages").size.width)
        section = FORM[self.number]
        areas = areas_near(self.session, self.programme.city, self._submit_search)
        around = Around(areas, self.session.today, lambda: self._towns)
        return SectionPage(section, self.draft, around, self._read_out if section.name == "consent" else None)

    def relabel(self) -> None:
        super().relabel()
        if self.page is not None:
            # What is typed lives in the draft; the page is made anew from it, at the same field.
            self.gather(everything=False)
            self.call_later(self._show_again, self.draft.position[1], set(self.draft.visited))

    async def _show_again(self, field: str, visited: set[str]) -> None:
        await self._show(self.number, field)
        # Nobody has been to the fields that were only drawn again.
        self.draft.visited &= visited
        if isinstance(self.page, SectionPage):
            self.page.refresh_notes()

    # Who is registered already

    def keep(self) -> None:
        self._near.stop()
        super().keep()

    def on_unmount(self) -> None:
        self._near.stop()

    def _show_near(self, found: Sequence[Near]) -> None:
        given = self.draft.values.get("overrides")
        reason = str(given.get(NEAR_CODE, "")) if isinstance(given, Mapping) else ""
        self.query_one(NearBox).show(found, reason)
        self._tell_side()
        self.refresh_bindings()
        if isinstance(self.page, SectionPage):
            # The box took lines from the page.
            self.call_after_refresh(self.page.keep_in_view)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "compare":
            return self.is_mounted and bool(self.query_one(NearBox).found)
        return super().check_action(action, parameters)

    def action_compare(self) -> None:
        """The draft beside the registrations that are like it."""
        found = self.query_one(NearBox).found
        if self._draft is None or not found:
            return
        self.gather(everything=False)
        self.app.push_screen(screen_named("draft_pair", values=self.draft.values, found=found), self._compared)

    def _compared(self, verdict: DraftVerdict | None) -> None:
        if verdict is None:
            return
        if verdict.registration is not None:
            self.close_for(verdict.registration)
            return
        self.draft.explain(NEAR_CODE, verdict.reason)
        self._show_near(self.query_one(NearBox).found)
        if isinstance(self.page, SendPage):
            # Its line for this reason was empty.
            self.check_then_send_page()
        else:
            self.save()

    def _submit_search(self, work: Callable[[], None]) -> Future[None]:
        return self.field_app.desk.submit("eye", work)

    def _read_out(self) -> ReadOut:
        # The version that the draft began with stays: what is kept is what was read out.
        version = str(self.draft.values.get("consent_text_version") or "")
        if version not in VERSIONS:
            version = version_for(self.programme)
            self.draft.put("consent_text_version", version)
        return ReadOut(self.programme, version, language())

    def gather(self, everything: bool) -> None:
        page = self.page
        if not isinstance(page, SectionPage):
            return
        if not everything:
            page.collect(self.draft.position[1])
            return
        for name in page.rows:
            page.collect(name)
        if "nik" in page.rows:
            self._fill_from_nik()
        self.draft.visited.update(question.name for question in page.section.questions)

    def _head(self) -> None:
        draft = self.draft
        kind = _("Perbaikan") if draft.registration else _("Daftarkan orang baru")
        name = plain(draft.values.get("name") or "", 60)
        title = _("Periksa dan kirim") if self.number == SEND else FORM[self.number].labels.say(language())
        self.head(f"{kind}: {name}" if name else kind, f"{self.number + 1}/{SEND + 1} {title}")
        self.query_one(SectionBar).tell(draft, self.number, self.saved_at, self.unsaved)
        self._tell_side()

    def after_saving(self, changed: list[str]) -> None:
        if isinstance(self.page, SectionPage):
            self.page.show_answers(changed)
            self.page.refresh_asked()
            self.page.refresh_notes()
        self._head()

    def after_ticking(self) -> None:
        self.query_one(SectionBar).tell(self.draft, self.number, self.saved_at, self.unsaved)

    def to_send_page(self) -> None:
        self.call_later(self._show, SEND)

    # What happens in a page

    def on_lines_moved(self) -> None:
        self.stirred()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.stirred()
        if isinstance(event.widget, ReasonLine):
            self.draft.position = ("send", event.widget.code)
        name = getattr(event.widget, "field", None) or getattr(getattr(event.widget, "owner", None), "field", None)
        if isinstance(event.widget, ReadOut):
            # The text to be read out comes before the first question: whoever stopped there goes on there.
            name = ""
        if isinstance(name, str) and self._draft is not None and self.number < SEND:
            self.draft.position = (FORM[self.number].name, name)
            self._tell_side()

    def on_section_page_touched(self, event: SectionPage.Touched) -> None:
        self.stirred()
        self._near.touched(event.field)
        if event.field == "nik" and event.left:
            self._fill_from_nik()
        if event.left and isinstance(self.page, SectionPage):
            self.page.refresh_notes()
        if event.left or QUESTIONS[event.field.partition(".")[0]].kind in CHOSEN:
            self.save()

    def _fill_from_nik(self) -> None:
        draft = self.draft
        if not isinstance(self.page, SectionPage):
            return
        # What an earlier NIK brought and nobody touched follows the one that was put right.
        typed = {name: value for name, value in draft.values.items() if draft.filled.get(name) != "nik"}
        for name, value in from_nik(typed, self.session.today()).items():
            draft.fill(name, value, "nik")
        self.page.show_answers(draft.filled)

    async def on_section_page_past_end(self, event: SectionPage.PastEnd) -> None:
        await self.turn(self.number + (-1 if event.back else 1), last=event.back)

    # Ways

    async def action_section(self, by: int) -> None:
        if self.page is not None:
            await self.turn(self.number + by)

    def action_send(self) -> None:
        if isinstance(self.page, SendPage):
            self.send()
        elif self.page is not None:
            self.check_then_send_page()

    async def jump(self, field: str) -> None:
        await self._show(SECTION_OF.get(field, 0), field)

    async def on_send_page_jump_to(self, event: SendPage.JumpTo) -> None:
        await self.jump(event.field)

    def on_send_page_reason_given(self, event: SendPage.ReasonGiven) -> None:
        self.draft.explain(event.code, event.reason)

    def on_send_page_picked(self, event: SendPage.Picked) -> None:
        match event.what:
            case "send":
                self.send()
            case "refused":
                self.refuse()
            case _:
                self.action_leave()

    def help_lines(self) -> list[str]:
        lines = [*self.query_one(NearBox).lines(), *super().help_lines()]
        question = QUESTIONS.get(self.draft.position[1].partition(".")[0]) if self._draft else None
        if question is None:
            return lines
        spoken = language()
        return [f"{question.label(spoken)}. {question.help.say(spoken)}".strip(), *lines]
