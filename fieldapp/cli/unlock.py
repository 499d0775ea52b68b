"""Opening the laptop's store for a command: whose passphrase, from where, and a prompt where a person sits."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fieldapp.cli.output import write
from fieldapp.locale import _

if TYPE_CHECKING:
    from fieldapp.services.session import Session


@contextmanager
def unlocked() -> Iterator[Session]:
    """The session of the member whose passphrase is given; closed at the end. Raises Problem when it cannot open."""
    from fieldapp.services.homes import default_home, has_store
    from fieldapp.services.session import open_session

    home = default_home()
    # Asking for the passphrase of a store that is not there would only mislead.
    with open_session(home, known_passphrase() if has_store(home) else "") as session:
        tell_recovered(session)
        yield session


def tell_recovered(session: Session) -> None:
    """Says on stderr what a start after a failure found and brought back; nothing on a usual day."""
    from fieldapp.services.recovered import words

    for sentence in words(session):
        write(sys.stderr, sentence + "\n")


def known_passphrase() -> str:
    """The passphrase from the environment or asked for at the terminal; Problem `locked` where nobody can answer."""
    return _given(os.environ) or asked(_("Kata sandi: "))


def first_passphrase() -> str:
    """The passphrase that a new member chooses: from the environment, or asked for twice at the terminal."""
    return _given(os.environ) or _asked_twice()


def next_passphrase() -> str:
    """The new one in a change: FIELDAPP_NEW_PASSPHRASE_FILE, FIELDAPP_NEW_PASSPHRASE, or asked for twice."""
    names = ("FIELDAPP_PASSPHRASE_FILE", "FIELDAPP_PASSPHRASE")
    renamed = {name: os.environ.get(name.replace("FIELDAPP_", "FIELDAPP_NEW_"), "") for name in names}
    given = _given({name: value for name, value in renamed.items() if value})
    if given is None and not sys.stdin.isatty():
        from fieldapp.services.problems import Exit, Problem

        words = (
            "Berikan kata sandi yang baru lewat FIELDAPP_NEW_PASSPHRASE_FILE atau FIELDAPP_NEW_PASSPHRASE.",
            "Give the new passphrase in FIELDAPP_NEW_PASSPHRASE_FILE or FIELDAPP_NEW_PASSPHRASE.",
        )
        raise Problem("new_passphrase_needed", exit_code=Exit.NOT_ALLOWED, words=words)
    return given or _asked_twice()


def _given(environment: Mapping[str, str]) -> str | None:
    from fieldapp.services.homes import passphrase_of

    return passphrase_of(environment)


def _asked_twice() -> str:
    from fieldapp.services.problems import Exit, Problem
    from fieldapp.services.session import SHORTEST_TYPED_PASSPHRASE, check_passphrase

    first = asked(_("Kata sandi baru: "))
    check_passphrase(first, SHORTEST_TYPED_PASSPHRASE)
    if asked(_("Sekali lagi, kata sandi yang sama: ")) != first:
        words = ("Kedua kata sandi itu tidak sama. Ulangi.", "The two passphrases differ. Try again.")
        raise Problem("passphrase_differs", exit_code=Exit.WRONG_USE, words=words)
    return first


def asked(prompt: str) -> str:
    """A secret typed without echo. Problem `locked` when the program does not run at a terminal."""
    from fieldapp.services.problems import Problem

    if not sys.stdin.isatty():
        raise Problem("locked")
    return getpass.getpass(prompt)


def pin_or_asked(pin: str | None) -> str:
    """The PIN from `--pin`, or typed at the terminal so that it stays out of the shell's history."""
    from fieldapp.services.problems import Exit, Problem

    if pin is not None:
        return pin
    if not sys.stdin.isatty():
        raise Problem(
            "pin_needed", exit_code=Exit.WRONG_USE, words=("Berikan PIN dengan --pin.", "Give the PIN with --pin.")
        )
    return getpass.getpass(_("PIN: "))
