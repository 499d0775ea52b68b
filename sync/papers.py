"""The papers that are kept here: those that a member of this replica made for others, and those it was given."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sync.certificates import Member
from sync.keys import Identity
from sync.members import Membership
from sync.paper import COUNT_LIMIT, TOTAL_LIMIT, UNDERSTOOD, Marks, Paper, Title, is_for, is_needed, mark, may_speak
from sync.paper import write as write_paper
from sync.tables import Connection

_TITLE: Final = "author, name, at, audience, about, digest, signature, size"


@dataclass(frozen=True)
class Taken:
    """What became of the papers of a bundle."""

    new: int = 0
    """Papers that are kept now and were not before."""
    refused: dict[str, int] = field(default_factory=dict)
    """Code -> how many were left out for it: paper_office (not by the office, or about an area that is not its
    author's), paper_others (for other members), paper_limit."""


NO_PAPERS: Final = Taken()


class Papers:
    """Reads and writes papers over one connection; the caller owns the transaction.

    A paper is kept for its holder, one of the members who work on this replica; whoever made it holds it too.
    """

    def __init__(
        self,
        connection: Connection,
        membership: Callable[[], Membership],
        office_roles: frozenset[str],
        lock: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection = connection
        self._lock = lock
        self._membership = membership
        self._office_roles = office_roles

    def put(
        self,
        identity: Identity,
        name: str,
        content: bytes,
        now_ms: int,
        *,
        audience: str = "*",
        about: str = "",
        basis: str = "",
    ) -> bool:
        """Keep a paper of this member's own, to go along in its bundles; whether it is another than before.

        `audience` names the scope whose members it is for, `about` the area whose members need it not. A newer version
        is dated after the one before, whatever the clock says. `basis` is kept beside it and never travels: what it was
        made from, so that its maker sees whether it has to be made again. Raises ValueError for what no reader would
        take.
        """
        self._lock()
        before = self._own_title(identity.member_id, name)
        at_ms = now_ms if before is None else max(now_ms, before.at + 1)
        paper = write_paper(identity, name, content, audience=audience, about=about, at_ms=at_ms)
        title = paper.title
        if before is not None and (before.sha256, before.audience, before.about) == (title.sha256, audience, about):
            self._connection.execute(
                "UPDATE paper SET basis = ? WHERE holder = ? AND author = ? AND name = ?",
                (basis, *_ids(identity.member_id, identity.member_id), name),
            )
            return False
        self._keep(identity.member_id, paper, basis)
        return True

    def bases(self, member: str) -> dict[str, str]:
        """Name -> basis of the papers that a member made."""
        rows = self._connection.execute(
            "SELECT name, basis FROM paper WHERE holder = ? AND author = ?", _ids(member, member)
        )
        return dict(rows.fetchall())

    def content(self, holder: str, author: str, name: str) -> bytes | None:
        """What is in a paper that a member holds; None when it holds none of that author and name."""
        row = self._connection.execute(
            "SELECT content FROM paper WHERE holder = ? AND author = ? AND name = ?", (*_ids(holder, author), name)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def given(self, holder: str) -> list[Title]:
        """The papers that others gave to a member, by author and name."""
        return [title for title in self._titles(holder) if title.by != holder]

    def version(self, holder: str) -> tuple[int, int]:
        """Another value whenever a member was given other papers: how many, and the sum of their times."""
        row = self._connection.execute(
            "SELECT count(*), coalesce(sum(at), 0) FROM paper WHERE holder = ? AND author <> ?", _ids(holder, holder)
        ).fetchone()
        return int(row[0]), int(row[1])

    def known_of(self, holder: str) -> tuple[str, ...]:
        """What a bundle of this member says of papers, beside the ids of the members it knows."""
        return (UNDERSTOOD, *(mark(title) for title in self.given(holder)))

    def lacking(self, holder: str, member: Member, known: Iterable[str], most_bytes: int) -> tuple[list[Paper], int]:
        """The papers that this holder has for another member, who did not show to hold them, and how many are left.

        `known` is what the member's latest bundle knew: without a word in it about papers there is none to send. At
        least one comes where one is lacking, whatever its size; then no more than `most_bytes` of them, smallest first.
        """
        marks = Marks(known)
        if not marks.is_reader:
            return [], 0
        wanted = [
            title
            for title in self._titles(holder)
            if title.by != member.id
            and is_needed(title, member.scopes)
            and self._is_of_office(title)
            and not marks.has(title)
        ]
        chosen: list[Paper] = []
        total = 0
        for title in sorted(wanted, key=lambda title: (title.size, title.name, title.by)):
            if len(chosen) >= COUNT_LIMIT or (chosen and total + title.size > most_bytes):
                break
            content = self.content(holder, title.by, title.name)
            chosen.append(Paper(title, content or b""))
            total += title.size
        return chosen, len(wanted) - len(chosen)

    def take(self, holder: str, sender: Member, papers: Sequence[Paper], is_for_me: bool) -> Taken:
        """Keep what a bundle brought for this member, as far as its sender and authors may; the rest is left out.

        `is_for_me` says that the bundle was sealed to this member alone.
        """
        self._lock()
        membership = self._membership()
        me = membership.member(holder)
        held = {(title.by, title.name): title for title in self._titles(holder)}
        refused: Counter[str] = Counter()
        new = 0
        is_office = self._is_active_office(sender)
        for paper in papers:
            title = paper.title
            key = title.by, title.name
            if not is_office or not self._is_of_office(title):
                refused["paper_office"] += 1
            elif not is_for_me or me is None or title.by == holder or not is_for(title.audience, me.scopes):
                refused["paper_others"] += 1
            elif key in held and held[key].version >= title.version:
                continue
            elif not self._has_room(held, title):
                refused["paper_limit"] += 1
            else:
                self._keep(holder, paper)
                held[key] = title
                new += 1
        return Taken(new, dict(refused))

    def tidy(self) -> int:
        """Let go of what its holder may no longer have, or whose author left the office; returns how many."""
        membership = self._membership()
        gone = []
        for row in self._connection.execute(f"SELECT holder, {_TITLE} FROM paper").fetchall():  # noqa: S608 - constant
            holder, title = bytes(row[0]).hex(), _title(row[1:])
            member = membership.member(holder)
            is_member = member is not None and membership.code_of(holder) is None
            if not (member and is_member and is_for(title.audience, member.scopes) and self._is_of_office(title)):
                gone.append((*_ids(holder, title.by), title.name))
        if gone:
            self._lock()
        self._connection.executemany("DELETE FROM paper WHERE holder = ? AND author = ? AND name = ?", gone)
        return len(gone)

    def _is_of_office(self, title: Title) -> bool:
        author = self._membership().member(title.by)
        return author is not None and self._is_active_office(author) and may_speak(title, author)

    def _is_active_office(self, member: Member) -> bool:
        return member.role in self._office_roles and self._membership().code_of(member.id) is None

    @staticmethod
    def _has_room(held: dict[tuple[str, str], Title], title: Title) -> bool:
        kept = [other for key, other in held.items() if key != (title.by, title.name)]
        return len(kept) < COUNT_LIMIT and sum(other.size for other in kept) + title.size <= TOTAL_LIMIT

    def _titles(self, holder: str) -> list[Title]:
        rows = self._connection.execute(
            f"SELECT {_TITLE} FROM paper WHERE holder = ? ORDER BY author, name",  # noqa: S608 - constant
            _ids(holder),
        )
        return [_title(row) for row in rows.fetchall()]

    def _own_title(self, member: str, name: str) -> Title | None:
        row = self._connection.execute(
            f"SELECT {_TITLE} FROM paper WHERE holder = ? AND author = ? AND name = ?",  # noqa: S608 - constant
            (*_ids(member, member), name),
        ).fetchone()
        return None if row is None else _title(row)

    def _keep(self, holder: str, paper: Paper, basis: str = "") -> None:
        title = paper.title
        self._connection.execute(
            f"INSERT INTO paper (holder, {_TITLE}, basis, content)"  # noqa: S608 - constant
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (holder, author, name) DO UPDATE SET at = excluded.at, audience = excluded.audience,"
            " about = excluded.about, digest = excluded.digest, signature = excluded.signature, size = excluded.size,"
            " basis = excluded.basis, content = excluded.content",
            (
                *_ids(holder, title.by),
                title.name,
                title.at,
                title.audience,
                title.about,
                bytes.fromhex(title.sha256),
                bytes.fromhex(title.sig),
                title.size,
                basis,
                paper.content,
            ),
        )


def _ids(*members: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(member) for member in members)


def _title(row: Sequence[Any]) -> Title:
    author, name, at, audience, about, digest, signature, size = row
    return Title(
        about=about,
        at=at,
        audience=audience,
        by=bytes(author).hex(),
        name=name,
        sha256=bytes(digest).hex(),
        sig=bytes(signature).hex(),
        size=size,
    )
