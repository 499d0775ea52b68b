"""`fieldapp prelist --lines`: whom to visit, one line a person, for screen readers and braille displays.

Everything is plain text that scrolls; every result is kept before the next person is told.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fieldapp.cli.output import Output, plain, write
from fieldapp.domain.prelist import REFUSED, RESULTS, UNVISITED_STATES
from fieldapp.locale import _

if TYPE_CHECKING:
    from fieldapp.services.session import Session

#: As on the screen: no two results share a letter that could be mistaken for the other.
_LETTERS: Final = dict(zip("tpgk", RESULTS, strict=True))
_BEGIN, _UNDO, _BACK, _STOP, _HELP, _FIND = "b", "u", "<", ".", "?", "/"


def walk(session: Session, out: Output) -> int:
    """Goes from person to person until the input ends or somebody stops. Exit code 0."""
    walking = _Walk(session, out)
    walking.tell_help()
    walking.find("")
    while walking.step():
        pass
    walking.tell_progress()
    return 0


class _Walk:
    """Where the walk stands."""

    def __init__(self, session: Session, out: Output) -> None:
        self.session = session
        self.out = out
        self.ids: list[str] = []
        self.at = 0
        self.last: str | None = None
        self.street: tuple[str, str, str] | None = None

    def find(self, text: str) -> None:
        """Begins anew: those whose name or address holds the words; without words, whoever is left to visit."""
        from fieldapp.services import prelist

        ids = prelist.ids(self.session, text=text or None)
        if not text:
            rows = prelist.rows(self.session, ids)
            ids = [row["id"] for row in rows if row["state"] in (*UNVISITED_STATES, "tidak_di_rumah")]
        self.ids, self.at, self.street = ids, 0, None
        self.out.line(_("{count} orang.").format(count=len(ids)))

    def step(self) -> bool:
        """Tells one person and does what is typed about them; False at the end."""
        from fieldapp.services.problems import Problem

        if self.at >= len(self.ids):
            return self.at_the_end()
        row = self.row(self.ids[self.at])
        if row is None:
            self.at += 1
            return True
        self.tell_street(row)
        self.tell(row)
        line = self.read()
        if line is None or line == _STOP:
            return False
        try:
            self.do(line, row)
        except Problem as problem:
            self.out.line(plain(problem.message()))
        return True

    def at_the_end(self) -> bool:
        self.out.line(_("Selesai. / mencari lagi, < kembali, . berhenti."))
        line = self.read()
        if line is None or line in (_STOP, ""):
            return False
        if line == _BACK:
            self.at = max(0, len(self.ids) - 1)
        elif line.startswith(_FIND):
            self.find(line[1:].strip())
        return bool(self.ids) or line.startswith(_FIND)

    def do(self, line: str, row: Mapping[str, Any]) -> None:
        """What one typed line asks for. Raises Problem."""
        from fieldapp.services import prelist

        word, _space, note = line.partition(" ")
        if not line:
            self.at += 1
        elif line.startswith(_FIND):
            self.find(line[1:].strip())
        elif word.lower() in _LETTERS:
            self.found(_LETTERS[word.lower()], note, row)
        elif line.lower() == _BEGIN:
            from fieldapp.cli.lines import walk as fill_in

            fill_in(self.session, self.out, prelist.begin(self.session, row["id"]).id)
            self.at += 1
        elif line.lower() == _UNDO:
            self.undo(row)
        elif line == _BACK:
            self.at = max(0, self.at - 1)
        else:
            self.tell_help()

    def found(self, result: str, note: str, row: Mapping[str, Any]) -> None:
        """Keeps a result and goes on to the next person."""
        from fieldapp.services import prelist
        from fieldapp.services.prelist.words import state_words

        prelist.visit(self.session, row["id"], result, note)
        self.last = row["id"]
        if result == REFUSED:
            self.out.line(
                _("Penolakan dicatat; data orangnya dihapus dari daftar. Bila keliru, beri tahu koordinator.")
            )
        else:
            self.out.line(plain(_("Dicatat: {result}.").format(result=state_words(result))))
        self.at += 1

    def undo(self, row: Mapping[str, Any]) -> None:
        """Takes the result back that was kept last, or the one of the person at hand."""
        from fieldapp.services import prelist
        from fieldapp.services.prelist.words import state_words

        target = self.last or row["id"]
        after = prelist.undo_visit(self.session, target)
        self.last = None
        words = _("Hasil kunjungan dibatalkan; sekarang: {state}.")
        self.out.line(plain(words.format(state=state_words(after["state"]))))
        if target in self.ids:
            self.at = self.ids.index(target)

    # What is told

    def row(self, item: str) -> dict[str, Any] | None:
        from fieldapp.services import prelist

        return next(iter(prelist.rows(self.session, [item])), None)

    def tell_street(self, row: Mapping[str, Any]) -> None:
        """The RT, when it is another one than before, and how far it is."""
        from fieldapp.services import prelist

        street = (row["area"], row["rw"], row["rt"])
        if street == self.street:
            return
        self.street = street
        for each in prelist.tally(self.session):
            if (each["area"], each["rw"], each["rt"]) == street:
                words = _("RT {rt} RW {rw} {area}: {visited} dari {people} dikunjungi.")
                told = {"rt": each["rt"] or "-", "rw": each["rw"] or "-", "area": each["area_name"]}
                self.out.line(plain(words.format(**told, visited=each["visited"], people=each["people"])))

    def tell(self, row: Mapping[str, Any]) -> None:
        from fieldapp.services.prelist.words import shown_name, state_words

        parts = [shown_name(row["name"], row["state"]), row["address"], state_words(row["state"])]
        self.out.line(plain(", ".join(part for part in parts if part)))

    def tell_help(self) -> None:
        from fieldapp.services.prelist.words import state_words

        told = ", ".join(f"{letter} {state_words(result)}" for letter, result in _LETTERS.items())
        self.out.line(_("Hasil kunjungan: {results}; catatan boleh ditulis di belakangnya.").format(results=told))
        self.out.line(
            _("Enter orang berikutnya; b mulai formulir; u batalkan hasil; < kembali; /kata mencari; . berhenti.")
        )

    def tell_progress(self) -> None:
        from fieldapp.services import prelist

        found = prelist.tally(self.session)
        visited, people = (sum(each[word] for each in found) for word in ("visited", "people"))
        self.out.line(_("{visited} dari {people} dikunjungi").format(visited=visited, people=people))

    def read(self) -> str | None:
        """A line typed by the person; None at the end of the input."""
        write(sys.stdout, "> ")
        line = sys.stdin.readline()
        return line.strip() if line else None
