"""From what somebody asks for to the entry that says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.entry import DECISION, FORMAT_VERSION, Entry, Kind
from sync.errors import NotAllowed
from sync.fold import Record, Rules
from sync.own import Author, Tip


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change that somebody asks for."""

    record: str
    type: str
    scope: str
    kind: Kind
    fields: Mapping[str, Any]
    parents: Mapping[str, Sequence[str]] | None = None
    """Group -> ids of the heads that the writer saw; None for the present ones."""
    of: str | None = None
    """void and decide: digest of the record that the writer saw; None for the present one."""


def entry_of(author: Author, change: Change, known: Record, tip: Tip, rules: Rules, x: str) -> Entry:
    """The entry that makes a change to a record as it is known; `x` is 16 random bytes in hex.

    Raises NotAllowed record_incomplete.
    """
    fields, parents, of = dict(change.fields), change.parents, change.of
    if change.kind in ("edit", "resolve"):
        groups = rules.layout(fields).groups
        if parents is None:
            parents = {group: [head.id for head in known.heads.get(group, ())] for group in groups}
        for group in groups:
            # A group changes as one, and from what its writer saw, or a merge could make an address that nobody wrote.
            fields = {**_seen(known, group, parents.get(group, ()), rules), **fields}
    elif change.kind in ("void", "decide"):
        if parents is None:
            parents = {DECISION: [said.entry for said in known.decisions]}
        of = known.digest if of is None else of
    return Entry(
        au=author.identity.member_id,
        b={group: tuple(sorted(set(ids))) for group, ids in (parents or {}).items() if ids},
        ch=tip.chain,
        dv=author.device,
        f=fields,
        k=change.kind,
        n=tip.n + 1,
        o=author.clock.offset_ms,
        of=of,
        p=tip.hash.hex(),
        r=change.record,
        s=change.scope,
        sv=author.form_version,
        t=author.clock.tick(),
        v=FORMAT_VERSION,
        x=x,
        y=change.type,
    )


def _seen(known: Record, group: str, heads: Sequence[str], rules: Rules) -> dict[str, Any]:
    """The values of a group in the last of the heads that its writer saw; none where it saw none."""
    for stored in reversed([stored for stored in known.history if stored.id in heads]):
        if stored.id in known.dropped:
            raise NotAllowed("record_incomplete")
        names = rules.layout(stored.entry.f).fields.get(group)
        if names is not None:
            return {name: stored.entry.f[name] for name in names}
    return {}
