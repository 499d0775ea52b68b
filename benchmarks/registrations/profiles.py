"""Ways in which a person gets onto a list, each with the mistakes that belong to it, and profiles that mix them.

The chances come from thinking about offices, not from any matcher: who held what in the hand, and what it was typed
into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .dice import Table, odds
from .people import Shape


@dataclass(frozen=True)
class Way:
    """How a registration came about: weights of what is done to each field, and chances of the rest."""

    name_count: Table[int]
    name: Table[str]
    nik: Table[str]
    born: Table[str]
    phone: Table[str]
    moved: float
    upper: float
    kelurahan: Table[str]
    birth_place: Table[str]
    sex: Table[str]
    dressed: float = 0.1
    address_dressed: float = 0.7
    date_style: str = "iso"
    codes: float = 0.0


PLACE = odds("same 92, city 5, short 2, missing 1")
WARD = odds("same 98, neighbour 1.5, missing 0.5")
SEX = odds("same 99.2, other 0.8")

#: The card in the hand, at a desk, typed straight into the form.
CARD = Way(
    name_count=Table({0: 96, 1: 4}),
    name=odds("typo 4, doubled 3, title 3, muhammad 1"),
    nik=odds("same 95.5, sub 1.3, transposed 0.7, missing 2, temporary 0.5"),
    born=odds("same 98.8, digit 0.9, swapped 0.3"),
    phone=odds("same 97, slip 2, missing 1"),
    moved=0.0,
    upper=0.35,
    kelurahan=WARD,
    birth_place=PLACE,
    sex=SEX,
    address_dressed=0.3,
    codes=0.5,
)
#: Another desk, another year: the usual slips of hand and habit.
DESK = Way(
    name_count=Table({0: 42, 1: 39, 2: 15, 3: 4}),
    name=odds(
        "muhammad 13, title 13, heard 15, doubled 9, dropped 11, reordered 5, glued 5, parted 4, initial 7, added "
        "4, typo 10, degree 4"
    ),
    nik=odds("same 57, sub 15, transposed 10, missing 12, temporary 3, old district 2, two subs 1"),
    born=odds("same 86, swapped 4, digit 7, year 1, missing 2"),
    phone=odds("same 44, other 38, missing 14, slip 4"),
    moved=0.12,
    upper=0.3,
    kelurahan=odds("same 96, neighbour 3, missing 1"),
    birth_place=PLACE,
    sex=SEX,
    codes=0.5,
)
#: An RT head's spreadsheet: numbers damaged by the program, columns half filled, everything in capitals.
SHEET = Way(
    name_count=Table({0: 36, 1: 38, 2: 20, 3: 6}),
    name=odds(
        "muhammad 9, title 14, degree 7, doubled 10, typo 12, dropped 8, initial 9, glued 7, parted 5, truncated "
        "9, untidy 8, heard 8, married 4"
    ),
    nik=odds(
        "same 47, spreadsheet 20, short 6, long 4, missing 5, family card 4, filler 3, transposed 4, sub 4, "
        "dragged 1.5, without 40 1.5"
    ),
    born=odds("same 78, swapped 9, digit 4, year 3, first of month 1, guessed 2, missing 3"),
    phone=odds("same 42, other 18, missing 20, helper 14, slip 6"),
    moved=0.06,
    upper=0.8,
    kelurahan=odds("same 86, neighbour 2, missing 12"),
    birth_place=odds("same 70, city 10, short 10, missing 10"),
    sex=odds("same 90, other 1.5, words 4.5, missing 4"),
    dressed=0.35,
    date_style="mixed",
)
#: At the door, by the ear: no card at hand, the date about right, the name as it sounds.
DOOR = Way(
    name_count=Table({0: 20, 1: 40, 2: 28, 3: 12}),
    name=odds(
        "heard 24, nickname 10, dropped 14, added 6, muhammad 7, title 8, doubled 7, parted 4, glued 4, married "
        "5, alias 4, reordered 3, typo 4"
    ),
    nik=odds("missing 30, same 36, two subs 5, sub 8, transposed 6, rebuilt 6, temporary 5, short 2, without 40 2"),
    born=odds("same 62, guessed 13, year 9, decade 2.5, next day 4, first of month 2, swapped 2.5, missing 5"),
    phone=odds("same 50, other 24, missing 16, helper 7, slip 3"),
    moved=0.1,
    upper=0.2,
    kelurahan=odds("same 90, neighbour 7, missing 3"),
    birth_place=odds("same 76, city 16, short 3, missing 5"),
    sex=SEX,
    dressed=0.1,
    address_dressed=0.85,
)
#: From a copied family card: the line of another member is easily taken, and the card's own number stands on top.
FAMILY_CARD = Way(
    name_count=Table({0: 55, 1: 34, 2: 11}),
    name=odds(
        "old_spelling 8, muhammad 14, title 16, degree 6, misread 18, doubled 12, truncated 10, added 6, typo 10"
    ),
    nik=odds("same 55, relative 11, family card 13, misread 9, sub 5, transposed 3, old district 2, missing 2"),
    born=odds("same 83, digit 4, misread 6, swapped 3, year 2, missing 2"),
    phone=odds("same 34, other 28, missing 28, relative 10"),
    moved=0.16,
    upper=0.7,
    kelurahan=odds("same 95, neighbour 2, missing 3"),
    birth_place=odds("same 94, city 3, missing 3"),
    sex=SEX,
)
#: A paper list of years ago, typed again: old homes, old phones, old spelling, cut columns.
OLD_LIST = Way(
    name_count=Table({0: 25, 1: 42, 2: 25, 3: 8}),
    name=odds(
        "old_spelling 14, heard 10, truncated 8, initial 12, title 12, dropped 12, muhammad 10, typo 9, misread "
        "7, alias 5, married 6, reordered 4, degree 3"
    ),
    nik=odds("same 44, missing 14, sub 9, transposed 6, temporary 9, old district 6, short 4, two subs 4, filler 4"),
    born=odds("same 70, guessed 8, digit 7, year 5, decade 2, swapped 4, missing 4"),
    phone=odds("same 16, other 46, missing 38"),
    moved=0.38,
    upper=0.6,
    kelurahan=odds("same 88, neighbour 6, missing 6"),
    birth_place=odds("same 84, city 6, short 3, missing 7"),
    sex=odds("same 95, other 1.5, missing 3.5"),
    dressed=0.15,
)
#: From photographs of cards sent by phone: digits and letters that look like others, nothing heard.
PHOTO = Way(
    name_count=Table({0: 55, 1: 36, 2: 9}),
    name=odds("misread 45, truncated 10, doubled 14, typo 15, dropped 8, glued 8"),
    nik=odds("same 56, misread 32, short 4, long 2, missing 6"),
    born=odds("same 84, misread 11, swapped 1, missing 4"),
    phone=odds("same 40, other 25, missing 15, helper 20"),
    moved=0.12,
    upper=0.75,
    kelurahan=odds("same 93, neighbour 2, missing 5"),
    birth_place=odds("same 92, missing 8"),
    sex=SEX,
)
#: A household survey and a chat group's list of another year: asked ages, message spelling, ranks, parents' wards.
SURVEY = Way(
    name_count=Table({0: 34, 1: 38, 2: 20, 3: 8}),
    name=odds(
        "without_vowels 9, last_name_first 7, honour 12, baptised 8, two_slips 9, childs_parent 3, heard 12, dropped "
        "12, muhammad 8, title 8, initial 7, nickname 4, added 3, old_spelling 3"
    ),
    nik=odds(
        "same 42, missing 18, date turned 8, group lost 4, of typed year 5, transposed 6, sub 6, temporary 3, old "
        "district 3, relative 2"
    ),
    born=odds("same 68, from age 11, issue date 3, month next 4, year 4, digit 3, swapped 3, missing 4"),
    phone=odds("same 42, other 32, missing 20, relative 3, slip 3"),
    moved=0.2,
    upper=0.4,
    kelurahan=odds("same 70, parent 22, neighbour 3, missing 5"),
    birth_place=odds("same 80, city 10, short 3, missing 7"),
    sex=odds("same 96, other 1.5, missing 2.5"),
    dressed=0.15,
    address_dressed=0.85,
)
#: Another programme's own typing: it pays by NIK, so that one is nearly always there, right or wrong.
LISTED = Way(
    name_count=Table({0: 58, 1: 30, 2: 12}),
    name=odds(
        "muhammad 10, title 14, degree 6, heard 12, doubled 10, dropped 12, initial 8, glued 6, parted 4, typo 10, "
        "old_spelling 4, truncated 4"
    ),
    nik=odds(
        "same 62, sub 12, transposed 8, temporary 4, old district 3, spreadsheet 4, two subs 2, short 1.5, long 1, "
        "without 40 1, relative 0.5, missing 1"
    ),
    born=odds("same 1"),
    phone=odds("missing 1"),
    moved=0.0,
    upper=0.8,
    kelurahan=WARD,
    birth_place=PLACE,
    sex=SEX,
)


@dataclass(frozen=True)
class Profile:
    """A population, how its people were first registered and again, and the other programme's list."""

    shape: Shape
    first: Table[Way]
    again: Table[Way]
    #: How often a person is registered beyond the first time -> weight.
    duplicates: Mapping[int, float]
    #: Share of the other programme's list that is in the register too, and how it was typed.
    covered: float
    other_list: Table[Way]


