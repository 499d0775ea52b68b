"""Where a programme lives on this laptop, and the passphrase given from outside; light, for every start."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from fieldapp.locale.reasons import os_reason
from fieldapp.services.problems import Exit, Problem
from fieldapp.store import disk


def default_home() -> Path:
    """The data folder: FIELDAPP_HOME, else the platform's place for data of programs."""
    asked = os.environ.get("FIELDAPP_HOME")
    if asked:
        return Path(asked).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("fieldapp", appauthor=False))


def has_store(home: Path) -> bool:
    """Whether a programme lives in this folder."""
    return (home / disk.VAULT).exists()


def member_count(home: Path) -> int:
    """How many members this laptop has, each with a passphrase; 0 where that cannot be read. Names nobody."""
    try:
        slots = json.loads((home / disk.VAULT).read_bytes())["slots"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return len(slots) if isinstance(slots, list) else 0


def passphrase_of(environment: Mapping[str, str] = os.environ) -> str | None:
    """The passphrase given from outside, or None: the file's before the variable's, without a newline at its end."""
    path = environment.get("FIELDAPP_PASSPHRASE_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            # The path may hold a person's name, the variable's name says which file is meant.
            raise Problem(
                "file_not_read",
                exit_code=Exit.NOT_ALLOWED,
                details={"file": "FIELDAPP_PASSPHRASE_FILE", "reason": os_reason(error)},
            ) from error
        except UnicodeDecodeError as error:
            raise Problem(
                "file_not_read",
                exit_code=Exit.NOT_ALLOWED,
                details={"file": "FIELDAPP_PASSPHRASE_FILE", "reason": "UTF-8"},
            ) from error
    return environment.get("FIELDAPP_PASSPHRASE")
