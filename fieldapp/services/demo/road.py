"""The road of the demonstration, walked with the services that people's own commands use; nothing is put in by hand."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from fieldapp.locale import N_, _
from fieldapp.services import conflicts, drafts, exchange, registrations, review
from fieldapp.services.demo.homes import (
    COORDINATOR,
    LAPTOPS,
    SUPERVISOR,
    Days,
    DemoHomes,
    Role,
    Say,
    open_home,
    town_of,
)
from fieldapp.services.demo.people import Values
from fieldapp.services.demo.trouble import (
    Person,
    made_up,
    relatives_nik,
    second_registration,
    slipped_registration,
    twin,
)
from fieldapp.services.pairs import finding
from fieldapp.services.session import Session

ANI, BUDI, CITRA = LAPTOPS
_STATES: Final = {
    "approved": N_("disetujui"),
    "waiting": N_("daftar tunggu"),
    "returned": N_("dikembalikan"),
    "rejected": N_("ditolak"),
}
_DOUBLES: Final = 2
_RETURNED: Final = 4
_REJECTED: Final = 2
_NOT_CARRIED: Final = 6


class Road:
    """Walks the road step by step and says what happened. `kept` holds, by laptop, who was submitted under which id."""

    def __init__(self, homes: DemoHomes, clock: Days, say: Say, *, people: int, approvals: int) -> None:
        self.homes = homes
        self.clock = clock
        self.say = say
        self.people = people
        self.approvals = approvals
        self.kept: dict[str, list[tuple[str, Person]]] = {}
        self._sticks = 0

    def open(self, role: Role) -> AbstractContextManager[Session]:
        """Unlock a laptop for one step, as its member would."""
        return open_home(self.homes, role, self.clock)

    def register_all(self) -> None:
        """Every laptop registers its share; the last one meets people whom the first one has met already."""
        self.say(_("Pendataan tanpa jaringan:"))
        self.clock.go_to(5)
        everybody = made_up(self.people, town_of(LAPTOPS, self.clock()))
        for laptop in LAPTOPS:
            people = [person for person in everybody if person.area in laptop.areas]
            if laptop is CITRA:
                people += self._met_again()
            self.register(laptop, people)

    def register(self, laptop: Role, people: Sequence[Person]) -> Counter[str]:
        """Hand `people` to a laptop, one JSON object a line, and say what became of them."""
        lines = [json.dumps(person.values, ensure_ascii=False).encode("utf-8") for person in people]
        with self.open(laptop) as session:
            answers = list(registrations.register_many(session, lines))
        states = Counter(str(answer["state"]) for answer in answers)
        submitted = [
            (str(answer["id"]), person)
            for answer, person in zip(answers, people, strict=True)
            if answer["state"] == "submitted"
        ]
        self.kept.setdefault(laptop.key, []).extend(submitted)
        words = _("  {name}: {submitted} terkirim, {drafts} disimpan sebagai draf dengan kesalahannya")
        self.say(words.format(name=laptop.name, submitted=states["submitted"], drafts=states["draft"]))
        return states

    def register_later(self) -> None:
        """Some people are met after the stick has gone: their registrations are not carried yet."""
        self.clock.go_to(1)
        people = made_up(60, town_of([CITRA], self.clock()), seed=1897)
        self.register(CITRA, [person for person in people if not person.trouble][:_NOT_CARRIED])

    def carry_to_coordinator(self, laptops: Sequence[Role] = LAPTOPS) -> dict[str, Any]:
        """Each laptop writes a bundle to the stick; the coordinator merges them all."""
        files = [self.write_bundle(laptop) for laptop in laptops]
        merged = self.merge(COORDINATOR, files)
        return merged

    def carry_to_supervisor(self) -> dict[str, Any]:
        """The coordinator's bundle for the office reaches the supervisor."""
        return self.merge(SUPERVISOR, [self.write_bundle(COORDINATOR)])

    def write_bundle(self, role: Role) -> Path:
        """A bundle for the office on the stick."""
        self._sticks += 1
        out = self.homes.stick / f"{self._sticks:02d}-{role.key}.fieldapp"
        with self.open(role) as session:
            written = exchange.write_bundle(session, out)
        words = _("  {name} menulis paket {file}: {entries} perubahan, {bytes} bita, tersegel untuk kantor")
        self.say(words.format(name=role.name, file=out.name, entries=written["entries"], bytes=written["bytes"]))
        return out

    def merge(self, role: Role, files: Sequence[Path]) -> dict[str, Any]:
        """Merge bundles on one laptop and say what they brought."""
        with self.open(role) as session:
            merged = exchange.merge(session, list(files))
        entries, people = merged["entries"], merged["registrations"]
        words = _(
            "  {name} menggabungkan {count} paket: {new} perubahan baru, {known} sudah ada; "
            "pendaftaran baru {registrations}, berubah {changed}, bertentangan {conflicting}, NIK ganda {duplicate}"
        )
        self.say(
            words.format(
                name=role.name,
                count=len(files),
                new=entries["new"],
                known=entries["known"],
                registrations=people["new"],
                changed=people["changed"],
                conflicting=people["conflicting"],
                duplicate=people["duplicate"],
            )
        )
        return merged

    def correct_apart(self) -> None:
        """Coordinator and enumerators change the same registrations without knowing of each other."""
        first, second, third, *_rest = self._clean(ANI)
        [other, *_rest] = self._clean(BUDI)
        self.clock.go_to(3)
        self._edit(COORDINATOR, first, {"heir_name": "Contoh Ratna Permata"})
        self._edit(ANI, first, {"heir_name": "Contoh Ratna Pertama"})
        self._edit(COORDINATOR, other, {"work_place": "Pasar Klandasan, los 4"})
        self._edit(BUDI, other, {"work_place": "Pasar Klandasan, los 14"})
        self._edit(COORDINATOR, second, {"mother_name": "Contoh Siti Purnama"})
        self._edit(ANI, second, {"monthly_income": 1_150_000})
        self._edit(ANI, third, {"organisation": "Paguyuban Uji Mandiri"})
        self.say(_("Koordinator dan pencacah mengubah pendaftaran yang sama tanpa saling tahu."))

    def review(self) -> None:
        """The supervisor works through the queue: returns, rejects, approves, and is refused an own registration."""
        self.clock.go_to(2)
        self.say(_("Pemeriksaan oleh pengawas:"))
        with self.open(SUPERVISOR) as session:
            waiting = review.queue(session)
            self.say(_("  {count} pendaftaran dalam antrean, yang paling berisiko di atas").format(count=len(waiting)))
            clean = _in_turn(row for row in waiting if row["nik"] and not row["reasons"])
            *corrected, changes_later = [*self._clean(BUDI)[:1], *self._clean(ANI)[:3]]
            clean = [each for each in clean if each not in (*corrected, changes_later)]
            returned, rejected = clean[:_RETURNED], clean[_RETURNED : _RETURNED + _REJECTED]
            chosen = [changes_later, *clean[_RETURNED + _REJECTED :]]
            self._decide(
                session,
                returned,
                "return",
                reason="Mohon diperiksa lagi dengan kartu keluarga",
                fields={"mother_name": "Belum sama dengan kartu keluarga", "ktp_rt": "RT mana?"},
            )
            self._decide(session, rejected, "reject", reason="Sudah pindah ke luar kota")
            self._decide(session, chosen[: self.approvals], "approve")
            self._refused_own(session)

    def settle(self) -> None:
        """The coordinator settles every conflict by keeping the value of the one who met the person last."""
        with self.open(COORDINATOR) as session:
            found = conflicts.listing(session)
            for conflict in found:
                kept = max(conflict["values"], key=lambda value: (value["at"], value["entry"]))
                conflicts.resolve(session, conflict["id"], conflict["field"], keep=kept["entry"])
        words = _("Koordinator menyelesaikan {count} pertentangan; nilai yang lain tetap ada di riwayat.")
        self.say(words.format(count=len(found)))

    def give_returns(self) -> None:
        """The supervisor's decisions go to the coordinator, whose return bundles reach each laptop."""
        self.clock.go_to(1)
        self.say(_("Paket balasan:"))
        self.merge(COORDINATOR, [self.write_bundle(SUPERVISOR)])
        folder = self.homes.stick / "balasan"
        with self.open(COORDINATOR) as session:
            written = exchange.write_returns(session, folder)
        self.say(_("  {name} menulis {count} paket balasan").format(name=COORDINATOR.name, count=len(written)))
        for laptop in LAPTOPS:
            self.merge(laptop, [Path(each["file"]) for each in written if each["to"] in self._names_of(laptop)])

    def answer_returned(self) -> None:
        """Enumerators open what was returned to them, correct it, and hand it in again."""
        for laptop in LAPTOPS:
            with self.open(laptop) as session:
                back = registrations.listing(session, state="returned")
                for row in back:
                    draft = drafts.correction(session, row["id"])
                    values = {
                        **draft.values,
                        "mother_name": f"{draft.values['mother_name']} Binti Contoh",
                        "ktp_rt": "7",
                    }
                    drafts.save_draft(session, draft.id, values)
                    registrations.submit(session, draft.id)
            if back:
                words = _("  {name} memperbaiki {count} yang dikembalikan dan mengirimnya lagi")
                self.say(words.format(name=laptop.name, count=len(back)))

    def _names_of(self, laptop: Role) -> tuple[str, str]:
        with self.open(laptop) as session:
            return session.member.id, session.member.name

    def _met_again(self) -> list[Person]:
        """People of the first laptop once more: two as they are, one with slips; a twin; a borrowed NIK."""
        clean = [person.values for _id, person in self.kept[ANI.key] if not person.trouble]
        met = [second_registration(values) for values in clean[-_DOUBLES:]]
        *_others, first, second, third = clean[:-_DOUBLES]
        stranger = next(each for each in made_up(60, town_of([CITRA], self.clock()), seed=1908) if not each.trouble)
        met += [slipped_registration(first), twin(second), relatives_nik(third, stranger.values)]
        return [Person(CITRA.areas[0], values, "duplicate", "submitted") for values in met]

    def compare(self) -> None:
        """The office looks for people who stand in the register twice; who they are is for a person to say."""
        for role in (COORDINATOR, SUPERVISOR):
            with self.open(role) as session:
                found = finding.find(session)
        words = _("Pasangan yang mungkin satu orang: {pairs}, {certain} di antaranya hampir pasti.")
        self.say(words.format(pairs=found["pairs"], certain=found["almost_certain"]))

    def _clean(self, laptop: Role) -> list[str]:
        """Ids of the laptop's registrations without trouble, the ones that were met again left out."""
        return [id for id, person in self.kept[laptop.key] if not person.trouble][:-_DOUBLES]

    def _edit(self, role: Role, registration: str, changes: Values) -> None:
        with self.open(role) as session:
            registrations.edit(session, registration, changes)

    def _decide(
        self,
        session: Session,
        ids: Sequence[str],
        decision: str,
        *,
        reason: str | None = None,
        fields: dict[str, str] | None = None,
    ) -> None:
        answers = review.decide(session, ids, decision, reason=reason, fields=fields)
        states = Counter(answer["state"] for answer in answers if answer["ok"])
        told = ", ".join(f"{count} {_(_STATES.get(state, state))}" for state, count in sorted(states.items()))
        self.say(f"  {told}")
        for answer in answers:
            if not answer["ok"]:
                self.say(f"    {answer['code']}: {answer['message']}")

    def _refused_own(self, session: Session) -> None:
        """The supervisor registers somebody and may not approve that registration."""
        person = next(each for each in made_up(60, town_of([ANI], self.clock()), seed=2024) if not each.trouble)
        draft = drafts.new_draft(session, person.values)
        registrations.submit(session, draft.id)
        [answer] = review.decide(session, [draft.id], "approve")
        if answer["ok"]:
            raise AssertionError("an own registration was approved")
        self.say(_("  pendaftaran sendiri ditolak untuk disetujui: {message}").format(message=answer["message"]))


def _in_turn(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Ids of `rows`, one of each enumerator in turn, so that what is decided reaches every laptop."""
    piles: dict[str, list[str]] = {}
    for row in rows:
        piles.setdefault(row["registered_by"], []).append(row["id"])
    return [id for turn in zip_longest(*piles.values()) for id in turn if id is not None]
