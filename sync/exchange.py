"""What to put into a bundle for whom, and what to do with one that came: the same for a stick and for a wire."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from sync.bundle import OFFICE, Opened, open_bundle, open_payload, seal
from sync.certificates import Member, Programme
from sync.coverage import Have, Ranges, Span, join, pack_have, runs
from sync.doubts import Doubt
from sync.entry import Stored
from sync.errors import NotAllowed, NotFound
from sync.journal import Author, Change, Journal
from sync.keys import Identity
from sync.members import PUBLIC_SCOPE, Membership
from sync.merge import RECEIPT, Merged, Tell
from sync.paper import TOTAL_LIMIT, Paper
from sync.papers import NO_PAPERS, Taken
from sync.payload import Payload, pack
from sync.peers import Peer
from sync.randomness import Random, system_random, token
from sync.segment import Segment

PAPER_BYTES: Final = 200
"""For each entry that may come, so many bytes of papers may: a registration's own size on the way."""


@dataclass(frozen=True)
class Outgoing:
    """A bundle that was made."""

    bundle: str
    """Bundle id, 32 hex digits."""
    data: bytes
    """The file."""
    to: tuple[str, ...]
    """"office", or member ids."""
    carried: Have
    """What its segments stand for, as a receipt for it would name it."""
    segments: int
    entries: int
    """Entries in it with their bytes; 0 when its receiver lacks nothing that is known here."""
    is_all: bool
    """Whether it brings everything that the receiver lacks; not so when a limit cut it short."""
    papers: int = 0
    brought: Mapping[str, Ranges] = field(default_factory=dict)
    """Chain -> numbers of the entries in it with their bytes: what its receiver holds once it has merged this."""


@dataclass(frozen=True)
class Received:
    """A bundle that was merged."""

    opened: Opened
    merged: Merged
    receipt: Stored | None
    """The entry that confirms it, when one was due."""
    doubts: tuple[Doubt, ...] = ()
    """Scopes of which the writer holds something else than is here now."""
    papers: Taken = NO_PAPERS


def bundle_for_office(
    journal: Journal,
    identity: Identity,
    programme: Programme,
    now_ms: int,
    *,
    limit: int | None = None,
    random: Random = system_random,
) -> Outgoing:
    """A bundle sealed to the office key. From a laptop: everything that no office member showed to hold, and what
    administrators wrote unless all of them did. From an office member: everything that not all the others but
    administrators showed to hold, since what one colleague decided is new to another. (An administrator's laptop may
    lie in a drawer for a year; a bundle of its own brings it everything.)

    Seals what this member wrote, so it needs a transaction. `limit` stops after about so many entries.
    """
    membership, me = journal.membership, identity.member_id
    _get_ready(journal, identity)
    # What a revoked member holds may be lost with its laptop, so it proves nothing.
    office = [m for m in membership.active() if m.role in journal.rules.office_roles and m.id != me]
    mine = membership.member(me)
    among_themselves = mine is not None and mine.role in journal.rules.office_roles
    selection = journal.select(_proofs(journal, office, among_themselves), None, me, limit)
    # Any of them may be the one who gets the bundle, so authors' certificates always go along; the others' only until
    # somebody at the office has them.
    heard = {member for peer in (journal.peer(m.id) for m in office) if peer is not None for member in peer.known}
    always = {me, *(segment.author for segment in selection.segments)}
    payload = Payload(
        at_ms=now_ms,
        certificates=_certificates(membership, always, {m.id for m in membership.all()} - heard),
        segments=selection.segments,
        have=journal.coverage(),
        known=_known(journal, me),
    )
    recipients = [programme.office_recipient]
    return _sealed(identity, programme, (OFFICE,), recipients, payload, selection.is_all, random)


