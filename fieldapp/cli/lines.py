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
from fieldapp.services.problems import Problem

if TYPE_CHECKING:
    from fieldapp.forms.check import Checked
    from fieldapp.forms.question import Question, Section
    from fieldapp.services.drafts import DraftView
    from fieldapp.services.session import Session

_SKIP, _HELP, _EMPTY, _BACK, _STOP, _ONWARD, _SAME, _LANGUAGE = "", "?", "-", "<", ".", ">", "=", "b"
PARTS = ("address", "rt", "rw", "area")
"""Of an address; each is a question with `ktp_` or `domicile_` before it."""
AREAS_AT_ONCE = 9
_PASSING = ("store_full", "store_unwritable", "store_busy")
"""Refusals to save that may pass by themselves."""
_LONGEST_PAUSE_S = 120
"""More than this between two answers is no time on the form."""


class GoTo(Exception):
    """The person asked for another question."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


def walk(session: Session, out: Output, resume: str | None) -> int:
    """Asks the whole form, or goes on with the draft `resume`, and submits it. Exit code 1 when it stayed a draft."""
    from fieldapp.services import drafts

    view = drafts.draft(session, resume) if resume else drafts.new_draft(session)
    walking = Walk(session, out, view)
    walking.tell(_("Draf {id}. Enter melewati pertanyaan; ? bantuan.").format(id=view.id))
    walking.tell(_("- mengosongkan; < kembali; . berhenti, draf tersimpan."))
    walking.tell(_("> ke pertanyaan wajib berikutnya; >6 ke bagian 6; = mengulang alamat orang sebelumnya."))
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
        self.seconds = view.seconds
        self.wrong: set[str] = set()
        self.consent_spoken = language()
        self.steps: list[tuple[Section, Question]] = [
            (section, question) for section in FORM for question in section.questions if not question.app_set
        ]

    def comments(self, view: DraftView) -> dict[str, list[str]]:
        """Comments on the registration that is corrected, as sentences, by question; of a new person there are none."""
        if view.registration is None:
            return {}
        from fieldapp.services.returns import returned

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
            try:
                forward = self.ask(section, question, moving=True)
            except GoTo as wanted:
                asked.append(at)
                at, section_told = wanted.step, ""
                continue
            if forward:
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
        self.tell_progress()
        if section.name == "consent":
            self.tell_consent(language())

    def tell_progress(self) -> None:
        """How much of what is needed is answered, and how long it took."""
        from fieldapp.forms.progress import progress

        counted = progress(self.values)
        self.tell(
            _("Wajib {answered} dari {needed} terisi; {minutes} menit.").format(
                answered=counted.needed_answered, needed=counted.needed, minutes=self.seconds // 60
            )
        )

    def tell_consent(self, spoken: str) -> None:
        """The consent text of the version that the draft began with, which is the one that is kept."""
        from fieldapp.forms.consent import VERSIONS, consent_text, languages_of, version_for

        version = str(self.values.get("consent_text_version") or "")
        if version not in VERSIONS:
            version = self.values["consent_text_version"] = version_for(self.session.settings)
        languages = languages_of(version)
        self.consent_spoken = spoken if spoken in languages else languages[0]
        self.tell(_("Bacakan atau sampaikan (teks versi {version}):").format(version=plain(version)))
        for paragraph in consent_text(self.session.settings, self.consent_spoken, version):
            self.tell(paragraph)
        if len(languages) > 1:
            self.tell(_("b menyampaikan teks ini dalam bahasa lain."))

    def tell_consent_otherwise(self) -> None:
        """The same text in the next language that there is."""
        from fieldapp.forms.consent import languages_of

        languages = languages_of(str(self.values["consent_text_version"]))
        self.tell_consent(languages[(languages.index(self.consent_spoken) + 1) % len(languages)])

    def onward(self, question: Question, line: str) -> int | None:
        """The step that `>` or `>6` names; None for any other line, or when there is no such section."""
        from fieldapp.forms.progress import next_needed

        target = line.removeprefix(_ONWARD).strip()
        if not line.startswith(_ONWARD) or (target and not target.isdecimal()):
            return None
        names = [each.name for _section, each in self.steps]
        if not target:
            wanted = next_needed(self.values, self.wrong, question.name)
            return names.index(wanted) if wanted is not None else len(self.steps)
        sections = list(dict.fromkeys(section.name for section, _question in self.steps))
        if len(target) > 2 or not 1 <= int(target) <= len(sections):
            return None
        place = sections[int(target) - 1]
        return next(at for at, (section, _question) in enumerate(self.steps) if section.name == place)

    def ask(self, section: Section, question: Question, *, moving: bool = False) -> bool:
        """Asks one question until it is answered without an error or left; False to go back to the one before.

        With `moving`, a line may lead to any other question (GoTo).
        """
        self.asking = (section.name, question.name)
        self.tell_question(question)
        while True:
            line = self.read("> ").strip()
            if moving and (step := self.onward(question, line)) is not None:
                raise GoTo(step)
            if line == _LANGUAGE and question.name == "consent_given":
                self.tell_consent_otherwise()
                continue
            if line.startswith(_SAME) and question.name in ("ktp_address", "domicile_address"):
                if self.repeat(section, question, line.removeprefix(_SAME).strip()):
                    return True
                continue
            if line == _SKIP:
                return True
            if line == _BACK:
                return False
            if line == _STOP:
                raise Stopped
            if line == _HELP:
                self.tell(question.help.say(language()) or _("Tidak ada bantuan untuk pertanyaan ini."))
                self.tell(_("Enter melewati; - mengosongkan; < kembali; > wajib berikutnya; >6 bagian 6; . berhenti."))
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
            words = self.area_words(present) if question.kind == "area" else answer_words(question, present)
            self.tell(_("  Sekarang: {value}").format(value=words))
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
        """The code of the area typed as a code or as words of its name; a choice among several is asked for."""
        from fieldapp.services import places

        found = places.find(self.session, text, self.session.settings.city, AREAS_AT_ONCE)
        if not found.found:
            raise ValueError(_("Tidak ada kelurahan dengan nama itu. Ketik bagian lain dari namanya, atau kodenya."))
        if len(found.found) == 1:
            code, name = found.found[0]
            self.tell(f"  {name}, {code}")
            return code
        for number, (code, name) in enumerate(found.found, start=1):
            self.tell(f"  {number} {name}, {code}")
        if found.more:
            self.tell(_("  Masih ada lagi: ketik lebih lengkap, atau tambahkan kecamatan atau kotanya."))
        choice = self.read(_("Nomor berapa? ")).strip()
        if choice.isdecimal() and 1 <= int(choice) <= len(found.found):
            return found.found[int(choice) - 1][0]
        raise ValueError(_("Ketik lagi nama kelurahannya."))

    def area_words(self, code: Any) -> str:
        """A kelurahan by its name, as people of the city read it; any other answer as it is."""
        from fieldapp.services import places

        return places.name(str(code), self.session.settings.city) or plain(str(code))

    def repeat(self, section: Section, question: Question, number: str) -> bool:
        """Takes over the address of the person before, with this one's house number; False when there is none."""
        from fieldapp.services import drafts

        prefix = question.name.removesuffix("address")
        near = drafts.last_address(self.session, self.id)
        address = {name: near[prefix + name] for name in PARTS if near.get(prefix + name)} or {
            name: near["ktp_" + name] for name in PARTS if near.get("ktp_" + name)
        }
        if not address:
            self.tell(_("Belum ada alamat orang sebelumnya."))
            return False
        for name, value in address.items():
            if self.values.get(prefix + name) in (None, ""):
                self.values[prefix + name] = value
        if "address" in address:
            number = number or self.read(_("Nomor rumah? ")).strip()
            self.values[question.name] = " ".join(f"{address['address']} {number}".split())
        self.save((section.name, question.name))
        told = [plain(str(self.values[prefix + name])) for name in PARTS[:3] if prefix + name in self.values]
        told += [self.area_words(self.values[f"{prefix}area"])] if f"{prefix}area" in self.values else []
        self.tell(_("  Diulang dari orang sebelumnya, cocokkan: {address}").format(address=", ".join(told)))
        return True

    def keep(self, section: Section, question: Question, value: Any) -> bool:
        """Saves the draft with the answer; False, with the findings told, when the answer is wrong."""
        self.values[question.name] = value
        if question.name == "nik":
            self.fill_from_nik()
        checked = self.save((section.name, question.name))
        kept = self.values.get(question.name)
        if kept is not None and kept != value and question.kind in ("date", "digits", "text"):
            self.tell(_("  Dicatat: {value}").format(value=answer_words(question, kept)))
        wrong = [finding for finding in checked.errors if finding.field == question.name]
        self.tell_findings([*wrong, *(each for each in checked.warnings if each.field == question.name)])
        if question.name in WATCHED:
            self.tell_near()
        # No is an answer too: what follows from it is asked at the end.
        return not wrong or value is None or all(each.code == "consent_refused" for each in wrong)

    def save(self, position: tuple[str, str] | None = None) -> Checked:
        from fieldapp.services import drafts

        self.position = position or self.position
        now = time.monotonic()
        spent = min(_LONGEST_PAUSE_S, int(now - self.saved_at))
        self.saved_at = now if spent else self.saved_at
        self.seconds += spent
        while True:
            try:
                checked = drafts.save_draft(self.session, self.id, self.values, position=self.position, seconds=spent)
                break
            except Problem as problem:
                if problem.code not in _PASSING:
                    raise
                # What was typed is still here, and a disk that is full now may have room in a minute.
                self.tell(problem.message())
                if self.read(_("Belum tersimpan. Enter mencoba lagi; . berhenti tanpa menyimpan: ")).strip() == _STOP:
                    raise
        self.values = dict(checked.values)
        self.wrong = {finding.field for finding in checked.errors}
        return checked

    def fill_from_nik(self) -> None:
        """Birth date and sex as the NIK says them, told so that they can be compared with the card."""
        from fieldapp.forms.declaration import QUESTIONS
        from fieldapp.forms.progress import from_nik

        for name, value in from_nik(self.values, self.session.today()).items():
            self.values[name] = value
            question = QUESTIONS[name]
            words = _("  Diisi dari NIK, cocokkan dengan KTP: {question} {value}")
            self.tell(words.format(question=question.label(language()), value=answer_words(question, value)))

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
            if self.values.get("consent_given") is False and self.refuse():
                break
            self.tell(_("Belum dapat dikirim: {count} kesalahan.").format(count=len(checked.errors)))
            self.tell_findings(checked.errors)
            if not self.agreed(_("Perbaiki sekarang? y ya, t simpan sebagai draf: ")):
                break
            for section, question in self.wrong_steps(checked):
                self.ask(section, question)
            checked = self.save()
        overrides = {} if checked.errors else self.reasons(checked)
        return registrations.submit(self.session, self.id, overrides)

    def refuse(self) -> bool:
        """Asks before everything about a person who did not consent is deleted; False to go on with the form."""
        self.tell(
            _("Orang ini tidak setuju dicatat, jadi datanya tidak boleh disimpan. Yang dihitung hanya kunjungannya.")
        )
        return self.agreed(_("Hapus isian orang ini sekarang? y ya, t kembali ke isian: "))

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
                # Kept with the draft at once, like any other answer.
                self.values["overrides"] = {**(self.values.get("overrides") or {}), finding.code: reason}
                self.save()
        return reasons

    def agreed(self, prompt: str) -> bool:
        return self.read(prompt).strip().casefold() in ("y", "ya", "yes")
