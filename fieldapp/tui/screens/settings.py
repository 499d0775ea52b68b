"""Settings: how this laptop looks, its network, the member's own lock, keys and passphrase, and who works here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from textual.widget import Widget

from fieldapp.locale import N_, _, language
from fieldapp.services import looks
from fieldapp.tui import theme
from fieldapp.tui.locking import LOCK_AFTER, minutes
from fieldapp.tui.screens.base import FieldScreen
from fieldapp.tui.screens.dialogs import Pick, Write
from fieldapp.tui.screens.palette import LANGUAGE_NAMES
from fieldapp.tui.text import plain, role_text
from fieldapp.tui.widgets.lines import Line, Lines

HUB: Final = "hub_url"
"""The laptop's setting that the exchange services read."""
AUTO_SYNC: Final = "auto_sync"
"""The laptop's setting: whether it exchanges by itself when a hub is known."""
LABEL: Final = 26
LOCK_CHOICES: Final = (2, 5, 10, 15, 30, 60, 0)
DENSITIES: Final = {"padat": N_("Padat"), "lega": N_("Lega (baris kosong di antaranya)")}
GLYPHS: Final = {"unicode": N_("Lengkap"), "ascii": N_("Huruf dasar saja (ASCII)")}

HELPS: Final = {
    "density": N_("Lega memberi baris kosong di antara isian dan baris, supaya lebih mudah diikuti mata."),
    "glyphs": N_("Pilih huruf dasar bila garis dan tanda di terminal ini tampak kacau."),
    "check": N_("Pusat ditanya apakah ia ada dan mengenali program ini. Tidak ada data yang dikirim."),
    "auto": N_("Bila ya, laptop bertukar dengan pusat diam-diam setiap kali ada jaringan. Pekerjaan tidak terganggu."),
    "lock": N_("Laptop yang ditinggalkan mengunci sendiri. Yang sedang diisi disimpan dulu dan terbuka lagi."),
    "keys": N_("Tombol perintah dapat diganti, misalnya bila terminal memakai F1 untuk dirinya."),
    "passphrase": N_("Kata sandi ini hanya milik Anda dan hanya berlaku di laptop ini."),
    "join": N_("Anggota baru memakai berkas undangan dan PIN-nya sendiri, lalu memilih kata sandinya sendiri."),
    "switch": N_("Laptop dikunci; siapa pun yang bekerja di sini membukanya dengan kata sandinya sendiri."),
}
"""What F1 says about the line at hand."""


