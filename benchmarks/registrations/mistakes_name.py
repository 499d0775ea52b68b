"""What happens to a name between a person and a list: by the ear, the keyboard, the form's width and good manners."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import names
from .dice import Dice, odds
from .people import Person

MUHAMMAD = "Muhammad Mohammad Mohamad Muhamad Moh. Moch. Mochamad M. Muh. Muh Mhd. Md.".split()
TITLES_M = odds("H. 10, Bpk. 5, Bapak 3, Pak 3, Drs. 2, Ust. 2, KH. 1, Ir. 1, Sdr. 2, Tn. 2, Alm. 0.3")
TITLES_F = odds("Hj. 10, Ibu 6, Bu 3, Ny. 4, Dra. 2, Sdri. 2, Mbak 1, Nn. 1, Mama 1, Dr. 1")
DEGREES = odds("S.Pd 5, SE 5, S.E. 3, SH 3, S.H. 2, A.Md 4, S.Sos 2, ST 3, S.Kom 2, SPd.I 2, M.M. 1, S.Ag 2")


def changes(text: str) -> tuple[tuple[str, str], ...]:
    """Pairs from "f>p kh>": what is written, and what instead."""
    return tuple((old, new) for old, _, new in (part.partition(">") for part in text.split()))


#: How schools wrote before 1972; cards of the old still do.
OLD = (("u", "oe"), ("j", "dj"), ("c", "tj"), ("y", "j"), ("sy", "sj"), ("kh", "ch"), ("ny", "nj"), ("i", "ie"))
#: What an ear makes of a name that it hears.
HEARD = changes(
    "f>p p>f v>p z>j z>s j>z q>k kh>h kh>k h>kh sy>s s>sy sh>s th>t ts>s dz>z dh>d d>dh gh>g w>u ai>ei ae>ai au>o "
    "i>e e>i o>u u>o y>i ia>iya iya>ia ua>uwa ah>a oh>o b>p d>t t>d g>k ks>x n>ng ng>n r>l c>k nur>nor noor>nur k> "
    "h>"
)
NICKNAMES = {
    name: tuple(short.split("/"))
    for name, _, short in (
        part.partition(":")
        for part in (
            "muhammad:Mamat/Amat ahmad:Mamad/Amat abdul:Dul rahman:Maman/Aman sulaiman:Leman/Eman ismail:Mail "
            "ibrahim:Boim/Rahim syamsuddin:Udin/Syam jamaluddin:Jamal/Udin yusuf:Ucup kamaruddin:Udin/Kamar "
            "burhanuddin:Burhan/Udin baharuddin:Bahar/Udin mustafa:Tafa zulkifli:Zul iskandar:Kandar bambang:Bams "
            "slamet:Amet/Memet supriyadi:Yadi/Supri suparman:Parman sulastri:Lastri sumiati:Sum/Ati endang:Endah/Nda "
            "wahyuni:Yuni handayani:Yani/Anda rahmawati:Wati/Rahma hasnawati:Wati/Hasna nurhayati:Yati/Nur "
            "nurjannah:Nur/Anna fatimah:Imah/Timah aminah:Minah/Inah khadijah:Dijah/Ijah aisyah:Ica/Esa kristina:Tina "
            "yohanes:Yan/Hanes fransiskus:Frans fransiska:Siska agustinus:Agus/Tinus theresia:Tere/Resi "
            "margaretha:Reta elisabet:Lis/Beti setiawan:Wawan/Iwan kurniawan:Wawan/Iwan hidayat:Dayat "
            "prasetyo:Pras/Tyo ernawati:Erna marlina:Lina herlina:Lina nurlaila:Laila lestari:Tari rohani:Ani"
        ).split()
    )
}
BESIDE = dict(
    part.split(":")
    for part in (
        "a:sqw b:vgn c:xdv d:sfe e:wrd f:dgr g:fht h:gjy i:uok j:hku k:jli l:ko m:nj n:bmh o:ipl p:ol q:wa r:etf s:adw "
        "t:ryg u:yij v:cbf w:qes x:zcs y:tuh z:xas"
    ).split()
)
MISREAD = changes("rn>m m>rn l>i i>l u>v h>n a>o cl>d g>q o>0 e>c n>r")


def _one_word(dice: Dice, name: str, change: Callable[[str], str]) -> str:
    words = name.split()
    spot = dice.randrange(len(words))
    words[spot] = change(words[spot])
    return " ".join(words)


def _substitute(dice: Dice, word: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """One of the sounds in the word, written otherwise; the word stays where nothing fits."""
    lower = word.lower()
    fitting = [(old, new) for old, new in pairs if old in lower[1:] or (lower.startswith(old) and new)]
    if not fitting or len(word) < 3:
        return word
    old, new = dice.choice(fitting)
    start = lower.find(old, 0 if new else 1)
    changed = lower[:start] + new + lower[start + len(old) :]
    return changed.capitalize() if word[0].isupper() else changed


def old_spelling(dice: Dice, name: str, person: Person) -> str:
    """Every word that can be is written as before 1972, as an old card has it."""
    words = []
    for word in name.split():
        lower = word.lower()
        for new, old in dice.sample(OLD, 2):
            lower = re.sub(new, old, lower, count=2)
        words.append(lower.capitalize())
    return " ".join(words)


def heard(dice: Dice, name: str, person: Person) -> str:
    return _one_word(dice, name, lambda word: _substitute(dice, word, HEARD))


def doubled(dice: Dice, name: str, person: Person) -> str:
    """A double letter written once, or a single one twice."""

    def change(word: str) -> str:
        twice = re.search(r"([a-z])\1", word)
        if twice:
            return word[: twice.start()] + word[twice.start() + 1 :]
        spots = [k for k, c in enumerate(word) if k and c in "nmlrdstaf"]
        return word if not spots else word[: (k := dice.choice(spots))] + word[k] + word[k:]

    return _one_word(dice, name, change)


def typo(dice: Dice, name: str, person: Person) -> str:
    """One finger: a neighbour, a letter left out, a letter twice, two letters in the wrong order."""

    def change(word: str) -> str:
        if len(word) < 4:
            return word
        k = dice.randrange(1, len(word))
        kind = dice.randrange(4)
        if kind == 0:
            return word[:k] + dice.choice(BESIDE.get(word[k].lower(), "a")) + word[k + 1 :]
        if kind == 1:
            return word[:k] + word[k + 1 :]
        if kind == 2:
            return word[:k] + word[k] + word[k:]
        return word[: k - 1] + word[k].lower() + word[k - 1].lower() + word[k + 1 :]

    return _one_word(dice, name, change)


def misread(dice: Dice, name: str, person: Person) -> str:
    """A letter taken for another that looks like it, on a blurred photograph."""
    return _one_word(dice, name, lambda word: _substitute(dice, word, MISREAD))


def muhammad(dice: Dice, name: str, person: Person) -> str:
    words = name.split()
    for spot, word in enumerate(words):
        if word.rstrip(".").lower() in ("m", "md", "mhd", "muh", "moh", "moch") or word.lower().startswith(
            ("muham", "moham", "mocham")
        ):
            words[spot] = dice.choice(MUHAMMAD)
            return " ".join(words)
    return " ".join([dice.choice(MUHAMMAD), *words]) if person.sex == "L" and person.group in names.MUSLIM else name


def title(dice: Dice, name: str, person: Person) -> str:
    return f"{dice.draw(TITLES_M if person.sex == 'L' else TITLES_F)} {name}"


def degree(dice: Dice, name: str, person: Person) -> str:
    return f"{name}{dice.choice((', ', ' ', ','))}{dice.draw(DEGREES)}"


def dropped(dice: Dice, name: str, person: Person) -> str:
    words = name.split()
    if len(words) > 1:
        del words[dice.choice((0, len(words) - 1, dice.randrange(len(words))))]
    return " ".join(words)


def added(dice: Dice, name: str, person: Person) -> str:
    """A word that the card does not have: a father's name, a clan, a second name that the person likes."""
    more = names.name(dice, person.group, "L" if dice.hit(0.6) else person.sex, person.born.year - 20).split()[-1]
    link = dice.choice(("", "", "bin " if person.sex == "L" else "binti "))
    return f"{name} {link}{more}"


