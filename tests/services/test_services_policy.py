"""What the programme allows, asked of single entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fieldapp.services import changes
from sync.errors import NotAllowed


def test_nobody_can_make_a_person_public(town: Any, person: Callable[..., Any]) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")
    public = changes.new_registration("01a00000-0000-7000-8000-000000000001", "*", person())
    with pytest.raises(NotAllowed, match="outside_scope"):
        laptop.store.write(lambda c: laptop.journal(c).append(laptop.author(), [public]))


@pytest.mark.parametrize("type", ["programme", "lease", "revocation", "office_key", "receipt"])
def test_an_enumerator_writes_no_record_of_the_office(town: Any, type: str) -> None:
    laptop = town.join("enumerator", "Sari", "64.71.05")

    def write(connection: Any) -> None:
        journal = laptop.journal(connection)
        journal.append(laptop.author(), [changes.public(laptop, journal, type, {"slots": 9})])

    with pytest.raises(NotAllowed, match="role_not_allowed"):
        laptop.store.write(write)