class SettingsScreen(FieldScreen[None]):
    """One line a setting: what it is now; Enter changes it."""

    HEADING = N_("Pengaturan")
    HELP = N_(
        "Enter mengubah pengaturan di baris ini; perubahan berlaku seketika dan langsung disimpan. Tampilan dan "
        "jaringan berlaku bagi semua yang bekerja di laptop ini, yang lain hanya bagi Anda."
    )

    def __init__(self) -> None:
        super().__init__()
        self._hub_told = ""
        self._here: list[dict[str, Any]] = []

    def body(self) -> Iterable[Widget]:
        yield Lines(id="settings")

    def on_mount(self) -> None:
        super().on_mount()
        self._draw(1)
        session = self.session

        def work() -> list[dict[str, Any]]:
            from fieldapp.services import membership

            return [each for each in membership.members(session) if each["this_laptop"]]

        self.ask(work, self._show_members)

    def _show_members(self, here: list[dict[str, Any]]) -> None:
        self._here = here
        self._draw()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._draw()

    def relabel(self) -> None:
        super().relabel()
        # What was found out was said in the other language.
        self._hub_told = ""
        self._draw()

    def help_lines(self) -> list[str]:
        at_hand = self.query_one("#settings", Lines).value()
        own = [_(HELPS[at_hand])] if isinstance(at_hand, str) and at_hand in HELPS else []
        return [*own, *super().help_lines()]

    # What it is now

    def _draw(self, at: int | None = None) -> None:
        lines: list[Line] = []
        for heading, rows in self._groups():
            lines += [Line(heading, "heading")]
            lines += [Line(f"  {name:<{LABEL}} {now}".rstrip(), value=what) for name, now, what in rows]
        self.query_one("#settings", Lines).show(lines, cursor=at)

    def _groups(self) -> Iterable[tuple[str, list[tuple[str, str, str | None]]]]:
        look, session = self.field_app.looks, self.session
        yield (
            _("Tampilan laptop ini"),
            [
                (_("Bahasa"), LANGUAGE_NAMES[language()], "language"),
                (_("Tema"), _(theme.NAMES[self.app.theme]), "theme"),
                (_("Kerapatan"), _(DENSITIES[look.density]), "density"),
                (_("Garis dan tanda"), _(GLYPHS[look.glyphs]), "glyphs"),
            ],
        )
        hub = session.preference(HUB)
        yield (
            _("Jaringan"),
            [
                (_("Alamat pusat"), plain(hub, 48) if hub else _("(belum ada)"), "hub"),
                (_("Periksa sambungan"), self._hub_told or _("tanya pusat sekarang"), "check"),
                (_("Sinkron sendiri"), self._auto_words(), "auto"),
            ],
        )
        yield (
            _("Anda"),
            [
                (_("Kunci otomatis"), lock_words(self.field_app.idle.minutes), "lock"),
                (_("Tombol"), self._keys_words(), "keys"),
                (_("Ganti kata sandi"), "", "passphrase"),
                (_("Perkenalan"), _("lihat sekali lagi"), "tour"),
            ],
        )
        members: list[tuple[str, str, str | None]] = [self._member(each) for each in self._here]
        yield (
            _("Yang bekerja di laptop ini"),
            [
                *members,
                (_("Tambah anggota"), _("dengan berkas undangan dan PIN-nya"), "join"),
                (_("Ganti anggota"), _("kunci laptop, lalu yang lain membukanya"), "switch"),
            ],
        )

    def _member(self, member: Mapping[str, Any]) -> tuple[str, str, None]:
        is_me = member["id"] == self.session.member.id
        what = role_text(str(member["role"]))
        return plain(member["name"], LABEL), f"{what}, {_('sedang bekerja')}" if is_me else what, None

    def _auto_words(self) -> str:
        session = self.session
        if not session.preference(HUB):
            return _("(menunggu alamat pusat)")
        return _("Ya") if session.preference(AUTO_SYNC, True) else _("Tidak")

    def _keys_words(self) -> str:
        changed = len(self.field_app.keys)
        return _("{count} diubah").format(count=changed) if changed else _("seperti semula")

    # Changing it

    def on_lines_chosen(self, event: Lines.Chosen) -> None:
        match event.lines.value():
            case "language":
                self._pick(_("Bahasa"), LANGUAGE_NAMES, language(), self._speak)
            case "theme":
                self._pick_look("theme", _("Tema"), theme.NAMES)
            case "density":
                self._pick_look("density", _("Kerapatan"), DENSITIES)
            case "glyphs":
                self._pick_look("glyphs", _("Garis dan tanda"), GLYPHS)
            case "hub":
                self._ask_hub()
            case "check":
                self._check_hub()
            case "auto":
                self._pick_auto()
            case "lock":
                self._pick_lock()
            case "keys":
                from fieldapp.tui.screens.keys import KeysDialog

                self.app.push_screen(KeysDialog())
            case "passphrase":
                from fieldapp.tui.screens.passphrase import PassphraseDialog

                self.app.push_screen(PassphraseDialog())
            case "tour":
                self.app.call_later(self.app.run_action, "app.tour")
            case "join":
                from fieldapp.tui.screens.wizard import JoinScreen

                self.app.push_screen(JoinScreen())
            case "switch":
                self.app.call_later(self.app.run_action, "app.lock")

    def _pick(self, title: str, names: Mapping[str, str], now: str, then: Callable[[str], object]) -> None:
        def done(picked: object) -> None:
            if isinstance(picked, str):
                then(picked)

        lines = [Line(words, value=code) for code, words in names.items()]
        at = list(names).index(now) if now in names else 0
        self.app.push_screen(Pick(title, lines, at=at), done)

    def _pick_look(self, what: str, title: str, names: Mapping[str, str]) -> None:
        def changed(code: str) -> None:
            self._keep_looks(self.field_app.change_looks(**{what: code}))

        self._pick(
            title, {code: _(words) for code, words in names.items()}, getattr(self.field_app.looks, what), changed
        )

    def _speak(self, code: str) -> None:
        self._keep_looks(self.field_app.speak(code))

    def _keep_looks(self, chosen: looks.Looks) -> None:
        self._draw()
        self.ask(partial(looks.write, self.field_app.home, chosen), lambda _done: None, lane="pen")

    def _keep(self, name: str, value: Any, *, own: bool = False) -> None:
        keep = self.session.set_own_preference if own else self.session.set_preference

        def kept(_done: object) -> None:
            self._draw()
            if name in (HUB, AUTO_SYNC):
                self.field_app.quiet.soon()

        self.ask(partial(keep, name, value), kept, lane="pen")

    def _pick_auto(self) -> None:
        session = self.session
        if not session.preference(HUB):
            self._ask_hub()
            return
        names = {
            "yes": _("Ya, diam-diam saat ada jaringan"),
            "no": _("Tidak, hanya bila diminta di Tukar data"),
        }
        now = "yes" if session.preference(AUTO_SYNC, True) else "no"
        self._pick(_("Sinkron sendiri"), names, now, lambda picked: self._keep(AUTO_SYNC, picked == "yes"))

    def _pick_lock(self) -> None:
        def changed(picked: str) -> None:
            self.field_app.idle.minutes = float(picked)
            self._keep(LOCK_AFTER, int(picked), own=True)

        now = str(int(self.field_app.idle.minutes))
        self._pick(_("Kunci otomatis"), {str(each): lock_words(each) for each in LOCK_CHOICES}, now, changed)

    def _ask_hub(self) -> None:
        def done(address: str | None) -> None:
            if address is not None:
                self._hub_told = ""
                self._keep(HUB, address or None)

        words = [
            _("Alamat pusat seperti yang diberikan administrator, misalnya http://10.0.0.5:8420."),
            _("Kosongkan bila tidak ada pusat: flashdisk tetap dapat dipakai."),
        ]
        kept = str(self.session.preference(HUB) or "")
        self.app.push_screen(Write(_("Alamat pusat"), words, value=kept, check=lambda text: ""), done)

    def _check_hub(self) -> None:
        session = self.session
        if not session.preference(HUB):
            self._ask_hub()
            return
        self._tell_hub(_("Sebentar, pusat ditanya..."))

        def work() -> dict[str, Any]:
            from fieldapp.services.hub import link as hub_link

            return hub_link.check(session)

        self.ask(work, self._hub_answered, lane="cart", failed=self._hub_silent)

    def _hub_answered(self, found: dict[str, Any]) -> None:
        self.field_app.online = True
        self.show_status()
        self._tell_hub(_("pusat menjawab"))
        words = [_("{name} menjawab dan mengenali program ini.").format(name=plain(found["member"], 60))]
        late = round(abs(found["clock_offset_ms"]) / 60_000)
        if late:
            words.append(_("Jam laptop ini berbeda {count} menit dari jam pusat.").format(count=late))
        self.tell("\n".join(words))

    def _hub_silent(self, words: str) -> None:
        self.field_app.online = False
        self.show_status()
        self._tell_hub(_("tidak berhasil"))
        self.complain(words)

    def _tell_hub(self, words: str) -> None:
        self._hub_told = words
        self._draw()


def lock_words(after_min: float) -> str:
    """When the laptop locks by itself."""
    if not after_min:
        return _("Tidak pernah")
    return _("Setelah {minutes} menit tanpa ketikan").format(minutes=minutes(after_min))
