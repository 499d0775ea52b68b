"""What is kept of a crash: which code was running, never what it was holding.

A value, a local variable or an exception's text may be a person's name or NIK, so a report has file names, line
numbers, function names and the exception's type only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

FOLDER = "crash"


def frames(error: BaseException) -> list[str]:
    """The lines of a report about `error` and what caused it: types and frames, no values."""
    import traceback

    lines: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        kind = type(link)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        for frame, line in traceback.walk_tb(link.__traceback__):
            path = Path(frame.f_code.co_filename)
            lines.append(f"  {'/'.join(path.parts[-3:])}:{line} {frame.f_code.co_name}")
        link = link.__cause__ or link.__context__ or _carried(link)
    return lines


def _carried(error: BaseException) -> BaseException | None:
    """The fault that a worker's failure carries along instead of having it as its cause."""
    carried = getattr(error, "error", None)
    return carried if isinstance(carried, BaseException) else None


def write_report(home: Path, error: BaseException) -> Path | None:
    """Writes a report under `home/crash/` and returns its path; None when the disk refuses."""
    # Most runs never need these, and every start would pay for them.
    import platform
    from importlib.metadata import PackageNotFoundError, version

    now = datetime.now(UTC)
    try:
        release = version("fieldapp")
    except PackageNotFoundError:
        release = "?"
    head = [
        f"fieldapp {release}",
        f"python {platform.python_version()} {platform.system()}",
        now.isoformat(timespec="seconds"),
    ]
    path = home / FOLDER / f"{now:%Y%m%dT%H%M%S%f}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*head, *frames(error), ""]), encoding="utf-8")
    except OSError:
        return None
    return path
