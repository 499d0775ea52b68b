"""Changing the own passphrase."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from fieldapp.locale import _
from fieldapp.tui.screens.base import Dialog
from fieldapp.tui.widgets.plain_form import Blank, PlainForm


class PassphraseDialog(Dialog[None]):
    """The old passphrase once, the new one twice. Nothing changes before the last Enter."""

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

    def help_lines(self) -> list[str]:
        return [
            *self.query_one(PlainForm).help_lines(),
            _(
                "Ketik kata sandi lama, lalu yang baru dua kali. Data tidak berubah, hanya kuncinya. Esc membatalkan; "
                "kata sandi lama tetap berlaku."
            ),
        ]

    def on_plain_form_finished(self, event: PlainForm.Finished) -> None:
        form = self.query_one(PlainForm)
        old, new, again = (event.values[name] for name in ("old", "new", "again"))
        if self._busy:
            return
        if not old:
            form.say(_("Ketik dulu kata sandi lama."), wrong=True, at="old")
        elif new != again:
            form.say(_("Kedua kata sandi tidak sama. Ketik ulang."), wrong=True, at="new")
        elif new == old:
            form.say(_("Kata sandi baru sama dengan yang lama. Pilih yang lain."), wrong=True, at="new")
        else:
            self._change(form, old, new)

    def _change(self, form: PlainForm, old: str, new: str) -> None:
        self._busy = True
        form.say(_("Sebentar, kunci sedang dibuat..."))
        home, member = self.field_app.home, self.session.member.id

        def work() -> None:
            from fieldapp.services.session import SHORTEST_TYPED_PASSPHRASE, change_passphrase

            change_passphrase(home, old, new, member=member, least=SHORTEST_TYPED_PASSPHRASE)

        self.ask(work, lambda _done: self._changed(), lane="pen", failed=self._refused)

    def _refused(self, words: str) -> None:
        self._busy = False
        self.query_one(PlainForm).say(words, wrong=True)

    def _changed(self) -> None:
        self.tell(_("Kata sandi sudah diganti."))
        self.dismiss(None)

    def action_leave(self) -> None:
        # Once the keys are being made it cannot be taken back, and whoever leaves must know which passphrase holds.
        if not self._busy:
            super().action_leave()
