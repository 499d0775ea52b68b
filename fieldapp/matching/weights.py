"""Every match weight, in bits, with its reason.

A weight is log2(m / u): m, how often the level is seen in two registrations of one person; u, how often in two
strangers. Set by reasoning about what clerks do and how names, numbers and dates are spread. Estimated by EM they would
be another's for each register, and on columns as they come worse (benchmarks/RESULTS.md); with comparisons like these
estimation changes little. Ten bits are a factor of a thousand.
"""

from __future__ import annotations

from typing import Final

# --- before anything is compared -----------------------------------------------------------------------------------
#: In a register of n people some tenth are there twice: n/10 pairs of one person among n*n/2, so 2 log2 is off by this.
PRIOR_DUPLICATES: Final = -1.5
#: Fewer people than this do not make strangers likelier to be the same: they come from the same town.
SMALLEST_POPULATION: Final = 1000

# --- NIK -----------------------------------------------------------------------------------------------------------
#: Two thirds of repeats carry the same sixteen digits; strangers only by a clerk who wrote a relative's number, about
#: one pair in ten thousand times a thousand.
NIK_EQUAL: Final = 17.0
#: The same but for a last digit that a spreadsheet lost: all who were born there that day share what is left.
NIK_CUT: Final = 0.7
#: One digit lost or doubled: the date and place inside are the same then; scored apart, this is the serial's part.
NIK_LENGTH: Final = 1.0
#: The same first six digits are worth their rarity, for nine in ten repeats have them: log2(.9) off.
REGION_EQUAL: Final = -0.2
#: No more than this for a rare district: brothers come from there together.
REGION_MOST: Final = 7.0
#: Six digits of which the last is rounded.
REGION_ROUNDED: Final = 0.7
#: One slip in six digits, to one given other number: 1 repeat in 250.
REGION_SLIP: Final = 1 / 250
#: Another district: a number belongs to a person for life, so only a wrong or provisional number has it.
REGION_DIFFERS: Final = -3.2
#: Serials begin anew each day in each district: nearly all are 0001 to 0003, so equal ones say as little as their
#: share, of which less is taken, for districts differ.
SERIAL_FACTOR: Final = 0.7
SERIAL_MOST: Final = 7.0
#: Share of serials 1, 2, 3 ...; above the last a serial is a slip or a provisional number.
SERIAL_SHARES: Final = (0.6, 0.17, 0.08, 0.04, 0.025, 0.015, 0.01, 0.008, 0.006, 0.005, 0.005, 0.004)
SERIAL_SHARE_TENS: Final = 0.0006
SERIAL_SHARE_HUNDREDS: Final = 0.00005
#: One slip in four digits, to one given other number.
SERIAL_SLIP: Final = 1 / 1000
#: Same place and day, another serial: just what two people born on one day in one district have.
SERIAL_NEIGHBOUR_LEAST: Final = -7.0
#: Serials differ and place or day too: nothing new.
SERIAL_DIFFERS: Final = -0.7
#: Two neighbouring digits swapped and all else equal: hardly a stranger, whose digits differ anyhow.
NIK_SWAPPED: Final = 1.2
#: Two digits wrong apart from each other: one repeat in fifty, and the neighbours of two days and districts are many.
NIK_TWO_DIGITS: Final = -1.0
#: What is left of these when one of the numbers cannot be its holder's: its date is far from the date typed beside it
#: (a relative's number, or a family card's).
FOREIGN_NIK_FACTOR: Final = 0.25

#: Two-digit years in which family cards of the present form are numbered.
CARD_YEARS: Final = (4, 30)

