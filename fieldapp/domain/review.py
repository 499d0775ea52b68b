"""The state of a registration, computed from its entries and never stored as a fact.

A decision counts only while the record still is what the decider saw (`fresh`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

STATES: Final = (
    "draft",
    "submitted",
    "has_issues",
    "returned",
    "approved",
    "waiting",
    "rejected",
    "changed_after_review",
    "frozen",
    "withdrawn",
    "void",
)

#: Why somebody no longer takes part, as a withdrawal says it; consent taken back when it says nothing.
ENDINGS: Final = ("consent", "deceased", "age", "moved", "other")

#: Field of a comment that names the member who has to put the registration right; empty: nobody in particular.
ASSIGN: Final = "assign_to"

#: States in which a supervisor has something to do.
PENDING_STATES: Final = frozenset({"submitted", "has_issues", "changed_after_review"})


@dataclass(frozen=True, slots=True)
class DecisionHead:
    """One of the decisions that no later decision has replaced.

    `code`: approve, endorse, return, reject, undo, withdraw or void; `fresh`: the record's heads equal what the decider
    saw. `counts`: the programme takes it as what it says, as it takes an approval, where two have to agree, only for
    the answer to another member's endorsement of the same answers.
    """

    code: str
    fresh: bool
    counts: bool = True


def registration_state(
    heads: Sequence[DecisionHead],
    *,
    conflicts: bool,
    errors: bool,
    within_quota: bool = True,
    frozen: bool = False,
) -> str:
    """The state of a submitted registration; one of `STATES` without `draft`.

    `conflicts`: some field holds unlike values; `errors`: a rule refuses the folded values; `within_quota`: the
    approval got a slot (`quota.allocate`); `frozen`: the registration stands in a decree. An endorsement changes no
    state: whoever is endorsed waits for a decision as before, and with other answers than the endorsed ones nothing is
    left of it.
    """
    standing = [head for head in heads if head.code != "endorse" or head.fresh]
    codes = {head.code for head in standing}
    if "void" in codes:
        # An edit beside a void is a conflict: binning the edit unseen would lose somebody's work.
        return "void" if all(head.fresh for head in standing if head.code == "void") else "has_issues"
    if "withdraw" in codes:
        # Taking back consent is a right; an edit made elsewhere at the same time does not undo it.
        return "withdrawn"
    if codes == {"approve", "endorse"}:
        # Both say yes.
        codes = {"approve"}
    if len(codes) > 1:
        return "has_issues"
    code = next(iter(codes), "undo")
    said = [head for head in standing if head.code == code and head.counts]
    fresh = any(head.fresh for head in said)
    if said and code in ("approve", "reject") and not fresh:
        return "changed_after_review"
    if code == "return" and fresh:
        return "returned"
    if code == "reject":
        return "rejected"
    if said and code == "approve":
        if not within_quota:
            return "waiting"
        return "frozen" if frozen else "approved"
    return "has_issues" if conflicts or errors else "submitted"
