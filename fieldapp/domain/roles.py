"""Who may write what, as data. The fold asks this of every entry; screens only ask it earlier.

A member's area is not judged here: the fold compares scopes before it asks for the role.
"""

from __future__ import annotations

from typing import Final, Literal

Role = Literal["enumerator", "coordinator", "supervisor", "admin", "hub"]

ROLES: Final[tuple[str, ...]] = ("enumerator", "coordinator", "supervisor", "admin", "hub")

#: Members of these roles hold the office key and merge bundles.
OFFICE_ROLES: Final = frozenset({"coordinator", "supervisor", "admin", "hub"})

#: What a `decide` entry may say; `endorse` is the first of two levels of approval.
DECISIONS: Final = frozenset({"approve", "endorse", "return", "reject", "undo", "withdraw"})

#: Who says in a comment which member has to put a registration right.
ASSIGNING_ROLES: Final = frozenset({"coordinator", "supervisor"})

_OWN, _ANY = "own", "any"

#: (type, kind) -> role -> whose records. A pair that is not listed is nobody's to write.
_MAY_WRITE: Final[dict[tuple[str, str], dict[str, str]]] = {
    ("registration", "new"): {"enumerator": _ANY, "coordinator": _ANY, "supervisor": _ANY},
    ("registration", "edit"): {"enumerator": _ANY, "coordinator": _ANY, "supervisor": _ANY},
    ("registration", "resolve"): {"enumerator": _OWN, "coordinator": _ANY, "supervisor": _ANY},
    ("registration", "void"): {"enumerator": _OWN, "coordinator": _ANY, "supervisor": _ANY},
    ("registration", "comment"): {"enumerator": _ANY, "coordinator": _ANY, "supervisor": _ANY},
    # Never edited: who thinks otherwise says so in a record of the own, which names the ones that it replaces.
    **{
        (type_, kind): {"supervisor": _ANY, "admin": _ANY}
        for type_ in ("cover_list", "cover_digests")
        for kind in ("new", "void")
    },
    # What a person of the office made of an entry that does not count: taken back, and never edited.
    **{("quarantine_word", kind): {"coordinator": _ANY, "supervisor": _ANY, "admin": _ANY} for kind in ("new", "void")},
    # Whoever may approve a person may say that a list is wrong about the person.
    ("cover_decision", "new"): {"supervisor": _ANY},
    ("cover_decision", "void"): {"supervisor": _ANY},
    ("same_as", "new"): {"enumerator": _OWN, "coordinator": _ANY, "supervisor": _ANY},
    ("same_as", "void"): {"enumerator": _OWN, "coordinator": _ANY, "supervisor": _ANY},
}

#: What is open to a role only in part; `services/policy.py` looks at the fields of such an entry.
_MAY_WRITE_PART: Final[dict[tuple[str, str], frozenset[str]]] = {("prelist", "edit"): frozenset({"enumerator"})}

_MAY_DECIDE: Final[dict[str, dict[str, str]]] = {
    "approve": {"supervisor": _ANY},
    "endorse": {"supervisor": _ANY},
    "reject": {"supervisor": _ANY},
    "undo": {"supervisor": _ANY},
    "return": {"coordinator": _ANY, "supervisor": _ANY},
    # A person who takes back consent says so to whoever stands at the door.
    "withdraw": {"enumerator": _OWN, "coordinator": _ANY, "supervisor": _ANY},
}

_SETTING_KINDS: Final = frozenset({"new", "edit", "resolve", "void"})

#: Types whose records are written whole by a role, in any of the kinds above.
_WHOLE_TYPES: Final[dict[str, dict[str, str]]] = {
    "prelist": {"coordinator": _ANY, "supervisor": _ANY, "admin": _ANY},
    "prelist_list": {"coordinator": _ANY, "supervisor": _ANY, "admin": _ANY},
    "programme": {"admin": _ANY},
    "lease": {"admin": _ANY},
    "decree": {"supervisor": _ANY, "admin": _ANY},
    "batch": {"supervisor": _ANY, "admin": _ANY},
    "answer": {"supervisor": _ANY, "admin": _ANY},
    "payment": {"supervisor": _ANY, "admin": _ANY},
    "receipt": {"coordinator": _ANY, "supervisor": _ANY, "admin": _ANY, "hub": _ANY},
    "revocation": {"admin": _ANY},
    "office_key": {"admin": _ANY},
}


def may(
    role: str, type: str, kind: str, *, own_record: bool, decision: str | None = None, part: bool = False
) -> str | None:
    """Why a member of `role` may not write an entry of `kind` about a record of `type`; None when it may.

    `own_record`: the member registered the record itself; of a new same_as, both registrations that it is about.
    `decision`: what a `decide` entry says. `part`: the entry does no more than what is open to a role in part (an
    enumerator's visit of somebody on the prelist).
    Codes: `role_not_allowed`, `own_decision` (nobody approves, returns, rejects or reopens an own registration).
    """
    if part and role in _MAY_WRITE_PART.get((type, kind), ()):
        return None
    if type == "registration" and kind == "decide":
        allowed = _MAY_DECIDE.get(decision or "", {})
    elif type in _WHOLE_TYPES and kind in _SETTING_KINDS:
        allowed = _WHOLE_TYPES[type]
    else:
        allowed = _MAY_WRITE.get((type, kind), {})
    whose = allowed.get(role)
    if whose is None or (whose == _OWN and not own_record):
        return "role_not_allowed"
    if kind == "decide" and decision != "withdraw" and own_record:
        return "own_decision"
    return None


def may_end(role: str, cause: str, *, own_record: bool) -> bool:
    """Whether a member of `role` may say that somebody no longer takes part for `cause` (one of `review.ENDINGS`): who
    stands at the door hears of a death, while the office goes by the birth dates of everybody."""
    whose = _MAY_DECIDE["withdraw"].get(role)
    if whose is None or (whose == _OWN and not own_record):
        return False
    return cause != "age" or role != "enumerator"