# --- birth date ----------------------------------------------------------------------------------------------------
#: Years: some 45 of them hold nearly everybody who works.
YEAR_EQUAL: Final = 5.0
#: Day and month by their rarity (about 8.5 bits, far less for 1 January), nine in ten repeats have them.
DAY_EQUAL: Final = -0.3
#: Day and month swapped: 3 repeats in 100, one other day in 365.
DAY_SWAPPED: Final = -4.5
#: One digit wrong or two swapped, some 35 days are that near: 6 repeats in 100.
DATE_SLIP: Final = 5.0
#: One slip from a date to what is no date, inside the NIK: whoever wrote it did slip, and few dates are that near.
DATE_SLIP_IN_NIK: Final = 8.0
#: Day and month equal, year not: 4 in 100 against 1 in 365.
YEAR_DIFFERS: Final = 2.5
#: The same with the year next to it: an age worked out on another day of the year.
YEAR_NEXT: Final = 5.3
#: Year and month equal: 2 in 100 against 1 in 540.
ONLY_DAY_DIFFERS: Final = 3.0
#: Year and day equal: as likely by accident as the month and half as likely a slip.
ONLY_MONTH_DIFFERS: Final = 3.3
#: One of them is a guess (1 January, 31 December, 1 July, or a year alone) of the same year.
GUESSED_SAME_YEAR: Final = 3.0
#: A guess one or two years off.
GUESSED_NEAR_YEAR: Final = 0.5
#: Only the year is equal.
ONLY_YEAR: Final = -2.0
#: Nothing of the date is equal: 1 repeat in 80.
DATE_DIFFERS: Final = -6.5
#: Both have two dates, typed and in the NIK, that bear each other out, and they differ.
DATE_DIFFERS_TWICE: Final = -9.0
#: The NIKs' dates agree and those typed beside them do not, or a typed one agrees only with the other's NIK.
DATE_CONTRADICTED: Final = -2.0
#: Dates that are near, each written alike by its own side in field and NIK: somebody else's, rather than two slips.
DATE_TWICE: Final = -4.0
#: Less so where the whole numbers are one slip apart: the form fills the date from the NIK.
DATE_COPIED: Final = -2.0
#: Only a number that may be a family card's says so.
DATE_UNCONFIRMED: Final = -2.0
#: Beside an equal NIK, in which the date is already, no more than this.
DATE_BESIDE_NIK: Final = 4.0

# --- name ----------------------------------------------------------------------------------------------------------
#: Names come in families and fashions: shared tokens are worth nine tenths of their rarity.
TOKEN_FACTOR: Final = 0.9
TOKEN_MOST: Final = 13.0
#: How often one given spelling becomes one given other. Known variants (oe/u, sy/s, f/p ...) come easily,
TOKEN_VARIANT: Final = 1 / 25
#: one slip of the finger has some hundred ways to go,
TOKEN_SLIP: Final = 1 / 400
#: of which the first letter is seldom one, while brothers' and sisters' names rhyme (Rudi, Budi),
TOKEN_RHYME: Final = 1 / 4000
#: the same consonants, written by ear,
TOKEN_SOUND: Final = 1 / 250
#: two slips in a long name,
TOKEN_TWO_SLIPS: Final = 1 / 3000
#: a shortened name (Rudi, Rudianto; Yanto, Suryanto),
TOKEN_SHORT: Final = 1 / 200
#: and an initial for a name.
TOKEN_INITIAL: Final = 1 / 25
INITIAL_MOST: Final = 4.0
#: Pairs of tokens under this are not the same name.
TOKEN_LEAST: Final = 1.0
#: Glued or split names, in place of the rarity of both parts.
TOKEN_GLUED: Final = -1.0
#: Beyond this a name's bits count less: whole names repeat more often than their parts foretell.
NAME_FULL: Final = 15.0
NAME_BEYOND: Final = 0.4
NAME_MOST: Final = 21.0
#: The same names in another order: clerks do so, and so do cousins.
NAME_ORDER: Final = -0.5
#: A name that only one side has: clerks drop and add names.
NAME_ONE_SIDE: Final = -1.2
NAME_ONE_SIDE_OPTIONAL: Final = -0.2
#: Each side has a name that the other lacks: siblings, not one person; what they share counts half.
NAME_BOTH_SIDES: Final = -3.5
NAME_SHARED_FACTOR: Final = 0.5
NAME_BOTH_OPTIONAL: Final = -3.5
#: Nothing of the names agrees.
NAME_DIFFERS: Final = -6.5

