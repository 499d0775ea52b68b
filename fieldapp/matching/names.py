"""Names for comparing: tokens without titles and degrees, their fold (spelling evened out) and their code (consonants).

What differs between two spellings of one name in Indonesia is mostly known: old spelling (oe, dj, tj, sj), Arabic names
written by ear (kh/h, sy/s, f/p, z/s, q/k, doubled letters, silent h), Muhammad in a dozen shortenings, titles and
degrees written or not, words glued or split (DOMAIN.md section 12; Permendagri 73/2022 says what newer records hold).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


#: Words before or after a name that are no part of it; Andi, Daeng, Raden, Gusti, Syarifah are parts and stay.
_TITLES: Final = word_set(
    """haji hajjah hajah hj hji hajj drs dra ir dr drg prof ust ustad ustadz ustaz ustadzah kh kyai kiai tgh
    bpk bapak bp ibu ny nyonya nyoya tn tuan sdr sdri sdra saudara saudari nn nona pak bu alm almh almarhum almarhumah
    marhum apt hc purn kapt lettu letda letkol mayor serma serka sertu serda kopka koptu kopda praka pratu
    aiptu aipda bripka brigpol briptu bripda bin binti bt bte binte ibnu"""
)

#: Degrees stand behind a name; as words of their own they are dropped only there.
_DEGREES: Final = word_set(
    """se sh st sp si ss sag skom spd spdi sei shi sthi sthei ssos sip ssi skm skep ners ns sfarm spt spi spsi sked
    skh sst sstp stp sik mm msi mpd mpdi mh mkes mkom mt map ma msc ma mba mhum mag ama amd ama amak amkeb amk amkl
    apd ama ba bsc ba phd lc sap sab str trkep strkeb skeb sgz sds sn sds msn mstr cht cpm akt ak ca"""
)

_MUHAMMAD: Final = word_set(
    """muhammad muhamad mohammad mohamad mochammad mochamad muchammad muchamad moehammad moehamad mohammed mohamed
    muhammed muhamed mukhammad mukhamad muh muhd moh mohd moch mochd much mhd mhmd mhmmd muhamd muhmad muhamm mohamd
    md mukh moeh muhammd mohmad muhamat mohamat muhammat mohammat mhamad mhammad"""
)
_ONE_WORD: Final = {
    **dict.fromkeys(_MUHAMMAD, "muhammad"),
    **dict.fromkeys(("abd", "abdl", "abdoel", "abdoul"), "abdul"),
    **dict.fromkeys(("sitti", "sity", "sitty", "siity", "stti", "sti"), "siti"),
    **dict.fromkeys(("noor", "noer", "nor", "nuur", "nr"), "nur"),
    **dict.fromkeys(("ach", "achmad", "akhmad", "ahmat", "achmat", "akmad", "ahmd", "acmad"), "ahmad"),
    **dict.fromkeys(("dg",), "daeng"),
    **dict.fromkeys(("rd", "rdn"), "raden"),
    **dict.fromkeys(("gst",), "gusti"),
    **dict.fromkeys(("wyn",), "wayan"),
    **dict.fromkeys(("nym", "nymn"), "nyoman"),
    **dict.fromkeys(("kt", "ktt"), "ketut"),
    **dict.fromkeys(("kdk",), "kadek"),
}

#: Words that clerks leave out or add so readily that their absence says next to nothing.
OPTIONAL: Final = frozenset({"muhammad", "m", "siti", "andi", "raden", "daeng", "h"})

_ALIAS: Final = re.compile(r"\b(?:alias|als|aka|a\.k\.a|dipanggil|panggilan|pgl|d/h)\b\.?|[@(/]", re.IGNORECASE)
_PATRONYM: Final = re.compile(r"\b(?:binti|binte|bint|bin|bte|bt|ibnu|b\.)(?=[\s.])", re.IGNORECASE)
_WORDS: Final = re.compile(r"[^\s,;:_\-–—]+")
_NO_LETTER: Final = re.compile(r"[^a-z]+")
_LOOKALIKES: Final = str.maketrans("01345", "oieas")
_ABDUL: Final = re.compile(r"abd(?:u|oe|o|ou|a)l?([rsntdzg])\1?([a-z]{3,})")
_ABDUL_L: Final = re.compile(r"abd(?:u|oe|o|ou|a)l([a-z]{4,})")
_MOST_TOKENS: Final = 10
_LONGEST: Final = 200


class Tokens(NamedTuple):
    """`words`: the tokens of a name as normalised, the first `main` of them the name itself, the rest what stood behind
    bin, binti or alias; `folds`: the fold of each."""

    words: tuple[str, ...]
    folds: tuple[str, ...]
    main: int


NO_NAME: Final = Tokens((), (), 0)


def tokens_of(text: str) -> Tokens:
    """The tokens of a name as anybody typed it; never raises, an empty or unreadable name has none."""
    text = text[:_LONGEST]
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    text = text.lower().replace("`", "'").replace("’", "'")
    main, *aliases = _ALIAS.split(text)
    given, *fathers = _PATRONYM.split(main)
    words = _words_of(given)
    extra = [word for part in (*fathers, *aliases) for word in _words_of(part, behind=True)]
    if not words:
        words, extra = extra, []
    words = list(dict.fromkeys(words))[:_MOST_TOKENS]
    main = len(words)
    words = list(dict.fromkeys((*words, *extra)))[:_MOST_TOKENS]
    return Tokens(tuple(words), tuple(fold(word) for word in words), main) if words else NO_NAME


def _words_of(text: str, behind: bool = False) -> list[str]:
    """The tokens of one part of a name in their order, titles and degrees off."""
    chunks = [chunk for chunk in (_chunk(piece) for piece in _WORDS.findall(text)) if chunk]
    chunks = _without_titles(chunks, behind)
    words: list[str] = []
    for chunk in chunks:
        for part in chunk:
            words.extend(_even(part, first=not words and len(chunks) > 1))
    return words


def _chunk(piece: str) -> list[str]:
    """A word between spaces as the parts between its dots; a degree written with dots ("S.Pd.I") is one part."""
    parts = [_letters(part) for part in piece.split(".")]
    parts = [part for part in parts if part]
    if len(parts) > 1:
        joined = "".join(parts)
        if (joined in _DEGREES or joined in _TITLES) and all(len(part) <= 4 for part in parts):
            return [joined]
    return parts


def _letters(part: str) -> str:
    """The letters of a part; a digit among letters is the letter that it looks like."""
    if not part.isalpha():
        if any(letter.isdigit() for letter in part) and any(letter.isalpha() for letter in part):
            part = part.translate(_LOOKALIKES)
        part = _NO_LETTER.sub("", part)
    return part if part.isascii() else _NO_LETTER.sub("", part)


def _without_titles(chunks: list[list[str]], behind: bool) -> list[list[str]]:
    """`chunks` without titles anywhere, a single H in front and degrees at the end; somebody with nothing else keeps
    them as a name."""
    kept = [chunk for chunk in chunks if not (len(chunk) == 1 and chunk[0] in _TITLES)]
    kept = [[part for part in chunk if part not in _TITLES] or chunk for chunk in kept]
    while len(kept) > 1 and kept[0] in (["h"], ["hi"], ["i"], ["ni"]) and not behind:
        kept = kept[1:]
    while len(kept) > 1:
        last = "".join(kept[-1])
        pair = "".join(kept[-2]) + last
        if len(kept) > 2 and len(last) <= 3 and len("".join(kept[-2])) <= 2 and pair in _DEGREES:
            kept = kept[:-2]
        elif last in _DEGREES:
            kept = kept[:-1]
        else:
            break
    return kept or chunks


@lru_cache(maxsize=65536)
def _even(word: str, first: bool) -> tuple[str, ...]:
    """A token in its common form; Abdurrahman and its kind are two."""
    if first and word == "st":
        return ("siti",)
    known = _ONE_WORD.get(word)
    if known is not None:
        return (known,)
    if word.startswith("abd") and len(word) > 7:
        found = _ABDUL_L.fullmatch(word)
        if found is not None and not found[1].startswith("lah"):
            return ("abdul", found[1])
        found = _ABDUL.fullmatch(word)
        if found is not None:
            return ("abdul", found[1] + found[2])
    return (word,)


_FOLDS: Final = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        ("oe|oo|ou|uu", "u"),
        ("ie|ii|ij$|ee", "i"),
        ("ae|ay(?=[bcdfgjklmnpqrstvwxz]|$)|ei|ey(?=[bcdfgjklmnpqrstvwxz]|$)", "ai"),
        ("^choi|^khoi|^koi|^hoi", "hai"),
        ("dj", "j"),
        ("tj", "c"),
        ("nj", "ny"),
        ("sj|sy|sh|ts|dz|dh?z|zh|z|x(?=[aiueo])", "s"),
        ("x", "ks"),
        ("kh|ch", "h"),
        ("ph|f|v", "p"),
        ("q", "k"),
        ("ck", "k"),
        ("th", "t"),
        ("dh", "d"),
        ("gh", "g"),
        ("j(?=[bcdfghklmnpqrstvwxz]|$)", "i"),
        ("^y", "j"),
        ("y", "i"),
        ("iwa|ia", "ia"),
        ("uwa", "ua"),
        ("h(?=[bcdfgjklmnpqrstvwxz]|$)", ""),
        ("(?<=[bcdfgjklmnpqrstvwxz])h", ""),
    )
)
_DOUBLES: Final = re.compile(r"(.)\1+")
_HARD: Final = {"d": "t", "b": "p", "g": "k"}
_VOWELS: Final = frozenset("aeiou")


@lru_cache(maxsize=262144)
def fold(token: str) -> str:
    """`token` with spellings that sound alike evened out; never empty for a token that is not."""
    if len(token) < 3:
        return token
    text = token
    for pattern, by in _FOLDS:
        text = pattern.sub(by, text)
    text = _DOUBLES.sub(r"\1", text)
    if text and text[-1] in _HARD:
        text = text[:-1] + _HARD[text[-1]]
    return text or token


@lru_cache(maxsize=262144)
def code(folded: str) -> str:
    """The consonants of a folded token, with its first vowel if it begins with one; a token of fewer than two
    consonants stays whole."""
    text = _DOUBLES.sub(r"\1", folded.replace("h", "")) or folded
    bones = "".join(letter for at, letter in enumerate(text) if letter not in _VOWELS or at == 0)
    bones = _DOUBLES.sub(r"\1", bones)
    return bones if len(bones) >= 2 else folded
