"""Compiles `en/*.po` into `en.mo`. For developers: needs Babel, which the program does not."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
#: The head of a catalogue holds dates; with a fixed one the same texts give the same bytes.
_DATED = datetime(2025, 1, 1, tzinfo=UTC)


def compiled() -> bytes:
    """The one catalogue made of all `en/*.po`; ValueError when two files translate one text differently."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    whole = Catalog(locale="en", charset="utf-8", creation_date=_DATED, revision_date=_DATED)
    for path in sorted((FOLDER / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if not message.id or not message.string:
                    continue
                known = whole.get(message.id)
                if known is not None and known.string != message.string:
                    raise ValueError(f"{path.name}: two translations of {message.id!r}")
                whole.add(message.id, message.string)
    out = io.BytesIO()
    write_mo(out, whole)
    return out.getvalue()


if __name__ == "__main__":
    (FOLDER / "en.mo").write_bytes(compiled())