def bundle_for_member(
    journal: Journal,
    identity: Identity,
    programme: Programme,
    member_id: str,
    now_ms: int,
    *,
    limit: int | None = None,
    is_answer: bool = False,
    random: Random = system_random,
) -> Outgoing:
    """A bundle sealed to one member, with everything in its scopes that it did not show to hold.

    `is_answer` says that the member's latest bundle here was made a moment ago by the very laptop that gets this one,
    and speaks for it. Otherwise the laptop may have been set back since, or there may be two of the member.
    Seals what this member wrote, so it needs a transaction. `limit` stops after about so many entries. Raises NotFound
    member_unknown; NotAllowed member_revoked, invitation_used or invitation_revoked for one who gets nothing any more.
    """
    membership, me = journal.membership, identity.member_id
    member = membership.member(member_id)
    if member is None:
        raise NotFound("member_unknown", member=member_id)
    code = membership.code_of(member_id)
    if code is not None:
        raise NotAllowed(code, member=member_id)
    _get_ready(journal, identity)
    peer = journal.peer(member_id)
    # Receipts that a twin wrote, or the laptop itself before it was set back, prove nothing of what it holds now.
    known = peer.have if is_answer and peer is not None else journal.known_of(member_id)
    selection = journal.select([known], member.scopes, me, limit)
    authors = {segment.author for segment in selection.segments}
    is_office = member.role in journal.rules.office_roles
    useful = membership.all() if is_office else with_issuers(membership, authors)
    # Without its authors' certificates a bundle is refused, so they go along unless the receiver surely has them.
    always = {me} if is_answer else {me, *authors}
    papers, papers_left = _papers(journal, me, member, peer, limit)
    always |= {paper.title.by for paper in papers}
    # Of chains that the member neither knows nor gets to know now, what is held or left out would tell it nothing.
    relevant = {*known, *(segment.ch for segment in selection.segments)} if peer is not None else None
    payload = Payload(
        at_ms=now_ms,
        certificates=_certificates(membership, always, _unknown_to(peer, useful)),
        segments=selection.segments,
        have=journal.coverage(relevant),
        outside=selection.outside,
        known=_known(journal, me),
        said=journal.sums.said(member.scopes) if selection.is_all else None,
        papers=tuple(papers),
        papers_left=papers_left,
    )
    return _sealed(identity, programme, (member_id,), [member.age_recipient], payload, selection.is_all, random)


def bundle_for_hub(
    journal: Journal,
    identity: Identity,
    programme: Programme,
    hub: Member,
    shown: Have | None,
    now_ms: int,
    *,
    settled: Sequence[Have] = (),
    limit: int | None = None,
    random: Random = system_random,
) -> Outgoing:
    """A request to a hub, sealed to its own key: what `shown`, its last answer, does not prove it to hold.

    `shown` None is the first request, which brings no segments and asks. Only the hub's own word counts here: what
    another office member holds is not yet at the hub. What is `settled` is not brought again all the same. Seals what
    this member wrote, so it needs a transaction.
    """
    membership, me = journal.membership, identity.member_id
    _get_ready(journal, identity)
    selection = journal.select([shown or {}, *settled], hub.scopes, me, limit if shown is not None else 0)
    payload = Payload(
        at_ms=now_ms,
        certificates=_certificates(membership, {me}, _unknown_to(journal.peer(hub.id), membership.all())),
        segments=selection.segments,
        have=journal.coverage(),
        outside=selection.outside,
        known=_known(journal, me),
    )
    return _sealed(identity, programme, (hub.id,), [hub.age_recipient], payload, selection.is_all, random)


def payload_for_newcomer(journal: Journal, identity: Identity, now_ms: int) -> bytes:
    """What an invitation carries: certificates and everything public, so that a newcomer works offline at once.

    Seals what this member wrote, so it needs a transaction.
    """
    _get_ready(journal, identity)
    selection = journal.select([], ())
    payload = Payload(
        at_ms=now_ms,
        certificates=_certificates(
            journal.membership, {identity.member_id, *(segment.author for segment in selection.segments)}, set()
        ),
        segments=selection.segments,
        have=journal.coverage({segment.ch for segment in selection.segments}),
        known=tuple(m.id for m in journal.membership.all()),
    )
    return pack(payload)


def open_any(
    journal: Journal, source: bytes | str | os.PathLike[str], identity: Identity, *, to_merge: bool = False
) -> Opened:
    """Open a bundle with every age identity that this member has, and check everything in it.

    `to_merge` leaves entries that this journal holds already unread, for a merge needs none of them. Changes nothing.
    Raises what `open_bundle` raises.
    """
    known = journal.known_segments if to_merge else None
    return open_bundle(source, age_identities(identity), journal.membership, journal.programme_id, known)


def age_identities(identity: Identity) -> list[str]:
    """The age identities to try on a bundle: of the office keys the one in force is the likeliest."""
    return [identity.age_identity, *reversed(identity.office_identities)]


