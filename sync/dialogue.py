"""What a laptop and a hub say to each other, whatever carries it: both halves, without HTTP (FORMAT.md, section 7)."""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple, Protocol, TypeVar

import msgspec

from sync.bundle import Opened, inspect_head, open_bundle
from sync.certificates import Member, Programme
from sync.entry import INTEGER_LIMIT
from sync.errors import NotAllowed, SyncError, Unreachable, Untrusted
from sync.exchange import age_identities, bundle_for_member, merge_bundle, merge_opened, with_issuers
from sync.journal import Author, Journal, Merged
from sync.keys import is_signed
from sync.members import Membership
from sync.payload import Known
from sync.randomness import Random, system_random
from sync.wire import MOST_ENTRIES, Admitted

VERSION: Final = 1
HUB_ROLE: Final = "hub"

_DESCRIPTION_TAG: Final = b"fieldapp hub 1\n"
_ANSWER_TAG: Final = b"fieldapp answer 1\n"
_SALT_BYTES: Final = 8
_CERTIFICATES_LIMIT: Final = 32

T = TypeVar("T")
_Meta = msgspec.Meta
_Hex32 = Annotated[str, _Meta(pattern=r"^[0-9a-f]{32}\Z")]


class Transact(Protocol):
    """Runs work on a replica's journal in one durable transaction; what the work raises undoes all of it."""

    def __call__(self, work: Callable[[Journal], T], /) -> T: ...


class _Description(msgspec.Struct, frozen=True):
    """What a reader needs of a hub's description; other keys may stand beside these."""

    programme: _Hex32
    member: _Hex32
    certificates: Annotated[list[str], _Meta(max_length=_CERTIFICATES_LIMIT)]
    epoch: Annotated[str, _Meta(max_length=64)]
    now_ms: Annotated[int, _Meta(ge=0, le=INTEGER_LIMIT)]
    nonce: str
    versions: list[int]
    signature: Annotated[str, _Meta(pattern=r"^[0-9a-f]{128}\Z")]


class HubDescription(NamedTuple):
    """A hub that has proved to hold the key of a member of the role hub of this programme."""

    member: Member
    epoch: str
    """Names this life of the hub's store."""
    now_ms: int
    """The hub's clock, milliseconds since 1970 UTC."""


def read_description(body: bytes, nonce: str, membership: Membership) -> HubDescription:
    """Check offline who answered to `nonce`; `membership` is not changed.

    Raises Unreachable hub_not_found for what is no description at all; SyncError hub_version; Untrusted hub_foreign,
    hub_untrusted.
    """
    try:
        said = msgspec.json.decode(body, type=_Description)
        fields = json.loads(body)
        signed = _signed({key: value for key, value in fields.items() if key != "signature"})
    except (ValueError, RecursionError):
        raise Unreachable("hub_not_found") from None
    if said.programme != membership.programme:
        raise Untrusted("hub_foreign")
    if VERSION not in said.versions:
        raise SyncError("hub_version")
    known = membership.copy()
    try:
        for certificate in said.certificates:
            known.add(certificate.encode())
    except Untrusted:
        raise Untrusted("hub_untrusted") from None
    member = known.member(said.member)
    if (
        member is None
        or member.role != HUB_ROLE
        or known.code_of(member.id) is not None
        or said.nonce != nonce
        or not is_signed(member.sign_key, signed, bytes.fromhex(said.signature))
    ):
        raise Untrusted("hub_untrusted")
    return HubDescription(member, said.epoch, said.now_ms)


def _signed(fields: dict[str, Any]) -> bytes:
    return _DESCRIPTION_TAG + json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def answer_id(request_id: str, salt: bytes) -> str:
    """The bundle id of the answer to a request: it shows that this answer was made for this request and no other."""
    mark = hashlib.sha256(_ANSWER_TAG + salt + bytes.fromhex(request_id)).digest()
    return (salt + mark[:_SALT_BYTES]).hex()


def is_answer(bundle_id: str, request_id: str) -> bool:
    """Whether a bundle id (32 hex digits) is one of an answer to the request of this id."""
    return bundle_id == answer_id(request_id, bytes.fromhex(bundle_id)[:_SALT_BYTES])


