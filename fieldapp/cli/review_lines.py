"""`fieldapp review --lines`: the queue by ear. Each registration is told, the odd first, then one letter decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fieldapp.cli import aloud
from fieldapp.cli.dialogue import STOP, Stopped, Talk
from fieldapp.cli.output import Output, plain, rupiah
from fieldapp.cli.words import kind_words, risk_words, state_words
from fieldapp.locale import N_, _

if TYPE_CHECKING:
    from fieldapp.services.session import Session

#: letter -> (decision, words of the offer).
DECISIONS = {
    "s": ("approve", N_("s setuju")),
    "k": ("return", N_("k kembalikan")),
    "t": ("reject", N_("t tolak")),
}
_MOVING = N_("l lewati, < yang sebelumnya, b baca semua isian, r riwayat, d bandingkan dengan yang mirip, n NIK utuh")
_DUE = N_("w TANGGAL batas waktu pengembalian")


def walk(session: Session, out: Output, filters: Mapping[str, str]) -> int:
    """Goes through the queue with the person; exit code 0, also when it is left before its end."""
    from fieldapp.domain import roles
    from fieldapp.services import review
    from fieldapp.services.pairs import finding
    from fieldapp.services.problems import Problem

    role = session.member.role
    may = [
        letter
        for letter, (decision, _words) in DECISIONS.items()
        if roles.may(role, "registration", "decide", own_record=False, decision=decision) is None
    ]
    if not may:
        raise Problem("not_allowed", details={"role": role, "who": "supervisor"})
    # Whoever came in just before is found among those alike too.
    finding.index_before(session)
    talk = ReviewTalk(session, out, may)
    rows = review.queue(session, filter=filters or None)
    if not rows:
        talk.tell(_("Tidak ada yang menunggu pemeriksaan."))
        return 0
    try:
        talk.begin(rows)
        talk.go_through(rows)
    except Stopped:
        talk.tell("")
    talk.tell(talk.summary())
    return 0


class ReviewTalk(Talk):
    """One sitting: what was decided in it, and the last decision, which can be taken back."""

    def __init__(self, session: Session, out: Output, may: Sequence[str]) -> None:
        super().__init__(out)
        self.session = session
        self.may = may
        self.done: Counter[str] = Counter()
        self.last: tuple[str, str] | None = None
        """(registration, its name) of the last decision of this sitting."""
        self.due: str | None = None
        """The day by which returns of this sitting ask to be answered, where it is not the programme's usual one."""
        self.shown: dict[str, Any] = {}
        self.near: list[dict[str, Any]] = []

    # The queue

    def begin(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What awaits, how many may be approved, and what can be typed."""
        self.tell(_("{count} pendaftaran menunggu, yang paling berisiko lebih dulu.").format(count=len(rows)))
        if "s" in self.may:
            from fieldapp.services.quota import budget

            self.tell(_standing(budget.outlook(self.session, [], "approve")))
        self.tell(self.offer())

    def offer(self) -> str:
        """What can be typed."""
        decisions = ", ".join(_(DECISIONS[letter][1]) for letter in self.may)
        undo = ", " + _("u tarik putusan terakhir") if "s" in self.may else ""
        return _("Ketik: {decisions}, {moving}{undo}, ? bantuan ini, . berhenti.").format(
            decisions=decisions, moving=f"{_(_MOVING)}, {_(_DUE)}", undo=undo
        )

    def go_through(self, rows: Sequence[Mapping[str, Any]]) -> None:
        at = 0
        while at < len(rows):
            self.tell("", _("Pendaftaran {number} dari {count}").format(number=at + 1, count=len(rows)))
            self.load(str(rows[at]["id"]))
            self.tell_who(rows[at])
            at += self.at_one(rows[at], is_first=at == 0)
        self.tell("", _("Antrean selesai."))

    def at_one(self, row: Mapping[str, Any], *, is_first: bool) -> int:
        """Stays at one registration until it is decided or left; how many places to go on."""
        while True:
            line = self.read(_("Putusan: ")).casefold()
            match line:
                case "" | "?":
                    self.tell(self.offer())
                case "l":
                    self.done["skipped"] += 1
                    return 1
                case "<":
                    if not is_first:
                        return -1
                    self.tell(_("Ini yang pertama."))
                case _ if line.split()[0] == "w":
                    self.ask_for(line[1:])
                case "u" if "s" in self.may:
                    self.undo()
                case _ if line == STOP:
                    raise Stopped
                case _ if line in self.may:
                    if self.decide(row, DECISIONS[line][0]):
                        return 1
                case _ if line in DECISIONS:
                    self.tell(_("Peran Anda tidak dapat memutuskan itu. Ketik ? untuk yang dapat."))
                case _ if line in ("b", "r", "d", "n"):
                    self.tell_more(line)
                case _:
                    self.tell(_("Tidak dikenal. Ketik ? untuk daftar perintah."))

    # What is told

    def load(self, registration: str) -> None:
        from fieldapp.services import registrations
        from fieldapp.services.pairs import duplicates

        self.shown = registrations.show(self.session, registration, history=True)
        self.near = duplicates.near(self.session, self.shown["values"], registration)

    def tell_who(self, row: Mapping[str, Any]) -> None:
        from fieldapp.services import registrations
        from fieldapp.services.returns.returned import age_words

        shown = self.shown
        who = ", ".join(
            (
                plain(shown["values"].get("name") or _("belum bernama")),
                plain(shown["area_name"]),
                _("didaftarkan {by}").format(by=plain(shown["registered_by"])),
                _("dikirim {age}").format(age=age_words(self.session, str(shown["values"].get("submitted_at") or ""))),
                state_words(shown["state"]),
            )
        )
        self.tell(f"{who}.")
        if shown["round"] > 1:
            self.tell(_("Putaran {number}: pernah dikembalikan.").format(number=shown["round"]))
        for each in shown["asked"]:
            self.tell(_asked(each))
        if shown["endorsed_by"]:
            self.tell(_("{by} mengusulkan disetujui; menunggu pengawas kedua.").format(by=plain(shown["endorsed_by"])))
        if len(shown["decisions"]) > 1:
            words = _("{decision} oleh {by}: {reason}")
            for said in shown["decisions"]:
                told = kind_words("decide", said["decision"])
                self.tell(words.format(decision=told, by=plain(said["by"]), reason=plain(said["reason"]) or "-"))
        why = [risk_words(code) for code in row["reasons"]]
        if why:
            self.tell(_("Perhatikan: {reasons}.").format(reasons=", ".join(why)))
        checked = registrations.check_values(
            self.session, {**shown["values"], "overrides": shown["overrides"]}, registration=shown["id"]
        )
        said = list(aloud.odd_sentences(shown, checked.findings, self.near))
        self.tell_all(said or [_("  Tidak ada yang janggal.")])

    def tell_more(self, letter: str) -> None:
        match letter:
            case "b":
                self.tell_all(aloud.answer_sentences(self.shown))
            case "r":
                self.tell_all(aloud.history_sentences(self.shown["history"]))
            case "n":
                from fieldapp.services import registrations

                nik = registrations.unmasked_nik(self.session, self.shown["id"])
                spoken = " ".join(nik[at : at + 4] for at in range(0, len(nik), 4))
                self.tell(_("NIK utuh: {nik}. Dicatat bahwa Anda melihatnya.").format(nik=plain(spoken) or "-"))
            case _:
                self.tell_all(self.compared())

    def compared(self) -> Iterator[str]:
        """The registrations that are like this one, answer by answer, only where they differ."""
        from fieldapp.forms.declaration import QUESTIONS
        from fieldapp.services.pairs import duplicates

        if not self.near:
            yield _("Tidak ada pendaftaran yang mirip.")
        for each in self.near:
            pair = duplicates.pair(self.session, self.shown["id"], str(each["id"]))
            sentence = _("Dibandingkan dengan {name}: {verdict} Yang berbeda:")
            yield sentence.format(name=plain(each["name"]), verdict=_ended(plain(pair["verdict"])))
            for field in (name for name in QUESTIONS if name in pair["differing"]):
                here, there = (aloud.heard(field, pair[side].get(field)) for side in ("left", "right"))
                words = _("di sini {here}, di sana {there}").format(here=here, there=there)
                yield "  " + aloud.told(field, words)

    # What is decided

    def decide(self, row: Mapping[str, Any], decision: str) -> bool:
        """Asks what has to be asked, decides, and says what came of it; whether it was decided."""
        from fieldapp.services import review
        from fieldapp.services.quota import budget

        registration = str(row["id"])
        preview = review.preview(self.session, [registration], decision)
        self.tell(*_outlook(budget.outlook(self.session, preview["takes_slot"], decision), decision))
        comments = self.comments() if decision == "return" else {}
        reason = self.reason(decision, bool(comments)) if decision != "approve" else ""
        if decision == "return":
            due = review.due_date(self.session, self.due)
            self.tell(
                _("Diperbaiki paling lambat {date}; putaran {number} dimulai.").format(
                    date=due, number=self.shown["round"] + 1
                )
            )
        if reason is None or not self.agreed(self.question(decision)):
            self.tell(_("Tidak jadi. Belum diputuskan."))
            return False
        if self.has_changed(registration):
            self.tell(_("Pendaftaran ini baru saja berubah. Dengarkan lagi sebelum memutuskan."))
            self.tell_who(row)
            return False
        seen = {registration: review.Seen(self.shown["digest"], self.shown["state"])}
        (answer,) = review.decide(
            self.session, [registration], decision, reason=reason, fields=comments or None, due=self.due, seen=seen
        )
        if not answer["ok"]:
            self.tell(_("Tidak dapat: {words}").format(words=plain(answer["message"])))
            return False
        self.done[decision] += 1
        self.last = (registration, self.name())
        if answer["decision"] == "endorse":
            self.tell(_("{name}: diusulkan disetujui; pengawas lain yang menyetujuinya.").format(name=self.name()))
        else:
            self.tell(f"{self.name()}: {state_words(answer['state'])}.")
        return True

    def name(self) -> str:
        return plain(self.shown["values"].get("name") or _("belum bernama"))

    def question(self, decision: str) -> str:
        sentences = {
            "approve": _("Setujui {name}?"),
            "return": _("Kembalikan {name} kepada {by}?"),
            "reject": _("Tolak {name}?"),
        }
        return sentences[decision].format(name=self.name(), by=plain(self.shown["registered_by"]))

    def has_changed(self, registration: str) -> bool:
        """Whether something came in (a sync beside this) since the registration was told; what is told is renewed."""
        before = self.shown
        self.load(registration)
        return bool(before["history"] != self.shown["history"])

    def reason(self, decision: str, is_commented: bool) -> str | None:
        """Why; None when it was needed and not given."""
        prompt = _("Alasan, boleh kosong karena ada catatan: ") if is_commented else _("Alasan: ")
        reason = self.read(prompt)
        return reason if reason or is_commented else None

    def ask_for(self, typed: str) -> None:
        """From now on a return asks to be answered by this day; nothing typed: by the programme's usual one."""
        from fieldapp.services import review
        from fieldapp.services.problems import Problem

        try:
            day = review.due_date(self.session, typed)
        except Problem as problem:
            self.tell(problem.message())
            return
        self.due = typed.strip() or None
        self.tell(_("Pengembalian berikutnya diperbaiki paling lambat {date}.").format(date=day))

    def comments(self) -> dict[str, str]:
        """Comments pinned to answers, asked for until an empty line."""
        found: dict[str, str] = {}
        while True:
            word = self.read(_("Catatan pada isian apa? Ketik sebagian namanya, atau Enter bila cukup: "))
            if not word:
                return found
            field = aloud.field_named(self, word)
            if field is None:
                continue
            self.tell("  " + aloud.told(field, aloud.heard(field, self.shown["values"].get(field))))
            text = self.read(_("Catatannya: "))
            if text:
                found[field] = text

    def undo(self) -> None:
        """Takes the last decision of this sitting back."""
        from fieldapp.services import review

        if self.last is None:
            self.tell(_("Belum ada putusan yang dapat ditarik dalam sesi ini."))
            return
        registration, name = self.last
        reason = self.read(_("Tarik putusan tentang {name}. Alasan, kosong untuk batal: ").format(name=name))
        if not reason:
            return
        (answer,) = review.decide(self.session, [registration], "undo", reason=reason)
        if not answer["ok"]:
            self.tell(_("Tidak dapat: {words}").format(words=plain(answer["message"])))
            return
        self.last = None
        self.done["undo"] += 1
        self.tell(_("{name}: putusan ditarik, sekarang {state}.").format(name=name, state=state_words(answer["state"])))

    def summary(self) -> str:
        """What was done in this sitting."""
        parts = [f"{kind_words('decide', name)} {self.done[name]}" for name in ("approve", "return", "reject", "undo")]
        return _("{decided}, dilewati {skipped}.").format(decided=", ".join(parts), skipped=self.done["skipped"])


def _asked(each: Mapping[str, Any]) -> str:
    """What the last return asked for, and whether an answer was written since."""
    done = _("sudah diubah sesudahnya") if each["changed"] else _("BELUM diubah sesudahnya")
    words = f"{plain(each['text'])} ({done})"
    return aloud.told(str(each["field"]), words) if each["field"] else _("Diminta: {words}").format(words=words)


def _ended(words: str) -> str:
    return words if words.endswith(("?", "!", ".")) else f"{words}."


def _standing(outlook: Mapping[str, Any]) -> str:
    return _("Sisa tempat Anda {left}. Uang terikat {money} dari {budget}.").format(
        left=outlook["slots_left"], money=rupiah(outlook["committed"]), budget=rupiah(outlook["budget"])
    )


def _outlook(outlook: Mapping[str, Any], decision: str) -> Iterator[str]:
    """What the decision does to slots and money; nothing where it does nothing."""
    after = outlook["after"]
    if after["slots_left"] != outlook["slots_left"] or decision == "approve":
        sentence = _("Sesudah putusan ini: sisa tempat {left}, uang terikat {money} dari {budget}.")
        yield sentence.format(
            left=after["slots_left"], money=rupiah(after["committed"]), budget=rupiah(outlook["budget"])
        )
    if after["waiting"]:
        yield _("Tempat Anda habis: orang ini masuk daftar tunggu.")
    if not after["within_budget"]:
        yield _("Perhatian: sesudahnya anggaran terlampaui.")