def merge_bundle(
    journal: Journal,
    source: bytes | str | os.PathLike[str],
    author: Author,
    *,
    with_receipt: bool = True,
    brought: int = 0,
    random: Random = system_random,
    tell: Tell = lambda done, total: None,
) -> Received:
    """Open, check and merge a bundle in the caller's transaction, remember what its writer holds, and confirm it.

    A receipt is written by members of office roles when something new came that is not itself a receipt; else two
    offices would confirm each other's confirmations for ever. `brought` counts such entries that came of this bundle
    just before, in pieces. `tell` as in `Journal.merge`. Raises what `open_bundle` and `Journal.merge` raise.
    """
    _hold_for_others(journal, author.identity.member_id)
    opened = open_any(journal, source, author.identity, to_merge=True)
    return merge_opened(journal, opened, author, with_receipt=with_receipt, brought=brought, random=random, tell=tell)


def merge_opened(
    journal: Journal,
    opened: Opened,
    author: Author,
    *,
    with_receipt: bool = True,
    brought: int = 0,
    random: Random = system_random,
    tell: Tell = lambda done, total: None,
) -> Received:
    """The same for a bundle that was opened before, perhaps outside the transaction: what is known of members only
    grows, so what was right then is right now. Raises what `Journal.merge` raises.
    """
    now_ms = author.clock.wall_ms()
    merged = journal.merge(opened, now_ms, tell)
    payload = opened.payload
    is_complete = payload.said is not None
    journal.remember_peer(
        opened.by.id, payload.have, payload.outside, payload.known, payload.at_ms, is_complete=is_complete
    )
    me = journal.membership.member(author.identity.member_id)
    doubts = journal.doubts.compare(opened.by.id, me.scopes if me is not None else (), payload, now_ms)
    journal.papers.tidy()
    is_for_me = opened.head.to == (author.identity.member_id,)
    papers = journal.papers.take(author.identity.member_id, opened.by, payload.papers, is_for_me)
    author.clock.observe(merged.latest)
    receipt = None
    if (
        with_receipt
        and merged.new - merged.new_receipts + brought > 0
        and _confirms(journal, author.identity.member_id)
    ):
        receipt = journal.append(author, [_receipt(journal, opened, journal.new_record(author, random=random))])[0]
    return Received(opened, merged, receipt, doubts, papers)


def merge_newcomer_payload(journal: Journal, packed: bytes, issuer: str, at_ms: int) -> Merged:
    """Merge what an invitation carried, and remember what its issuer holds. Raises what `open_payload` raises."""
    payload, _ = open_payload(packed, journal.membership)
    merged = journal.merge_payload(payload, issuer, at_ms=at_ms)
    journal.remember_peer(issuer, payload.have, payload.outside, payload.known, payload.at_ms)
    return merged


def _proofs(journal: Journal, office: Sequence[Member], among_themselves: bool) -> list[Have]:
    """What need not be sent to the office, since one of its members showed to hold it; `among_themselves`, since all of
    them but administrators did.

    Settings, leases and revocations decide how everything else counts, and any member may be the one who gets the
    bundle: so the chains of administrators are left out only as far as every member but their author holds them.
    """
    haves = {member.id: journal.known_of(member.id) for member in office}
    admins = {member.id for member in journal.membership.all() if member.role in journal.admin_roles}
    chains = journal.chains()
    decisive = {chain: author for chain, (author, _) in chains.items() if author in admins}
    proofs = [{chain: spans for chain, spans in have.items() if chain not in decisive} for have in haves.values()]
    if among_themselves:
        colleagues = {member: have for member, have in haves.items() if member not in admins}
        proofs = [_held_by_all(chain, author, colleagues) for chain, (author, _) in chains.items()]
    return proofs + [_held_by_all(chain, author, haves) for chain, author in decisive.items()]


def _held_by_all(chain: str, author: str, haves: Mapping[str, Have]) -> Have:
    """How far all of these members but the author showed to hold a chain from its beginning on; empty where one has
    gaps, since what is sent twice does no harm."""
    held = [have.get(chain, ()) for member, have in haves.items() if member != author]
    if held and all(len(spans) == 1 and spans[0].first == 1 for spans in held):
        return {chain: min(held, key=lambda spans: spans[0].last)}
    return {}


def _get_ready(journal: Journal, identity: Identity) -> None:
    """Seal what this member wrote, and claim only what can be handed on."""
    journal.seal(identity)
    _hold_for_others(journal, identity.member_id)


