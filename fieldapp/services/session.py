"""An unlocked laptop: who works on it, for which programme, with which store. Every use case starts from one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from fieldapp.domain.programme import ProgrammeSettings
from fieldapp.services import policy
from fieldapp.services.problems import Problem, translated
from fieldapp.store import incarnation, local, projector
from fieldapp.store import store as stores
from fieldapp.store.db import Connection
from fieldapp.store.errors import PassphraseInUse, WrongPassphrase
from fieldapp.store.vault import Cost, Secrets, Unlocked, Vault
from sync.clock import Clock, system_wall_ms
from sync.journal import Author, Journal
from sync.members import Identity, Member, Programme

T = TypeVar("T")

SHORTEST_PASSPHRASE: Final = 4
"""Letters, for what a script hands over: an office that sets its laptops up by script answers for its own policy."""
SHORTEST_TYPED_PASSPHRASE: Final = 8
"""Letters, for what a person chooses at a prompt; Argon2id makes each guess dear, so more need not be forced."""

_PROGRAMME: Final = "programme"
_RULES: Final = policy.rules()
#: Balikpapan's clock (WITA); a laptop set to another zone must not date a registration otherwise.
_ZONE_HOURS: Final = 8
#: The last second of the calendar in every zone of the earth. An entry may carry a later time, and one that does must
#: not stop the merge or the screen that meets it.
_LAST_MS: Final = 253_402_300_799_000 - 24 * 3_600_000


@dataclass
class Session:
    """One member at work. `identity` holds the member's keys; nothing of it is ever shown or logged."""

    home: Path
    store: stores.Store
    programme: Programme
    member: Member
    identity: Identity
    device: str
    clock: Clock
    _vault: Vault
    _unlocked: Unlocked
    _begun: bool = False
    _beginning: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _journals: dict[Connection, Journal] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict, repr=False)
    """What use cases keep between two calls, since it takes long to read; all of it can be read anew."""
    was_begun_before: bool = False
    """Whether an earlier founding or joining in this folder had been cut short."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lock the laptop: close the store. Calling again does nothing."""
        self.store.close()

    def now_ms(self) -> int:
        """This laptop's clock in milliseconds since 1970 UTC; it may be wrong."""
        return self.clock.wall_ms()

    def today(self) -> date:
        """Today in Balikpapan."""
        return local_date(self.now_ms())

    @property
    def settings(self) -> ProgrammeSettings:
        """The programme's settings as the entries on this laptop have them."""
        return self.read(lambda connection: settings_of(connection, self.programme.name))

    def journal(self, connection: Connection) -> Journal:
        """The journal over a connection of this store, with the projections kept beside it.

        One a connection, since checking the certificates of some hundred members again at each save would be felt.
        """
        known = self._journals.get(connection)
        if known is None:
            known = self._journals[connection] = journal_of(connection, self.programme.id)
        return known

    def author(self) -> Author:
        """Who writes the next entries."""
        from fieldapp.forms.declaration import FORM_VERSION

        return Author(identity=self.identity, device=self.device, clock=self.clock, form_version=FORM_VERSION)

    def read(self, function: Callable[[Connection], T], reading: stores.Reading | None = None) -> T:
        """Run `function` on a read-only connection; GivenUp when whoever holds `reading` gave it up."""
        with translated():
            return self.store.read(function, reading)

    def write(self, function: Callable[[Connection, Journal], T]) -> T:
        """Run `function` in one durable transaction."""
        with translated():
            with self._beginning:
                if not self._begun:
                    # A copied or restored folder must begin chains of its own before it writes in this one's name.
                    incarnation.begin(self.store)
                    self._begun = True
            try:
                return self.store.write(lambda connection: self._publishing(connection, function))
            except BaseException:
                # What a journal remembers may be of the transaction that was taken back.
                self._journals.clear()
                raise

    def _publishing(self, connection: Connection, function: Callable[[Connection, Journal], T]) -> T:
        journal = self.journal(connection)
        result = function(connection, journal)
        journal.publish()
        return result

    def preference(self, key: str, default: Any = None) -> Any:
        """A setting of this laptop alone (language, theme, hub)."""
        return self.read(lambda connection: local.get(connection, key, default))

    def set_preference(self, key: str, value: Any) -> None:
        """Keep a setting of this laptop alone."""
        with translated():
            self.store.write(lambda connection: local.put(connection, key, value))

    def own_preference(self, key: str, default: Any = None) -> Any:
        """A setting of this member on this laptop; other members of the laptop have their own."""
        return self.preference(f"{key}:{self.member.id}", default)

    def set_own_preference(self, key: str, value: Any) -> None:
        """Keep a setting of this member on this laptop."""
        self.set_preference(f"{key}:{self.member.id}", value)

    def keep_identity(self, identity: Identity) -> None:
        """Keep changed keys (a new office key) in the member's own slot of the vault."""
        secrets = replace(self._unlocked.secrets, office_identities=identity.office_identities)
        with translated():
            self._unlocked = self._vault.update_secrets(self._unlocked, secrets)
        self.identity = identity

    def extra(self) -> dict[str, Any]:
        """What only this member's slot holds besides the keys of a member: the founder's root and recovery keys."""
        return dict(self._unlocked.secrets.extra)

    def db_key(self) -> bytes:
        """The key of this laptop's database, to be wrapped for a further member of it."""
        return self._unlocked.secrets.db_key

    def add_member(
        self, passphrase: str, secrets: Secrets, fill: Callable[[Connection], None], *, cost: Cost | None = None
    ) -> Session:
        """Give this laptop a further member with a passphrase of its own, and open it for that member too.

        The keys come first: a membership that was claimed with keys which nobody has would use its invitation up.
        """
        vault = Vault(self.home, cost=cost)
        with translated():
            try:
                unlocked = vault.add_slot(passphrase, secrets)
            except PassphraseInUse:
                # Keys of a joining that was cut short here: nobody ever heard of them, so they make room.
                unlocked = vault.unlock(passphrase)
                if self.read(lambda connection: self.journal(connection).membership.member(unlocked.member_id)):
                    raise
                unlocked = vault.update_secrets(unlocked, secrets)
            self.store.write(fill)
            return _session(self.home, vault, unlocked, self.clock.wall_ms)

    def require_role(self, *roles: str, who: str) -> None:
        """Raises Problem not_allowed unless the member has one of `roles`; `who` names whom to ask."""
        if self.member.role not in roles:
            raise Problem("not_allowed", details={"role": self.member.role, "who": who})

    def status(self) -> dict[str, Any]:
        """What the status line shows: counts, last sync, clock."""
        from fieldapp.services.status import status

        return status(self)