class Hub:
    """Answers bundles with bundles, over whatever keeps its journal. It remembers nothing between two calls.

    `author` is asked anew each time, since the hub's keys may grow; `merged` is told of each merge once it is durable.
    `members` gives a membership of one's own to open requests with, so that only merging needs the one transaction; it
    may be a moment old. `known` may look up which segments are here already. `challenge` is what requests over HTTP
    have to answer (FORMAT.md). `prepare` is called within the transaction, before an answer is put together.
    """

    def __init__(
        self,
        transact: Transact,
        author: Callable[[], Author],
        programme: Programme,
        epoch: str,
        *,
        merged: Callable[[Merged], None] = lambda _: None,
        random: Random = system_random,
        members: Callable[[], Membership] | None = None,
        known: Known | None = None,
        challenge: Callable[[], str] = str,
        prepare: Callable[[Journal], None] = lambda _: None,
    ) -> None:
        self._prepare = prepare
        self._transact = transact
        self._members = members or (lambda: transact(lambda journal: journal.membership.copy()))
        self._known = known
        self._challenge = challenge
        self._author = author
        self._programme = programme
        self._epoch = epoch
        self._merged = merged
        self._random = random
        self._certificates: list[str] | None = None

    def describe(self, nonce: str) -> bytes:
        """Who this hub is, as JSON, signed together with the caller's nonce."""
        author = self._author()
        me = author.identity.member_id
        if self._certificates is None:
            line = self._transact(lambda journal: with_issuers(journal.membership, [me]))
            # The founder first, so that each certificate is checked by the one before it.
            self._certificates = [member.certificate.decode() for member in reversed(line)]
        fields: dict[str, Any] = {
            "programme": self._programme.id,
            "member": me,
            "certificates": self._certificates,
            "epoch": self._epoch,
            "now_ms": author.clock.wall_ms(),
            "nonce": nonce,
            "challenge": self._challenge(),
            "versions": [VERSION],
        }
        fields["signature"] = author.identity.sign(_signed(fields)).hex()
        return json.dumps(fields, sort_keys=True).encode()

    def check(self) -> None:
        """Raises what keeps the journal from being read just now."""
        self._members()

    def answer(self, request: bytes, entries: int, admitted: Admitted | None = None) -> bytes:
        """Merge a member's bundle and answer with what the member lacks, about `entries` entries at most.

        `admitted` says who signed for it, on links where requests are signed: nobody brings another's, and none is
        answered twice. Raises what `open_bundle` and `Journal.merge` raise; NotAllowed member_revoked, invitation_used,
        invitation_revoked; Unreachable hub_replayed. Nothing of the request is kept then.
        """
        author = self._author()
        head = inspect_head(request)
        if head.programme != self._programme.id:
            raise Untrusted("bundle_foreign", programme=head.programme)
        if admitted is not None and admitted.member != head.by:
            raise Untrusted("bundle_forged", member=head.by)
        opened = self._open(request, author)

        def work(journal: Journal) -> tuple[Merged, bytes]:
            # Asked again, since the member may have been shut out while the request was being opened.
            _refuse_shut_out(journal.membership, head.by)
            now_s = author.clock.wall_ms() // 1000
            if admitted is not None and not journal.requests.is_new(admitted.mark, admitted.until_s, now_s):
                raise Unreachable("hub_replayed")
            if opened is None:
                received = merge_bundle(journal, request, author, random=self._random)
            else:
                received = merge_opened(journal, opened, author, random=self._random)
            self._prepare(journal)
            answer = bundle_for_member(
                journal,
                author.identity,
                self._programme,
                received.opened.by.id,
                author.clock.wall_ms(),
                limit=min(max(entries, 1), MOST_ENTRIES),
                is_answer=True,
                random=lambda _: bytes.fromhex(answer_id(head.bundle, self._random(_SALT_BYTES))),
            )
            return received.merged, answer.data

        merged, answer = self._transact(work)
        self._merged(merged)
        return answer

    def _open(self, request: bytes, author: Author) -> Opened | None:
        """The request, opened and checked outside the transaction; None where that takes members not known a moment
        ago."""
        members = self._members()
        _refuse_shut_out(members, inspect_head(request).by)
        try:
            return open_bundle(request, age_identities(author.identity), members, self._programme.id, self._known)
        except Untrusted as error:
            if error.code != "member_unknown":
                raise
            return None


def _refuse_shut_out(membership: Membership, member: str) -> None:
    """A newcomer's certificate is inside the request; whoever is known and shut out need not be unpacked first."""
    code = membership.code_of(member)
    if code not in (None, "member_unknown"):
        raise NotAllowed(code, member=member)
