"""Who may settle a conflict of answers: which need a person's judgement, and which may take the newest at one key.

Nothing here settles anything by itself. A question that stands in neither list is a person's, and a test asks for every
question of the form (docs/decisions/0033).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from fieldapp.domain.review import DecisionHead

Rule = Literal["person", "newest"]
Dispute = Literal["decisions", "beside_void"]

#: Who somebody is, whether the person belongs to the programme, what it pays and to whom, and what was agreed to.
PERSON: Final = frozenset(
    {
        # Who it is. The group of the NIK holds the reason why there is none, and the family card.
        "nik", "nik_absent_reason", "nomor_kk", "name", "birth_place", "birth_date", "sex", "mother_name",
        # Who may take part: citizen, of this city since when, head of a family (a category of its own), at work.
        "marital_status", "head_of_family", "citizenship", "ktp_city_since", "works", "job", "job_other",
        "categories", "other_cover", "kpj", "bpjs_kesehatan", "dtsen_decile",
        # The disability, its proof, and what the person needs. A companion's number is of the companion who is named.
        "kinds", "kinds_other", "wg_seeing", "wg_hearing", "wg_walking", "wg_remembering", "wg_self_care",
        "wg_communicating", "aids_used", "aids_needed", "proof", "proof_number", "communication_needs",
        "companion_name", "companion_relation", "companion_phone",
        # Money, and who gets it.
        "monthly_income", "heir_name", "heir_relation", "heir_phone", "heir_nik", "school_children",
        # Proofs and consent.
        "documents", "consent_given", "consent_form", "consent_by", "consent_guardian_name",
        "consent_guardian_relation", "consent_guardian_reason", "consent_communication", "consent_witness",
        "consent_text_version", "consent_at", "consent_withdrawn_at",
        # Written by the program: whose registration it is, what was found at the door, why a rule was set aside.
        "id", "programme", "prelist_id", "overrides", "visit", "registered_by", "registered_on",
    }
)  # fmt: skip

#: How to reach somebody, where the work is done and what it is like: it changes often, and decides nothing.
NEWEST: Final = frozenset(
    {
        "ktp_address", "ktp_rt", "ktp_rw", "ktp_area",
        "domicile_same", "domicile_address", "domicile_rt", "domicile_rw", "domicile_area",
        "phone", "no_phone", "phone_owner", "phone_whatsapp", "phone_alt", "email",
        "ktp_occupation", "job_description", "work_place", "work_area", "work_hours_day", "work_days_week",
        "organisation", "business_interest", "business_name", "business_kind",
        # When the program was last used on it.
        "started_at", "submitted_at", "seconds_on_form",
    }
)  # fmt: skip


def rule_of(fields: Iterable[str]) -> Rule:
    """Who may settle a conflict about these fields, which change as one: a person, or whoever asks for the newest."""
    return "newest" if all(field in NEWEST for field in fields) else "person"


def decision_dispute(heads: Sequence[DecisionHead]) -> Dispute | None:
    """What is at odds among decisions that nobody has replaced: unlike ones, or an edit beside a void; None: nothing.

    It says of which kind a registration's trouble is where `review.registration_state` answers has_issues.
    """
    codes = {head.code for head in heads}
    if "void" in codes:
        return None if all(head.fresh for head in heads if head.code == "void") else "beside_void"
    if "withdraw" in codes or len(codes) < 2:
        return None
    return "decisions"