def reordered(dice: Dice, name: str, person: Person) -> str:
    words = name.split()
    return " ".join(words[-1:] + words[:-1]) if dice.hit(0.5) else " ".join(words[1:] + words[:1])


def glued(dice: Dice, name: str, person: Person) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    spot = dice.randrange(len(words) - 1)
    words[spot : spot + 2] = [words[spot].rstrip(".") + words[spot + 1].lower()]
    return " ".join(words)


def parted(dice: Dice, name: str, person: Person) -> str:
    """One word written as two: Nur Hayati, Syam Suddin, Abdur Rahman."""

    def change(word: str) -> str:
        fit = re.match(
            r"(?i)(nur|noor|nor|abdur|abdul|siti|muh|su|khairun|hasan|rahma|erna|hasna|syam|syarif)([a-z]{3,})$", word
        )
        if fit:
            return f"{fit[1].capitalize()} {fit[2].capitalize()}"
        return word if len(word) < 7 else f"{word[: (k := dice.randint(3, len(word) - 3))]} {word[k:]}"

    return _one_word(dice, name, change)


def initial(dice: Dice, name: str, person: Person) -> str:
    words = name.split()
    if len(words) < 2:
        return name
    spots = [dice.randrange(len(words))] if dice.hit(0.7) else list(range(1, len(words)))
    return " ".join(word[0] + dice.choice((".", "")) if k in spots else word for k, word in enumerate(words))


def nickname(dice: Dice, name: str, person: Person) -> str:
    """What the neighbours call: a known short form, or the end of a word; alone, or in the place of the word."""
    words = name.split()
    spot = max(range(len(words)), key=lambda k: (words[k].lower() in NICKNAMES, len(words[k])))
    word = words[spot].lower()
    short = (
        dice.choice(NICKNAMES[word])
        if word in NICKNAMES
        else word[-4:].capitalize()
        if len(word) > 6
        else word.capitalize()
    )
    if dice.hit(0.3):
        return short
    words[spot] = short
    return " ".join(words)