LONELY = Shape(
    households=odds("alone 88, couple 5, siblings 4, parent and child 2, twins 0.3, parent and child of one name 0.3"),
    namesake=0.01,
)
FAMILIES = Shape(
    households=odds(
        "alone 62, couple 14, parent and child 8, siblings 7, couple and child 4, in-laws 2, three "
        "siblings 1.5, twins 0.9, parent and child of one name 0.8"
    ),
    same_phone=0.5,
    namesake=0.03,
    guessed_on_card=0.08,
    helper=0.06,
)

PROFILES: dict[str, Profile] = {
    # Slips of hand and habit between two desks; mostly single people.
    "desks": Profile(
        shape=LONELY,
        first=Table({CARD: 1}),
        again=Table({DESK: 1}),
        duplicates={0: 90.5, 1: 8, 2: 1.5},
        covered=0.25,
        other_list=Table({CARD: 6, LISTED: 4}),
    ),
    # Lists of RT heads, copied family cards and photographs, brought together on one laptop.
    "sheets": Profile(
        shape=FAMILIES,
        first=Table({CARD: 60, SHEET: 40}),
        again=Table({SHEET: 60, FAMILY_CARD: 22, PHOTO: 18}),
        duplicates={0: 90, 1: 8.5, 2: 1.2, 3: 0.3},
        covered=0.25,
        other_list=Table({CARD: 3, LISTED: 5, SHEET: 2}),
    ),
    # Enumerators at the door beside an old programme's paper: ears, guesses, moves.
    "doors": Profile(
        shape=FAMILIES,
        first=Table({CARD: 78, DOOR: 22}),
        again=Table({DOOR: 55, OLD_LIST: 35, DESK: 10}),
        duplicates={0: 88, 1: 9.5, 2: 2.2, 3: 0.3},
        covered=0.3,
        other_list=Table({CARD: 2, LISTED: 6, OLD_LIST: 2}),
    ),
    # What nobody tuned for: surveys and chat lists of other years beside desks.
    "years": Profile(
        shape=Shape(
            households=odds(
                "alone 66, couple 12, parent and child 7, siblings 7, couple and child 3, in-laws 1.5, three "
                "siblings 1.5, twins 0.7, parent and child of one name 0.8"
            ),
            same_phone=0.4,
            namesake=0.04,
            guessed_on_card=0.1,
            helper=0.03,
            corrected=0.03,
        ),
        first=Table({CARD: 85, SURVEY: 15}),
        again=Table({SURVEY: 70, DESK: 30}),
        duplicates={0: 89, 1: 9, 2: 2},
        covered=0.25,
        other_list=Table({CARD: 4, LISTED: 5, SURVEY: 1}),
    ),
    # A city's register after some years: a little of everything, and many families.
    "city": Profile(
        shape=FAMILIES,
        first=Table({CARD: 76, SHEET: 12, DOOR: 7, FAMILY_CARD: 5}),
        again=Table({DESK: 24, SHEET: 22, DOOR: 20, FAMILY_CARD: 14, OLD_LIST: 13, PHOTO: 7}),
        duplicates={0: 89, 1: 9, 2: 1.7, 3: 0.3},
        covered=0.25,
        other_list=Table({CARD: 4, LISTED: 6}),
    ),
}  # fmt: skip