# --- mother's name, family card ------------------------------------------------------------------------------------
#: Equal mother's name of three tokens; brothers and sisters share it.
MOTHER_MOST: Final = 8.0
MOTHER_FACTOR: Final = 0.7
MOTHER_DIFFERS: Final = -3.5
#: The card is the family's: equal ones say the same home, and a few families are in a register together.
KK_EQUAL: Final = 5.0
KK_SLIP: Final = 3.0
#: It changes when a family moves, splits or gets another head.
KK_DIFFERS: Final = -0.7

# --- phone, sex, places --------------------------------------------------------------------------------------------
PHONE_EQUAL: Final = 6.0
#: Each other holder makes it likelier a helper's or a family's.
PHONE_SHARED_LEAST: Final = 0.5
PHONE_MANY: Final = 8
PHONE_SLIP: Final = 4.0
#: People change numbers: half of all repeats.
PHONE_DIFFERS: Final = -0.7
SEX_EQUAL: Final = 0.9
SEX_DIFFERS: Final = -4.5
#: A sex that its own NIK contradicts is likely a slip.
SEX_DIFFERS_DOUBTFUL: Final = -2.0
#: Same kelurahan by its rarity, less a bit: those who are mistaken for each other are mostly neighbours and kin. Some
#: fifth of all people moved or are met by a clerk somewhere else.
AREA_EQUAL: Final = -1.0
AREA_MOST: Final = 5.0
#: Who lives where the NIK was given: the district has said this part of it.
AREA_IN_NIK: Final = 0.4
KECAMATAN_EQUAL: Final = -0.5
#: A list that knows no kelurahan.
KECAMATAN_ALONE: Final = 1.5
AREA_DIFFERS: Final = -1.4
#: Street and house number.
ADDRESS_EQUAL: Final = 4.3
ADDRESS_STREET: Final = 1.5
ADDRESS_NEAR: Final = 2.5
#: In one kelurahan: RTs and streets have several names.
ADDRESS_DIFFERS: Final = -0.8
BIRTH_PLACE_EQUAL: Final = -0.2
BIRTH_PLACE_MOST: Final = 5.0
BIRTH_PLACE_SLIP: Final = 1.0
#: The district in a NIK is mostly where its holder was born: where both agree, this part is said twice.
BIRTH_PLACE_IN_NIK: Final = 0.6
#: Both together take no more than this of what the number said.
REPEATED_MOST: Final = 0.6
BIRTH_PLACE_DIFFERS: Final = -2.3

# --- what belongs together -----------------------------------------------------------------------------------------
#: Home, phone, family and place of birth are a family's as well: where the names clash they count so much,
CLASH_FACTOR: Final = 0.4
#: and where all dates clash too, so that father and son of one name stay two.
DATE_CLASH_FACTOR: Final = 0.4
#: and the name so much, for names run in families and namesakes are many.
DATE_CLASH_NAME_FACTOR: Final = 0.75
#: A pair that a rule keeps out of "almost certain" gets at most these bits (probability .97),
DOUBTFUL_MOST: Final = 5.0
#: and these (probability .8) when it has what twins have: a day, a home, and names that are not the same.
TWINS_MOST: Final = 2.0
#: With all dates far apart and no NIK that says otherwise, at most these (probability .8).
DATE_CLASH_MOST: Final = 2.0
#: What goes beyond these counts so much, and one bit at most.
BEYOND_MOST: Final = 0.05
#: An equal NIK under an unlike name gets at most these (probability .8): its own queue.
SAME_NIK_MOST: Final = 2.0

# --- bands ---------------------------------------------------------------------------------------------------------
#: log2 of the odds of probability .99.
ALMOST_CERTAIN_BITS: Final = 6.63
#: Of probability .015: few enough pairs stand below .05 to be looked at, and about one in eight of them is one person.
TO_REVIEW_BITS: Final = -6.0
