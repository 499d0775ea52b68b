"""The form line by line, for screen readers and braille displays: one question, one line of answer, saved at once.

Everything is plain text that scrolls; nothing is drawn, moved or coloured. After every answer the draft is saved, so
that a stopped program costs at most the line being typed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.cli.answers import answer_words
from fieldapp.cli.dialogue import Stopped
from fieldapp.cli.findings import finding_lines
from fieldapp.cli.near import WATCHED, NearTeller
from fieldapp.cli.output import Output, plain, write
from fieldapp.cli.words import state_words
from fieldapp.locale import _, language

if TYPE_CHECKING:
    from fieldapp.forms.check import Checked
    from fieldapp.forms.question import Question, Section
    from fieldapp.services.drafts import DraftView
    from fieldapp.services.session import Session

_SKIP, _HELP, _EMPTY, _BACK, _STOP = "", "?", "-", "<", "."


def walk(session: Session, out: Output, resume: str | None) -> int:
    """Asks the whole form, or goes on with the draft `resume`, and submits it. Exit code 1 when it stayed a draft."""
    from fieldapp.services import drafts

    view = drafts.draft(session, resume) if resume else drafts.new_draft(session)
    walking = Walk(session, out, view)
    walking.tell(_("Draf {id}. Enter melewati pertanyaan; ? bantuan.").format(id=view.id))
    walking.tell(_("- mengosongkan; < kembali; . berhenti, draf tersimpan."))
    try:
        walking.ask_all(walking.start())
        answer = walking.finish()
    except Stopped:
        checked = walking.save(walking.asking)
        answer = {"id": view.id, "state": "draft", "errors": [], "warnings": []}
        walking.tell(_("Draf tersimpan dengan {count} kesalahan.").format(count=len(checked.errors)))
        walking.tell(_("Lanjutkan dengan: fieldapp register --lines --resume {id}").format(id=view.id))
        out.answer(answer)
        return 0
    out.answer(answer, [*sent_words(answer), *finding_lines(answer)])
    return 1 if answer["state"] == "draft" else 0


def sent_words(answer: Mapping[str, Any]) -> Iterator[str]:
    """What became of a draft that was handed in; after a return also which round that begins."""
    yield f"{state_words(answer['state'])}  {answer['id']}"
    if int(answer.get("round") or 1) > 1:
        yield _("Dikirim lagi, putaran {number}.").format(number=answer["round"])


class Walk:
    """One walk over the form: where it stands and what has been answered."""

    def __init__(self, session: Session, out: Output, view: DraftView) -> None:
        from fieldapp.forms.declaration import FORM

        self.session = session
        self.out = out
        self.id = view.id
        self.values: dict[str, Any] = dict(view.values)
        self.near = NearTeller(session, view.registration)
        self.registration = view.registration
        #: What was said about an answer by whoever returned the registration.
        self.said = self.comments(view)
        self.position = view.position
        #: The question that stands there now, where a stopped draft goes on.
        self.asking = view.position
        self.saved_at = time.monotonic()
        self.steps: list[tuple[Section, Question]] = [
            (section, question) for section in FORM for question in section.questions if not question.app_set
        ]

    def comments(self, view: DraftView) -> dict[str, list[str]]:
        """Comments on the registration that is corrected, as sentences, by question; of a new person there are none."""
        if view.registration is None:
            return {}
        from fieldapp.services import returned

        said: dict[str, list[str]] = {}
        for each in returned.beside(self.session, view.registration, view.id).get("comments", ()):
            words = _("Catatan {by}: {text}").format(by=plain(each["by"]), text=plain(each["text"] or ""))
            said.setdefault(str(each["field"]), []).append(f"  {words}")
        return said

    def tell(self, text: str) -> None:
        """A line for the person; beside the answer when that is JSON."""
        self.out.say(text)

    def read(self, prompt: str) -> str:
        """A line typed by the person, without its line end. Raises Stopped at the end of the input."""
        write(sys.stderr if self.out.as_json else sys.stdout, prompt)
        line = sys.stdin.readline()
        if not line:
            raise Stopped
        return line.rstrip("\r\n").encode("utf-8", "replace").decode("utf-8")

    def start(self) -> int:
        """The step that the draft was left at."""
        names = [question.name for _section, question in self.steps]
        if self.position is not None and self.position[1] in names:
            return names.index(self.position[1])
        return 0

    def ask_all(self, at: int) -> None:
        """Asks every relevant question from step `at` on; `<` goes back over those that were asked."""
        asked: list[int] = []
        section_told = ""
        while at < len(self.steps):
            section, question = self.steps[at]
            if not question.is_relevant(self.values):
                at += 1
                continue
            if section.name != section_told:
                self.tell_section(section)
                section_told = section.name
            if self.ask(section, question):
                asked.append(at)
                at += 1
            elif asked:
                at = asked.pop()

    def tell_section(self, section: Section) -> None:
        sections = list(dict.fromkeys(each.name for each, _question in self.steps))
        number = sections.index(section.name) + 1
        label = section.labels.say(language())
        self.tell("")
        self.tell(_("Bagian {number} dari {count}: {label}").format(number=number, count=len(sections), label=label))
        if section.name == "consent":
            self.tell_consent()

    def tell_consent(self) -> None:
        from fieldapp.forms.consent import consent_text

        self.tell(_("Bacakan atau sampaikan:"))
        for paragraph in consent_text(self.session.settings, language()):
            self.tell(paragraph)

    def ask(self, section: Section, question: Question) -> bool:
        """Asks one question until it is answered without an error or left; False to go back to the one before."""
        self.asking = (section.name, question.name)
        self.tell_question(question)
        while True:
            line = self.read("> ").strip()
            if line == _SKIP:
                return True
            if line == _BACK:
                return False
            if line == _STOP:
                raise Stopped
            if line == _HELP:
                self.tell(question.help.say(language()) or _("Tidak ada bantuan untuk pertanyaan ini."))
                continue
            try:
                value = None if line == _EMPTY else self.answer(question, line)
            except ValueError as complaint:
                self.tell(str(complaint))
                continue
            if self.keep(section, question, value):
                return True

    def tell_question(self, question: Question) -> None:
        needed = _("wajib") if question.is_required(self.values) else _("boleh kosong")
        several = "; " + _("boleh beberapa, pisahkan dengan koma") if question.kind == "many" else ""
        self.tell(f"{question.label(language())} ({needed}{several})")
        if question.kind == "bool":
            self.tell(_("  y ya, t tidak"))
        elif question.kind == "documents":
            self.tell_papers(question)
        elif question.kind in ("one", "many"):
            for number, choice in enumerate(question.choices, start=1):
                self.tell(f"  {number} {choice.label(language())}")
        present = self.values.get(question.name)
        if present is not None:
            self.tell(_("  Sekarang: {value}").format(value=answer_words(question, present)))
        for words in self.said.get(question.name, ()):
            self.tell(words)

    def tell_papers(self, question: Question) -> None:
        from fieldapp.forms.sections.documents_consent import DOCUMENT_STATES

        states = ", ".join(f"{state.code} ({state.label(language())})" for state in DOCUMENT_STATES)
        for choice in question.choices:
            self.tell(f"  {choice.code} {choice.label(language())}")
        self.tell(_("  Tulis misalnya: ktp=dilihat, kk=tidak_ada. Pilihannya: {states}").format(states=states))

    def answer(self, question: Question, line: str) -> Any:
        """The answer that `line` gives to `question`; ValueError with words when it gives none."""
        from fieldapp.forms.typed import read_typed

        if question.kind == "area":
            return self.area(line)
        return read_typed(question, line)

    def area(self, text: str) -> str:
        """The code of the area typed as a code or as part of its name; a choice among several is asked for."""
        from fieldapp.domain import region

        if region.lookup(text) is not None:
            return text
        found = region.search(text, within=self.session.settings.city, limit=9)
        if not found:
            raise ValueError(_("Tidak ada kelurahan dengan nama itu. Ketik bagian lain dari namanya, atau kodenya."))
        if len(found) == 1:
            self.tell(f"  {found[0].name}, {found[0].code}")
            return found[0].code
        for number, each in enumerate(found, start=1):
            self.tell(f"  {number} {each.name}, {each.code}")
        choice = self.read(_("Nomor berapa? ")).strip()
        if choice.isdecimal() and 1 <= int(choice) <= len(found):
            return found[int(choice) - 1].code
        raise ValueError(_("Ketik lagi nama kelurahannya."))

    def keep(self, section: Section, question: Question, value: Any) -> bool:
        """Saves the draft with the answer; False, with the findings told, when the answer is wrong."""
        self.values[question.name] = value
        checked = self.save((section.name, question.name))
        wrong = [finding for finding in checked.errors if finding.field == question.name]
        self.tell_findings([*wrong, *(each for each in checked.warnings if each.field == question.name)])
        if question.name in WATCHED:
            self.tell_near()
        return not wrong or value is None

    def save(self, position: tuple[str, str] | None = None) -> Checked:
        from fieldapp.services import drafts

        self.position = position or self.position
        spent = int(time.monotonic() - self.saved_at)
        self.saved_at += spent
        checked = drafts.save_draft(self.session, self.id, self.values, position=self.position, seconds=spent)
        self.values = dict(checked.values)
        return checked

    def tell_findings(self, findings: Sequence[Any]) -> None:
        from fieldapp.forms.messages import message

        for finding in findings:
            self.tell(f"  ! {plain(message(finding, language()))} ({finding.code})")

    def tell_near(self, *, again: bool = False) -> None:
        """Who is registered already and is like the person being asked."""
        for sentence in self.near.news(self.values, again=again):
            self.tell(sentence)

    def finish(self) -> dict[str, Any]:
        """Submits the draft; errors are asked about again before, and warnings explained, if the person will."""
        from fieldapp.services import registrations

        checked = self.save()
        while checked.errors:
            self.tell(_("Belum dapat dikirim: {count} kesalahan.").format(count=len(checked.errors)))
            self.tell_findings(checked.errors)
            if not self.agreed(_("Perbaiki sekarang? y ya, t simpan sebagai draf: ")):
                break
            for section, question in self.wrong_steps(checked):
                self.ask(section, question)
            checked = self.save()
        overrides = {} if checked.errors else self.reasons(checked)
        return registrations.submit(self.session, self.id, overrides)

    def wrong_steps(self, checked: Checked) -> Iterator[tuple[Any, Any]]:
        wrong = {finding.field for finding in checked.errors}
        return (step for step in self.steps if step[1].name in wrong)

    def reasons(self, checked: Checked) -> dict[str, str]:
        """A reason for every warning that has none yet; left empty the draft stays a draft."""
        reasons = {}
        for finding in checked.unexplained:
            self.tell_findings([finding])
            prompt = _("Alasan bila memang benar begitu; kosong, simpan sebagai draf: ")
            if finding.code == "duplicate_near":
                self.tell_near(again=True)
                prompt = _("Mengapa ini orang lain? Kosong bila orangnya sama; draf disimpan, tidak dikirim: ")
            reason = self.read(prompt).strip()
            if reason:
                reasons[finding.code] = reason
        return reasons

    def agreed(self, prompt: str) -> bool:
        return self.read(prompt).strip().casefold() in ("y", "ya", "yes")
