"""How many keys one typical registration takes, counted from a scripted entry on the real screen."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.forms.declaration import QUESTIONS
from fieldapp.services import drafts, registrations
from fieldapp.services.session import open_session

PASSPHRASE = "sandi rekaan"
AIM = 260
NEEDED = "ctrl+b"


@dataclass(frozen=True)
class Do:
    """Letters typed into a field, a key, or something to see before going on (which is no key)."""

    text: str = ""
    key: str = ""
    see: str = ""

    @property
    def keys(self) -> int:
        """How often a finger comes down."""
        return len(self.text) + bool(self.key)


def _entry() -> list[Do]:
    def typed(text: str, then: str = "enter") -> list[Do]:
        return [Do(text=text), Do(key=then)]

    def chosen(letter: str, then: str = "enter") -> list[Do]:
        return [Do(key=letter), Do(key=then)]

    def ticked(letter: str, then: str = NEEDED) -> list[Do]:
        return [Do(key=letter), Do(key="space"), Do(key=then)]

    go = [Do(key=NEEDED)]
    return [
        Do(key="f2"), Do(see="1/9 Identitas"),
        *typed("6471054506889009", NEEDED),
        *typed("Pantun Belasan", NEEDED),
        # The town is offered after three letters.
        Do(text="Bal"), Do(see="panah kanan: Balikpapan"), Do(key="right"), *go,
        # Birth date and sex came with the NIK.
        Do(see="05-06-1988"), *typed("Kisah Ratusan"),
        *chosen("k"), *chosen("y"), *chosen("w", NEEDED),
        Do(see="2/9 Alamat"), Do(see="Ctrl+R: Gg. Rekaan No., RT 035, Sepinggan"),
        Do(key="ctrl+r"), Do(see="Dari orang sebelumnya"), *typed("12", NEEDED),
        *chosen("y"), *typed("081234567890"), *chosen("s", NEEDED),
        Do(see="3/9 Disabilitas"),
        Do(text=""), *ticked("n"), *(step for _ in range(5) for step in chosen("t")), *chosen("t", NEEDED),
        *ticked("p"),
        Do(see="4/9 Pekerjaan"),
        *chosen("y"), *chosen("t", NEEDED), *typed("Rumah", NEEDED), *typed("900000", NEEDED),
        Do(see="5/9 Kepesertaan"),
        *ticked("p"), *ticked("b"),
        Do(see="6/9 Ahli waris"),
        *typed("Mimpi Tigaan"), *chosen("a"), Do(key="pagedown"),
        Do(see="7/9 Dokumen"),
        *chosen("d"), *chosen("d", NEEDED),
        Do(see="8/9 Persetujuan"),
        *go, *chosen("y"), *chosen("t"), *chosen("s"), *ticked("l"),
        Do(see="Siap dikirim"), Do(key="enter"),
    ]  # fmt: skip


async def test_one_typical_registration_takes_at_most_260_keys(town, at, person, capsys) -> None:
    with open_session(town.ani, PASSPHRASE) as ani:
        # The neighbour, registered just before.
        values = {**person(70, "Legenda Sembilanan"), "ktp_address": "Gg. Rekaan No. 10"}
        assert registrations.submit(ani, drafts.new_draft(ani, values).id)["state"] == "submitted"

    entry = _entry()
    async with at(town.ani) as hands:
        await hands.unlock()
        for step in entry:
            if step.see:
                await hands.until(step.see)
            if step.text:
                await hands.write(step.text)
            if step.key:
                await hands.press(step.key)
        await hands.until("Pendaftaran tersimpan")

    with open_session(town.ani, PASSPHRASE) as ani:
        row = next(row for row in registrations.listing(ani) if row["name"] == "Pantun Belasan")
        kept = registrations.show(ani, row["id"])["values"]
    assert (kept["birth_date"], kept["sex"], kept["birth_place"]) == ("1988-06-05", "P", "Balikpapan")
    assert (kept["ktp_address"], kept["ktp_rt"], kept["ktp_area"]) == ("Gg. Rekaan No. 12", "035", "64.71.05.1002")

    keys = sum(step.keys for step in entry)
    letters = sum(len(step.text) for step in entry)
    asked = [each for each in QUESTIONS.values() if not each.app_set and each.is_relevant(kept)]
    passed = sum(1 for each in asked if each.name not in kept)
    with capsys.disabled():
        print(
            f"\none typical registration: {keys} keys (aim {AIM}), {letters} of them letters and digits of "
            f"{len(kept)} answers\n"
            "  saved: birth date and sex from the NIK (10 keys); town after three letters (6); the neighbour's street, "
            f"RT and kelurahan by one key (25);\n  {passed} questions that may stay empty passed without a key each"
        )
    assert keys <= AIM


def test_the_same_question_by_question_with_everything_typed_stays_within_the_aim(form_steps, capsys) -> None:
    keys = sum(len(step.text) + bool(step.key) for step in form_steps)
    with capsys.disabled():
        print(f"\nquestion by question, Enter through every optional one, address and kelurahan typed: {keys} keys")
    assert keys <= AIM
