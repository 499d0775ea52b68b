"""Places and addresses for comparing: the words that clerks shorten written out, numbers apart from words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from fieldapp.domain import region
from fieldapp.domain.names import plain
from fieldapp.matching.names import fold, word_set

_CODE: Final = re.compile(r"[0-9][0-9.]*")
_PIECES: Final = re.compile(r"[a-z]+|[0-9]+")
_FIRST: Final = re.compile(
    r"^\s*(?:kelurahan|kel\b|kecamatan|kec\b|desa|ds\b|kota|kotamadya|kabupaten|kab\b)[.\s]*", re.IGNORECASE
)
_SHORT_WORDS: Final = {"gn": "gunung", "gng": "gunung", "sei": "sungai", "sn": "sungai", "bpn": "balikpapan"}
_TOWNS: Final = {
    **dict.fromkeys(("bpp", "bppn", "bpn", "blkpn", "blpn", "blkpp", "balikpapam", "bppan"), "balikpapan"),
    **dict.fromkeys(("smd", "smr", "smrd"), "samarinda"),
    **dict.fromkeys(("ujungpandang", "upg", "mks", "makasar", "mksr"), "makassar"),
    **dict.fromkeys(("bjm", "bjmasin"), "banjarmasin"),
    **dict.fromkeys(("sby", "sbya"), "surabaya"),
    **dict.fromkeys(("jkt", "dkijakarta"), "jakarta"),
    **dict.fromkeys(("jogja", "jogjakarta", "yogya", "diy"), "yogyakarta"),
    **dict.fromkeys(("tgr",), "tenggarong"),
    **dict.fromkeys(("ppu", "penajampaserutara"), "penajam"),
}
_ROADS: Final = word_set(
    "jl jln jalan gg gang no nomor rt rw perum perumahan komplek komp kompleks blok blk km kel kec kelurahan"
)


@lru_cache(maxsize=4096)
def area_name(text: str) -> str:
    """A kelurahan or kecamatan by its name for comparing, whether a list gives its name or its code (64.71.05.1002,
    647105); a code that nobody knows stands for itself."""
    text = text.strip()
    if _CODE.fullmatch(text):
        digits = text.replace(".", "")
        place = region.lookup(region.dotted(digits))
        return plain(place.name) if place is not None else digits
    words = _FIRST.sub("", text.lower()).replace(".", " ").split()
    return plain(" ".join(_SHORT_WORDS.get(word, word) for word in words))


@lru_cache(maxsize=4096)
def town_name(text: str) -> str:
    """A birth place for comparing: shortened and former names of towns written out, spelling evened out."""
    word = plain(_FIRST.sub("", text.strip()))
    return fold(_TOWNS.get(word, word))


class Address(NamedTuple):
    """`words`: the folded words of the street, sorted; `numbers`: house numbers and the like; `rt`: digits without
    leading zeros."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]
    rt: str


NO_ADDRESS: Final = Address((), (), "")


def read_address(text: str, rt: str = "") -> Address:
    """The parts of an address as typed; RT is taken from the text when it is not given apart."""
    pieces = _PIECES.findall(text[:200].lower())
    words: set[str] = set()
    numbers: list[str] = []
    before = ""
    for piece in pieces:
        if piece.isdigit():
            number = piece.lstrip("0") or "0"
            if before == "rt":
                rt = rt or number
            elif before != "rw":
                numbers.append(number)
        elif len(piece) > 1 and piece not in _ROADS:
            words.add(fold(piece))
        before = piece
    return Address(tuple(sorted(words)[:12]), tuple(numbers[:6]), rt.strip().lstrip("0"))
