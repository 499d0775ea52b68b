"""The programme: founding it, reading and changing its settings."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fieldapp.domain import region
from fieldapp.domain.programme import ProgrammeSettings, setting_findings
from fieldapp.services import answers, changes
from fieldapp.services.problems import Problem, translated
from fieldapp.services.session import Session, journal_of, start_store
from fieldapp.store import local, queries
from fieldapp.store.db import Connection
from fieldapp.store.vault import Cost, Secrets
from sync.clock import Clock, system_wall_ms
from sync.journal import Author, Change, Journal
from sync.members import Founding, found
from sync.randomness import token

_TYPE: Final = "programme"
_SCOPE: Final = "*"


def create(
    home: Path,
    passphrase: str,
    *,
    member_name: str = "Administrator",
    cost: Cost | None = None,
    wall_ms: Callable[[], int] = system_wall_ms,
    **settings: Any,
) -> Session:
    """Found a programme on this laptop; who founds it is its first administrator.

    `settings` are fields of ProgrammeSettings; `premium` (rupiah a month) and `budget`, `quota`, `city`, `start` as the
    command line names them. Raises Problem: programme_name, programme_value, area_unknown, store_exists,
    passphrase_short.
    """
    fields = _fields_of(settings)
    device = token()
    with translated():
        founding = found(fields["name"], member_name, "admin", device, wall_ms(), os.urandom)
    secrets = _secrets(founding)

    def fill(connection: Connection) -> None:
        local.put(connection, local.DEVICE, device)
        journal = journal_of(connection, founding.programme.id)
        journal.add_certificate(founding.member.certificate)
        author = Author(founding.identity, device, Clock(wall_ms), form_version())
        record = journal.new_record(author)
        journal.append(author, [Change(record=record, type=_TYPE, scope=_SCOPE, kind="new", fields=fields)])

    return start_store(home, passphrase, founding.programme, secrets, cost=cost, wall_ms=wall_ms, fill=fill)


def show(session: Session) -> dict[str, Any]:
    """The settings with the programme's id."""
    fields = session.settings.to_fields()
    fields["premium"] = session.settings.premiums[-1][1]
    return {"id": session.programme.id, **fields}


def change(session: Session, key: str, value: str) -> dict[str, Any]:
    """Set one setting; `value` is JSON where it parses as JSON, else text. Only an administrator may.

    Raises Problem: not_allowed, programme_key, programme_value, area_unknown.
    """
    session.require_role("admin", who="admin")
    known = session.settings.to_fields()
    if key not in known and key != "premium":
        raise Problem("programme_key", details={"key": key})
    wanted = _fields_of({**known, key: _plain(value)})
    changed = {name: wanted[name] for name in wanted if wanted[name] != known.get(name)}

    def write(connection: Connection, journal: Journal) -> None:
        records = queries.records_of(connection, _TYPE)
        if not records:
            journal.append(session.author(), [changes.public(session, journal, _TYPE, wanted)])
        elif changed:
            journal.append(session.author(), [changes.public_edit(records[0][0], _TYPE, changed)])

    session.write(write)
    return show(session)


def form_version() -> int:
    """The version of the form that new entries follow."""
    from fieldapp.forms.declaration import FORM_VERSION

    return FORM_VERSION


def _fields_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in settings.items() if value is not None}
    start = given.get("start")
    if "premium" in given:
        month = start if isinstance(start, str) else "2025-01"
        given["premiums"] = [[month, given.pop("premium")]]
    if not str(given.get("name", "")).strip():
        raise Problem("programme_name")
    given["name"] = str(given["name"]).strip()
    findings = setting_findings(given)
    if findings:
        reasons = answers.told(findings)
        raise Problem("programme_value", details={"key": findings[0].field, "reason": reasons[0]["message"]})
    if "city" in given and region.lookup(given["city"]) is None:
        raise Problem("area_unknown", details={"code": given["city"]})
    return ProgrammeSettings.from_fields(given).to_fields()


def _plain(value: str) -> Any:
    try:
        read = json.loads(value)
    except ValueError:
        return value
    return value if isinstance(read, float) else read


def _secrets(founding: Founding) -> Secrets:
    return Secrets(
        member_id=founding.member.id,
        db_key=os.urandom(32),
        sign_seed=founding.identity.sign_seed,
        age_identity=founding.identity.age_identity,
        recovery_recipient=founding.programme.recovery_recipient,
        office_identities=(founding.office_identity,),
        # The founder keeps the recovery key until it is exported; the root key has done its only work.
        extra={"recovery_identity": founding.recovery_identity},
    )