def local_date(ms: int) -> date:
    """The date in Balikpapan at `ms` since 1970 UTC; the calendar's last but one day for every time beyond it."""
    return (_moment(ms) + timedelta(hours=_ZONE_HOURS)).date()


def iso_time(ms: int) -> str:
    """`ms` since 1970 UTC as ISO 8601 with seconds and Z; a time beyond the calendar as its last but one day."""
    return _moment(ms).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(min(max(ms, 0), _LAST_MS) / 1000, UTC)


def journal_of(connection: Connection, programme_id: str) -> Journal:
    """The journal over `connection`, projecting every changed record in the same transaction."""
    # Late: the inspection knows the form, which a list never needs.
    from fieldapp.services.inspection import inspect

    return projector.journal(connection, _RULES, programme_id, inspect)


def settings_of(connection: Connection, name: str) -> ProgrammeSettings:
    """The settings projected from the programme's record; defaults before any entry has arrived."""
    from fieldapp.store import queries

    return ProgrammeSettings.from_fields(queries.programme_fields(connection) or {"name": name})


def check_passphrase(passphrase: str, least: int = SHORTEST_PASSPHRASE) -> None:
    """Raises Problem passphrase_short below `least` letters."""
    if len(passphrase.strip()) < least:
        raise Problem("passphrase_short", details={"least": least})


def open_session(home: Path, passphrase: str, *, wall_ms: Callable[[], int] = system_wall_ms) -> Session:
    """Unlock the laptop; changes no file, but where a newer program has to work its lists out anew.

    Raises Problem wrong_passphrase, no_store, store_damaged, store_newer.
    """
    with translated():
        vault = Vault(home)
        unlocked = vault.unlock(passphrase)
        return _session(home, vault, unlocked, wall_ms)


