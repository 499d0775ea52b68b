"""A paper: named bytes that an office member hands to others beside the entries, and that a newer one replaces.

What is in it is nobody's business here. Its author signs it, so that any member of the office may pass it on.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from sync.certificates import Member, covers
from sync.entry import INTEGER_LIMIT
from sync.errors import Untrusted
from sync.keys import Identity, is_signed

UNDERSTOOD: Final = hashlib.sha256(b"fieldapp papers 1\n").hexdigest()[:32]
"""Stands among the ids that a bundle's writer knows, and says that its program reads papers."""
NAME_PATTERN: Final = r"^[a-z0-9][a-z0-9._/-]{0,63}\Z"
SIZE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of one paper."""
COUNT_LIMIT: Final = 2_000
"""Papers in one bundle, and papers that are kept for one member."""
TOTAL_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of all of them."""

_TAG: Final = b"fieldapp paper 1\n"
_MARK_TAG: Final = b"fieldapp paper mark 1\n"
_WHICH_BYTES: Final = 8
_WHICH_DIGITS: Final = 2 * _WHICH_BYTES
_TIME_BYTES: Final = 6
_LONGEST_SCOPE: Final = 64

_Meta = msgspec.Meta
_Scope = Annotated[str, _Meta(pattern=r"^(?:\*|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)\Z", max_length=_LONGEST_SCOPE)]
_About = Annotated[str, _Meta(pattern=r"^(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?\Z", max_length=_LONGEST_SCOPE)]
Name = Annotated[str, _Meta(pattern=NAME_PATTERN)]
Time = Annotated[int, _Meta(ge=0, le=min(INTEGER_LIMIT, (1 << 8 * _TIME_BYTES) - 1))]


class Title(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said of a paper beside its content."""

    about: _About
    """The area that it speaks of, for those who do not hold that area anyway; empty when it is about none."""
    at: Time
    """When its author made it, ms since 1970 UTC; later than every version of it before."""
    audience: _Scope
    """Whom it is for: members with a scope in this one, or above it."""
    by: Annotated[str, _Meta(pattern=r"^[0-9a-f]{32}\Z")]
    """Its author."""
    name: Name
    sha256: Annotated[str, _Meta(pattern=r"^[0-9a-f]{64}\Z")]
    """Of the content."""
    sig: Annotated[str, _Meta(pattern=r"^[0-9a-f]{128}\Z")] = ""
    """The author's Ed25519 signature over the rest."""
    size: Annotated[int, _Meta(ge=0, le=SIZE_LIMIT)]

    @property
    def version(self) -> tuple[int, str]:
        """Of two of one author and name, the greater one replaces the other."""
        return self.at, self.sha256


@dataclass(frozen=True)
class Paper:
    """A paper with what is in it."""

    title: Title
    content: bytes


_encoder: Final = msgspec.json.Encoder(order="deterministic")


def write(identity: Identity, name: str, content: bytes, *, audience: str, about: str, at_ms: int) -> Paper:
    """A paper of this member, signed. Raises ValueError for a name, area or size that no reader would take."""
    title = Title(
        about=about,
        at=at_ms,
        audience=audience,
        by=identity.member_id,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    signed = msgspec.structs.replace(title, sig=identity.sign(_signed(title)).hex())
    # A struct checks nothing when it is made; a reader checks all of this.
    return Paper(msgspec.json.decode(_encoder.encode(signed), type=Title), content)


def check_signature(title: Title, author: Member) -> None:
    """Raises Untrusted paper_forged unless its author signed this title."""
    if not title.sig or not is_signed(author.sign_key, _signed(title), bytes.fromhex(title.sig)):
        raise Untrusted("paper_forged", member=title.by)


def _signed(title: Title) -> bytes:
    return _TAG + _encoder.encode({name: getattr(title, name) for name in Title.__struct_fields__ if name != "sig"})


def is_for(audience: str, scopes: tuple[str, ...]) -> bool:
    """Whether a member with these scopes is among whom a paper is for."""
    # PUBLIC_SCOPE is covered by everybody's scopes, and covers all.
    return covers(scopes, audience) or any(covers((audience,), scope) for scope in scopes)


def is_needed(title: Title, scopes: tuple[str, ...]) -> bool:
    """Whether such a member has use for it: what it is about is told by the entries to whoever may read them."""
    return is_for(title.audience, scopes) and not (title.about and covers(scopes, title.about))


def may_speak(title: Title, author: Member) -> bool:
    """Whether the paper is about its author's own area; a paper about none may come from anybody of the office."""
    return not title.about or covers(author.scopes, title.about)


def mark(title: Title) -> str:
    """What a bundle's writer says of a paper that it holds, among the ids that it knows: which one, and how new."""
    return (_which(title) + title.at.to_bytes(_TIME_BYTES, "big") + bytes.fromhex(title.sha256)[:2]).hex()


class Marks:
    """The papers that a peer showed to hold."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = set(known)
        self._newest: dict[str, str] = {}
        for said in self._known:
            which = said[:_WHICH_DIGITS]
            self._newest[which] = max(said, self._newest.get(which, ""))

    @property
    def is_reader(self) -> bool:
        """Whether the peer's program reads papers at all."""
        return UNDERSTOOD in self._known

    def has(self, title: Title) -> bool:
        """Whether the peer holds this paper, or a newer one of the same author and name."""
        return self._newest.get(_which(title).hex(), "") >= mark(title)


def _which(title: Title) -> bytes:
    return hashlib.sha256(_MARK_TAG + title.by.encode() + b"\n" + title.name.encode()).digest()[:_WHICH_BYTES]
