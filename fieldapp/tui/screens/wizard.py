"""The first run: join a programme with an invitation, or create one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static

from fieldapp.locale import LANGUAGES, N_, _, language
from fieldapp.tui.keys import key
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.text import content, whole
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.plain_form import Blank, PlainForm

if TYPE_CHECKING:
    from fieldapp.services.session import Session


class WizardScreen(FieldScreen[None]):
    """Which way to begin."""

    HEADING = N_("Selamat datang di Fieldapp")
    HELP = N_(
        "Pencacah, koordinator dan pengawas bergabung dengan berkas undangan dan PIN dari administrator. "
        "Administrator membuat program baru sekali saja, di laptopnya sendiri."
    )
    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "app.quit", N_("Keluar"))]

    def body(self) -> Iterable[Widget]:
        yield Static(content(self._question()), id="question", classes="pad", markup=False)
        yield Lines(self._ways())

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        match event.lines.value():
            case "join":
                self.app.push_screen(JoinScreen())
            case "found":
                self.app.push_screen(FoundScreen())
            case "language":
                other = next(each for each in LANGUAGES if each != language())
                self.app.call_later(self.app.run_action, f"app.speak('{other}')")

    def relabel(self) -> None:
        super().relabel()
        self.query_one("#question", Static).update(content(self._question()))
        self.query_one(Lines).show(self._ways())

    @staticmethod
    def _question() -> str:
        return _("Belum ada program di laptop ini. Apa yang ingin Anda lakukan?")

    @staticmethod
    def _ways() -> list[Line]:
        return [
            Line(_("Bergabung dengan berkas undangan dan PIN"), value="join"),
            Line(_("Membuat program baru (administrator)"), value="found"),
            Line("English" if language() == "id" else "Bahasa Indonesia", value="language"),
        ]


class StepScreen(FieldScreen[None]):
    """A page of lines to fill in; the last Enter does it, in a thread, since making keys takes a second or two."""

    BINDINGS: ClassVar[list[BindingType]] = [key("ctrl+s", "finish", N_("Lanjut"))]

    def __init__(self, blanks: list[Blank], work: Callable[[dict[str, str]], Session], intro: str = "") -> None:
        """`work` makes the session from the lines' values; it runs off the loop."""
        super().__init__()
        self._blanks = [*blanks, *_secrets()]
        self._work = work
        self._intro = intro
        self._busy = False

    def body(self) -> Iterable[Widget]:
        yield PlainForm(self._blanks, intro=self._intro)

    def help_lines(self) -> list[str]:
        return [*self.query_one(PlainForm).help_lines(), *super().help_lines()]

    def action_finish(self) -> None:
        self._try(self.query_one(PlainForm).values())

    def on_plain_form_finished(self, event: PlainForm.Finished) -> None:
        self._try(event.values)

    def _try(self, values: dict[str, str]) -> None:
        form = self.query_one(PlainForm)
        if self._busy:
            return
        missing = next((blank for blank in self._blanks if not values[blank.name].strip()), None)
        if missing is not None:
            form.say(_("{label} belum diisi.").format(label=missing.label), wrong=True, at=missing.name)
        elif values["passphrase"] != values["again"]:
            form.say(_("Kedua kata sandi tidak sama. Ketik ulang."), wrong=True, at="passphrase")
        else:
            self._busy = True
            form.say(_("Sebentar, kunci sedang dibuat..."))
            self.ask(partial(self._checked, values), self._opened, lane="pen", failed=self._refused)

    def _checked(self, values: dict[str, str]) -> Session:
        from fieldapp.services.session import SHORTEST_TYPED_PASSPHRASE, check_passphrase

        check_passphrase(values["passphrase"], SHORTEST_TYPED_PASSPHRASE)
        return self._work(values)

    def _refused(self, words: str) -> None:
        self._busy = False
        self.query_one(PlainForm).say(words, wrong=True)

    def _opened(self, session: Session) -> None:
        self.app.call_later(self.field_app.begin, session)


class JoinScreen(StepScreen):
    """Invitation file, PIN, own passphrase. `host` stays open while a further member joins on this laptop."""

    HEADING = N_("Bergabung ke program")
    HELP = N_(
        "Berkas undangan datang dari administrator (lewat flashdisk atau surel), PIN lewat jalan lain. Ctrl+O "
        "mencari berkasnya. Kata sandi Anda sendiri yang tentukan."
    )
    BINDINGS: ClassVar[list[BindingType]] = [key("ctrl+o", "browse", N_("Cari berkas"))]

    def __init__(self) -> None:
        blanks = [
            Blank("file", _("Berkas undangan"), help=_("Ctrl+O untuk mencarinya di flashdisk.")),
            Blank("pin", _("PIN"), secret=True),
        ]
        super().__init__(blanks, self._join)

    def action_browse(self) -> None:
        from fieldapp.tui.screens.files import FileDialog

        def done(files: list[Path] | None) -> None:
            if files:
                form = self.query_one(PlainForm)
                form.fill("file", str(files[0]))
                form.say("", at="pin")

        self.app.push_screen(FileDialog(_("Berkas undangan"), "file"), done)

    def _join(self, values: dict[str, str]) -> Session:
        from fieldapp.services import membership

        app = self.field_app
        file = Path(values["file"].strip()).expanduser()
        return membership.join(app.home, file, values["pin"], values["passphrase"], host=app.session)


class FoundScreen(StepScreen):
    """The settings without which a programme cannot begin; the rest have the announced programme's values."""

    HEADING = N_("Program baru")
    HELP = N_(
        "Nilai awal adalah yang diumumkan untuk Balikpapan. Semua dapat diubah kemudian. Yang membuat program "
        "menjadi administrator pertamanya."
    )

    def __init__(self) -> None:
        today = date.today()
        start = date(today.year + (today.month == 12), today.month % 12 + 1, 1)
        blanks = [
            Blank("name", _("Nama program")),
            Blank("city", _("Kode kota atau kabupaten"), "64.71", _("64.71 adalah Kota Balikpapan.")),
            Blank("quota", _("Kuota (orang)"), "10.000"),
            Blank("budget", _("Anggaran (rupiah)"), "1.900.000.000"),
            Blank("premium", _("Iuran sebulan (rupiah)"), "16.800"),
            Blank("start", _("Bulan mulai"), f"{start:%Y-%m}", _("Tahun-bulan, misalnya 2026-07.")),
            Blank("member", _("Nama Anda"), "Administrator"),
        ]
        super().__init__(blanks, self._found, _("Program baru dengan Anda sebagai administrator pertamanya."))

    def _found(self, values: dict[str, str]) -> Session:
        from fieldapp.services import programme

        amounts: dict[str, Any] = {name: whole(values[name]) for name in ("quota", "budget", "premium")}
        return programme.create(
            self.field_app.home,
            values["passphrase"],
            name=values["name"].strip(),
            city=values["city"].strip(),
            start=values["start"].strip(),
            member_name=values["member"].strip(),
            **amounts,
        )


def _secrets() -> list[Blank]:
    return [
        Blank("passphrase", _("Kata sandi baru"), help=_("Sedikitnya 8 huruf. Hanya Anda yang tahu."), secret=True),
        Blank("again", _("Kata sandi sekali lagi"), secret=True),
    ]