def alias(dice: Dice, name: str, person: Person) -> str:
    called = (
        nickname(dice, name, person).split()[0]
        if dice.hit(0.6)
        else names.given(dice, person.group, person.sex, person.born.year)[-1]
    )
    form = dice.choice(("{} alias {}", "{} ({})", "{} al. {}", "{} / {}", "{} als {}", '{} "{}"'))
    return form.format(name, called)


def married(dice: Dice, name: str, person: Person) -> str:
    """A woman under her husband's name, wholly or beside her own."""
    husband = [other for other in person.relatives if other.sex == "L" and other.relation in ("first", "spouse")]
    if person.sex != "P" or person.born.year > 2000:
        return name
    his = husband[0].name if husband else names.name(dice, person.group, "L", person.born.year - 4)
    first = his.split()[-1] if dice.hit(0.6) else his.split()[0]
    lot = dice.random()
    if lot < 0.35:
        return f"{dice.choice(('Ny.', 'Ibu', 'Ny'))} {first}"
    if lot < 0.75:
        return f"{name.split()[0]} {first}"
    return f"{name} {first}"


def truncated(dice: Dice, name: str, person: Person) -> str:
    """Cut at the width of an old form's column."""
    return name[: dice.choice((12, 15, 18, 20))].rstrip()


def untidy(dice: Dice, name: str, person: Person) -> str:
    """Spaces, dots, commas and apostrophes where none belong."""
    form = dice.choice(("{} .", " {}", "{},", "'{}", "{}  ", "{} *", "-{}", "{} (P)", "{} 1"))
    return form.format(name.replace(" ", dice.choice(("  ", " ", "."))))


def without_vowels(dice: Dice, name: str, person: Person) -> str:
    """As in a short message: Mhmd, Nrhyt, Sprydi."""

    def change(word: str) -> str:
        return word if len(word) < 5 else word[0] + "".join(c for c in word[1:-1] if c not in "aiueo") + word[-1]

    return _one_word(dice, name, change)


def last_name_first(dice: Dice, name: str, person: Person) -> str:
    """The last word in front with a comma, as a programme made elsewhere prints it."""
    words = name.split()
    return name if len(words) < 2 else f"{words[-1]}, {' '.join(words[:-1])}"


def honour(dice: Dice, name: str, person: Person) -> str:
    """A word of rank or descent that one card has and another has not."""
    words = name.split()
    known = {"andi", "daeng", "gusti", "raden", "syarifah", "i", "ni", "la", "wa", "ode"}
    if words[0].lower() in known and len(words) > 1:
        return " ".join(words[1:])
    of = {
        "bugis": ("Andi", "Daeng", "A."),
        "banjar": ("Gusti", "Gt.", "Antung", "Syarifah" if person.sex == "P" else "Sayyid"),
        "jawa": ("Raden", "R.", "Rr." if person.sex == "P" else "R."),
        "bali": ("I Gusti", "Ida Bagus" if person.sex == "L" else "Ida Ayu"),
        "buton": ("La Ode" if person.sex == "L" else "Wa Ode",),
    }
    return f"{dice.choice(of[person.group])} {name}" if person.group in of else name


def baptised(dice: Dice, name: str, person: Person) -> str:
    """A baptismal name put before, left out, or exchanged with the converted's new one."""
    if person.group not in ("dayak", "toraja", "flores", "batak", "minahasa", "tionghoa"):
        return name
    words, lot = name.split(), dice.random()
    other = dice.draw(names.CHRIST_F if person.sex == "P" else names.CHRIST_M)
    if lot < 0.5:
        return f"{other} {name}"
    if lot < 0.8:
        return " ".join(words[1:]) if len(words) > 1 else name
    return " ".join([dice.draw(names.ARAB_F if person.sex == "P" else names.ARAB_M), *words[1:]])


def two_slips(dice: Dice, name: str, person: Person) -> str:
    """Two fingers' mistakes in one name, as by somebody who types seldom."""
    return typo(dice, typo(dice, name, person), person)


def childs_parent(dice: Dice, name: str, person: Person) -> str:
    """Mother or father of somebody, as neighbours say it."""
    child = names.given(dice, person.group, dice.choice("LP"), 2005)[-1]
    return f"{dice.choice(('Mama', 'Mak', 'Bunda')) if person.sex == 'P' else dice.choice(('Bapak', 'Pak'))} {child}"


KINDS: dict[str, Callable[[Dice, str, Person], str]] = {
    work.__name__: work
    for work in (old_spelling, heard, doubled, typo, misread, muhammad, title, degree, dropped, added, reordered, glued,
                 parted, initial, nickname, alias, married, truncated, untidy, without_vowels, last_name_first, honour,
                 baptised, two_slips, childs_parent)
}  # fmt: skip
