"""Writes bundles of the present version into a folder, to be kept for ever; run once for each new version.

    python tests/sync/bundles/make.py tests/sync/bundles/v2

Never run it over a folder that is kept: what an old version wrote must stay what it wrote. The keys belong to nobody.
"""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from sync.coverage import pack_have
from sync.exchange import payload_for_newcomer
from sync.fold import Rules

PAPERS = {"daftar/64.71.05.1002": bytes(range(256)), "daftar/kosong": b"", "kunci": b'{"a":"b"}\n'}


def load(name: str, path: Path) -> ModuleType:
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(folder: Path) -> None:
    here = Path(__file__).parents[1]
    office_module, replicas = load("kept_office", here / "conftest.py"), load("sync_replicas", here / "replicas.py")
    office = office_module.make_office("bundles kept for ever")
    rules = Rules(
        group_of={"rt": "address", "rw": "address"},
        may=lambda member, entry, origin: None,
        office_roles=frozenset({"admin", "coordinator"}),
    )
    admin, coordinator, here_one, there_one = replicas.make_team(
        office, rules, ["admin", "coordinator", "enumerator:64.71.05.1001", "enumerator:64.71.05.1002"]
    )
    records = walk(admin, coordinator, here_one, there_one, office)
    with coordinator.transaction():
        papers = coordinator.journal.papers
        for name, content in PAPERS.items():
            papers.put(coordinator.identity, name, content, coordinator.now_ms, audience="64.71.05")
    files = {
        "kantor.paket": here_one.to_office().data,
        "balasan.paket": coordinator.to_member(here_one).data,
        "kantor-semua.paket": coordinator.to_office().data,
    }
    with admin.transaction():
        files["undangan.isi"] = payload_for_newcomer(admin.journal, admin.identity, admin.now_ms)
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    keys: dict[str, Any] = {
        "programme": office.founding.programme.id,
        "founder": office.founding.member.certificate.decode(),
        "coordinator": {"certificate": coordinator.member.certificate.decode(), "age": office.founding.office_identity},
        "enumerator": {"certificate": here_one.member.certificate.decode(), "age": here_one.identity.age_identity},
    }
    expected = {
        "coverage": pack_have(coordinator.journal.coverage()),
        "papers": {name: content.hex() for name, content in sorted(PAPERS.items())},
        "records": {record: coordinator.folded()[record] for record in records},
    }
    for name, content in (("keys.json", keys), ("expected.json", expected)):
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
        (folder / name).write_text(text + "\n", encoding="utf-8")


def walk(admin: Any, coordinator: Any, here: Any, there: Any, office: Any) -> list[str]:
    """A little of everything: two areas in one chain, a conflict, a decision, a setting, receipts."""
    setting = office.record()
    admin.change(setting, "new", {"quota": 100}, "*", type="setting")
    record = here.register(name="Contoh Rekaan", note="baris satu\nbaris dua \u2713 \U0001f33f")
    other = there.register("64.71.05.1002", name="Umpama Rekaan")
    for replica in (here, there):
        coordinator.merge(replica.to_office().data)
    coordinator.merge(admin.to_office().data)
    coordinator.edit(record, name="Contoh Kantor")
    coordinator.change(other, "comment", {"text": "Alamat kurang jelas"}, "64.71.05.1002")
    coordinator.decide(other, "return", "64.71.05.1002")
    here.edit(record, name="Contoh Lapangan", rt="009")
    # Both sticks wait until each has been written: the office has seen the edit, the laptop not yet the office's.
    first = here.to_office().data
    coordinator.merge(first)
    return [setting, record, other]


if __name__ == "__main__":
    make(Path(sys.argv[1]))