def change_passphrase(
    home: Path, old: str, new: str, *, member: str | None = None, least: int = SHORTEST_PASSPHRASE
) -> None:
    """Give the member who unlocks with `old` the passphrase `new`; the data are not touched.

    With `member` (an id) only that one's own passphrase changes, whoever else of the laptop unlocks with `old`.
    Raises Problem: wrong_passphrase, passphrase_short (below `least` letters), passphrase_in_use.
    """
    check_passphrase(new, least)
    with translated():
        vault = Vault(home)
        unlocked = vault.unlock(old)
        if member not in (None, unlocked.member_id):
            raise WrongPassphrase
        vault.change_passphrase(unlocked, new)


def start_store(
    home: Path,
    passphrase: str,
    programme: Programme,
    secrets: Secrets,
    *,
    cost: Cost | None = None,
    wall_ms: Callable[[], int] = system_wall_ms,
    fill: Callable[[Connection], None],
) -> Session:
    """Make the store of a new data folder, `fill` it in one transaction, and open it for its first member.

    The vault is written last, so a laptop that dies half-way has no member yet and the step is simply done again.
    """
    check_passphrase(passphrase)
    with translated():
        vault = Vault(home, cost=cost)
        if vault.exists:
            raise Problem("store_exists")
        was_begun_before = _forget_unfinished(home)
        stores.create(home, secrets.db_key)
        store = stores.Store(home, secrets.db_key)
        try:
            store.write(lambda connection: _begin(connection, programme, fill))
        finally:
            store.close()
        unlocked = vault.create(passphrase, secrets)
        session = _session(home, vault, unlocked, wall_ms)
        session.was_begun_before = was_begun_before
        return session


def _begin(connection: Connection, programme: Programme, fill: Callable[[Connection], None]) -> None:
    keep_programme(connection, programme)
    local.device_id(connection)
    fill(connection)


def _forget_unfinished(home: Path) -> bool:
    """A database without a vault is of a founding or joining that did not finish: nobody has its key any more."""
    files = tuple(home / f"{stores.NAME}{end}" for end in ("", "-wal", "-shm"))
    if not any(file.exists() for file in files):
        return False
    from fieldapp.store.recovery import set_aside

    return set_aside(files)


def keep_programme(connection: Connection, programme: Programme) -> None:
    """Keep the programme's public keys on this laptop."""
    local.put(connection, _PROGRAMME, programme_fields(programme))


def programme_fields(programme: Programme) -> dict[str, str]:
    """The programme's public keys as plain JSON."""
    return {
        "id": programme.id,
        "name": programme.name,
        "root_key": programme.root_key,
        "recovery_recipient": programme.recovery_recipient,
        "office_recipient": programme.office_recipient,
    }


def identity_of(secrets: Secrets) -> Identity:
    """The member's keys as the ground floor wants them."""
    return Identity(
        sign_seed=secrets.sign_seed,
        age_identity=secrets.age_identity,
        office_identities=tuple(secrets.office_identities),
    )


def _make_anew(connection: Connection, programme: Programme) -> None:
    from fieldapp.store.rebuild import rebuild

    rebuild(connection, journal_of(connection, programme.id))
    local.remove(connection, local.REBUILD)


def _session(home: Path, vault: Vault, unlocked: Unlocked, wall_ms: Callable[[], int]) -> Session:
    store = stores.Store(home, unlocked.secrets.db_key)
    try:
        kept, device, offset = store.read(
            lambda connection: (
                local.get(connection, _PROGRAMME),
                local.get(connection, local.DEVICE),
                local.get(connection, local.CLOCK_OFFSET_MS),
            )
        )
        programme = Programme(**kept)
        if store.read(lambda connection: local.get(connection, local.REBUILD)):
            store.write(lambda connection: _make_anew(connection, programme))
        member = store.read(
            lambda connection: journal_of(connection, programme.id).membership.member(unlocked.member_id)
        )
        if member is None:
            raise Problem("join_unfinished")
    except BaseException:
        store.close()
        raise
    clock = Clock(wall_ms, offset_ms=offset)
    return Session(home, store, programme, member, identity_of(unlocked.secrets), device, clock, vault, unlocked)