def _hold_for_others(journal: Journal, member_id: str) -> None:
    """Others leave it to the office to keep what they let go; so it asks for what it let go before it was an office."""
    member = journal.membership.member(member_id)
    if member is not None and member.role in journal.rules.office_roles:
        journal.attic.ask_for_all()


def _confirms(journal: Journal, member_id: str) -> bool:
    member = journal.membership.member(member_id)
    return (
        member is not None
        and member.role in journal.rules.office_roles
        and journal.membership.code_of(member_id) is None
    )


def _receipt(journal: Journal, opened: Opened, record: str) -> Change:
    """What is now held of the chains that the bundle brought something of."""
    held = journal.coverage({segment.ch for segment in opened.payload.segments})
    return Change(
        record=record,
        type=RECEIPT,
        scope=PUBLIC_SCOPE,
        kind="new",
        fields={"bundle": opened.head.bundle, "chains": pack_have(held)},
    )


def _certificates(membership: Membership, always: Iterable[str], others: set[str]) -> tuple[bytes, ...]:
    """Certificates for a bundle, issuers first: `always` with all that lead to them, for the receiver may know
    nobody yet, and `others` by themselves."""
    needed = {member.certificate for member in with_issuers(membership, always)}
    needed |= {member.certificate for member in membership.all() if member.id in others}
    return tuple(certificate for certificate in membership.certificates() if certificate in needed)


def _known(journal: Journal, member_id: str) -> tuple[str, ...]:
    """What a bundle of this member says it knows: members' certificates, and papers."""
    return (*(member.id for member in journal.membership.all()), *journal.papers.known_of(member_id))


def _papers(journal: Journal, me: str, member: Member, peer: Peer | None, limit: int | None) -> tuple[list[Paper], int]:
    """The papers that a member lacks, as far as its bundles showed that its program reads them, and how many are left.

    Where entries are limited, papers are too: a link that carries few of the ones carries few of the others.
    """
    most_bytes = TOTAL_LIMIT if limit is None else limit * PAPER_BYTES
    return journal.papers.lacking(me, member, peer.known if peer is not None else (), most_bytes)


def _unknown_to(peer: Peer | None, members: Iterable[Member]) -> set[str]:
    """Those of the members whose certificates a peer did not show to have."""
    return {member.id for member in members} - set(peer.known if peer is not None else ())


class _Permit(msgspec.Struct):
    by: str


class _Certificate(msgspec.Struct):
    permit: _Permit


_decoder: Final = msgspec.json.Decoder(_Certificate)


def with_issuers(membership: Membership, members: Iterable[str]) -> list[Member]:
    """These members and those who invited them, up to the founder."""
    found: dict[str, Member] = {}
    pending = list(members)
    while pending:
        member = membership.member(pending.pop())
        if member is not None and member.id not in found:
            found[member.id] = member
            pending.append(_decoder.decode(member.certificate).permit.by)
    return list(found.values())


def _sealed(
    identity: Identity,
    programme: Programme,
    to: tuple[str, ...],
    recipients: Sequence[str],
    payload: Payload,
    is_all: bool,
    random: Random,
) -> Outgoing:
    bundle = token(random)
    data = seal(identity, programme, bundle, to, recipients, payload)
    carried = _spans(payload.segments)
    is_whole = is_all and not payload.papers_left
    return Outgoing(
        bundle,
        data,
        to,
        carried,
        len(payload.segments),
        payload.entries,
        is_whole,
        papers=len(payload.papers),
        brought=_brought(payload.segments),
    )


def _brought(segments: Sequence[Segment]) -> dict[str, Ranges]:
    """The numbers of the entries that segments hold with their bytes, by chain."""
    found: dict[str, Ranges] = {}
    for segment in segments:
        withheld = frozenset(segment.withheld)
        held = runs(n for n in range(segment.first, segment.last + 1) if n - segment.first not in withheld)
        found[segment.ch] = join((*found.get(segment.ch, ()), *held))
    return found


def _spans(segments: Sequence[Segment]) -> Have:
    """What segments stand for; those that follow each other in one branch are one span."""
    ending: dict[str, dict[str, tuple[int, int]]] = {}
    for segment in sorted(segments, key=lambda segment: (segment.ch, segment.first, -segment.last)):
        ends = ending.setdefault(segment.ch, {})
        first, _ = ends.pop(segment.prev[:32], (segment.first, 0))
        ends[segment.head[:32]] = first, segment.last
    return {ch: tuple(sorted(Span(a, b, head) for head, (a, b) in ends.items())) for ch, ends in ending.items()}
