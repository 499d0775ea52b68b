"""Which keys reach a program in every terminal, and why the others do not.

From the control codes that terminals send (ECMA-48, DEC VT220), and from what Windows Terminal, the Linux console,
GNOME's terminals and browsers keep for themselves.
"""

from __future__ import annotations

from typing import Final

from fieldapp.locale import N_, _

NAMED: Final = frozenset(
    {
        *("enter", "escape", "space", "tab", "backspace", "delete", "insert"),
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
        *(f"f{number}" for number in (*range(1, 10), 12)),
        "shift+tab",
    }
)
"""Keys with a name that every terminal sends."""

SIGNS: Final = frozenset({"asterisk", "plus", "minus", "slash", "question_mark", "full_stop", "comma", "number_sign"})
"""The framework's names of signs that are typed as they are."""

SAME_CODE: Final[dict[str, str]] = {
    "ctrl+h": "backspace",
    "ctrl+i": "tab",
    "ctrl+j": "enter",
    "ctrl+m": "enter",
    "ctrl+left_square_bracket": "escape",
}
"""Keys that are sent as the very byte of another."""

TAKEN: Final[dict[str, str]] = {
    "ctrl+c": N_("Terminal memakainya untuk menyalin atau menghentikan program."),
    "ctrl+v": N_("Terminal memakainya untuk menempel."),
    "ctrl+z": N_("Terminal memakainya untuk menunda program."),
    "ctrl+w": N_("Peramban menutup halaman dengan tombol itu."),
    "ctrl+t": N_("Peramban membuka halaman lain dengan tombol itu."),
    "ctrl+n": N_("Peramban membuka jendela lain dengan tombol itu."),
    "f10": N_("Jendela terminal membuka menunya dengan tombol itu."),
    "f11": N_("Jendela terminal menjadi selayar penuh dengan tombol itu."),
}
"""Keys that something between the keyboard and the program keeps for itself."""


def refusal(name: str) -> str:
    """Why `name` (as the framework writes it: `ctrl+g`, `f7`, `b`) cannot be a key of ours; empty when it can."""
    if name in SAME_CODE:
        return _("Terminal mengirim tombol itu sama seperti {key}.").format(key=SAME_CODE[name])
    if name in TAKEN:
        return _(TAKEN[name])
    if name in NAMED or name in SIGNS or (len(name) == 1 and name.isprintable()):
        return ""
    *modifiers, last = name.split("+")
    if modifiers == ["ctrl"] and len(last) == 1 and "a" <= last <= "z":
        return ""
    # Alt is sent as Esc before the key; Shift and Ctrl with other keys are not sent at all by the Linux console.
    return _("Tidak semua terminal dapat mengirim tombol itu.")
