"""Language, look, passphrase, and further members of this laptop."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from textual.widget import Widget

from fieldapp.locale import N_, _, language, set_language
from fieldapp.services import looks
from fieldapp.tui import theme
from fieldapp.tui.screens.base import Dialog, FieldScreen
from fieldapp.tui.screens.dialogs import Pick, Write
from fieldapp.tui.text import plain
from fieldapp.tui.widgets.lines import Line, Lines
from fieldapp.tui.widgets.plain_form import Blank, PlainForm

HUB: Final = "hub_url"
"""The laptop's setting that the exchange services read."""
LANGUAGE_NAMES: Final = {"id": "Bahasa Indonesia", "en": "English"}


class SettingsScreen(FieldScreen[None]):
    """One line a setting: what it is now; Enter changes it."""

    HEADING = N_("Pengaturan")
    HELP = N_("Enter mengubah pengaturan di baris ini. Bahasa dan tampilan berlaku seketika dan hanya di laptop ini.")

    def body(self) -> Iterable[Widget]:
        yield Lines(id="settings")

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()

    def _draw(self) -> None:
        hub = plain(self.session.preference(HUB) or _("(belum ada)"), 60)
        pairs = [
            (_("Bahasa"), LANGUAGE_NAMES[language()], "language"),
            (_("Tampilan"), _(theme.NAMES[self.app.theme]), "theme"),
            (_("Alamat pusat"), hub, "hub"),
            (_("Ganti kata sandi"), "", "passphrase"),
            (_("Anggota lain di laptop ini"), _("bergabung dengan undangan sendiri"), "join"),
        ]
        self.query_one("#settings", Lines).show([Line(f"{name:<30}{now}", value=what) for name, now, what in pairs])

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        match event.lines.value():
            case "language":
                self._pick(_("Bahasa"), LANGUAGE_NAMES, self._speak)
            case "theme":
                self._pick(_("Tampilan"), {code: _(words) for code, words in theme.NAMES.items()}, self._look)
            case "hub":
                self._ask_hub()
            case "passphrase":
                self.app.push_screen(PassphraseDialog())
            case "join":
                from fieldapp.tui.screens.wizard import JoinScreen

                self.app.push_screen(JoinScreen())

    def _pick(self, title: str, names: dict[str, str], then: Any) -> None:
        def done(picked: object) -> None:
            if isinstance(picked, str):
                then(picked)

        self.app.push_screen(Pick(title, [Line(words, value=code) for code, words in names.items()]), done)

    def _keep(self, name: str, value: str, then: Any) -> None:
        self.ask(partial(self.session.set_preference, name, value), lambda _done: then(), lane="pen")

    def _speak(self, code: str) -> None:
        def spoken(_done: object) -> None:
            set_language(code)
            # Texts are made when a screen is made, so the screens that stand open are made anew.
            self.app.call_later(self.field_app.remake, "settings")

        self._keep_looks(spoken, language=code)

    def _look(self, name: str) -> None:
        self._keep_looks(lambda _done: self._draw(), theme=name)

    def _keep_looks(self, then: Any, **changes: str) -> None:
        chosen = self.field_app.change_looks(**changes)
        self.ask(partial(looks.write, self.field_app.home, chosen), then, lane="pen")

    def _ask_hub(self) -> None:
        def done(address: str | None) -> None:
            if address is not None:
                self._keep(HUB, address, self._draw)

        words = [_("Alamat pusat seperti yang diberikan administrator, misalnya http://10.0.0.5:8420.")]
        kept = str(self.session.preference(HUB) or "")
        self.app.push_screen(Write(_("Alamat pusat"), words, value=kept, check=lambda text: ""), done)


class PassphraseDialog(Dialog[None]):
    """The old passphrase once, the new one twice."""

    def __init__(self) -> None:
        super().__init__(_("Ganti kata sandi"))
        self._busy = False

    def body(self) -> Iterable[Widget]:
        yield PlainForm(
            [
                Blank("old", _("Kata sandi lama"), secret=True),
                Blank("new", _("Kata sandi baru"), help=_("Sedikitnya 8 huruf."), secret=True),
                Blank("again", _("Kata sandi baru sekali lagi"), secret=True),
            ]
        )

    def on_plain_form_finished(self, event: PlainForm.Finished) -> None:
        form = self.query_one(PlainForm)
        values = event.values
        if self._busy:
            return
        if values["new"] != values["again"]:
            form.say(_("Kedua kata sandi tidak sama. Ketik ulang."), wrong=True, at="new")
            return
        self._busy = True
        form.say(_("Sebentar, kunci sedang dibuat..."))
        home = self.field_app.home

        def work() -> None:
            from fieldapp.services.session import change_passphrase

            change_passphrase(home, values["old"], values["new"])

        self.ask(work, lambda _done: self._changed(), lane="pen", failed=self._refused)

    def _refused(self, words: str) -> None:
        self._busy = False
        self.query_one(PlainForm).say(words, wrong=True)

    def _changed(self) -> None:
        self.tell(_("Kata sandi sudah diganti."))
        self.dismiss(None)
