"""Where the work stands, on the command line: stages and who stands there, fetched return bundles, last exchanges."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_the_way_of_the_work_is_told_in_stages(office: Any, tools: Any, tmp_path: Path) -> None:
    (known,) = tools.registered(office.siti, tools.person(1))
    told = office.siti.done("bundle", "status")
    assert told["not_carried"] == {"registrations": 1, "entries": 1}
    assert office.siti.done("bundle", "status", "--who", "not_carried") == [known]
    office.siti.done("bundle", "write", tmp_path / "paket")
    words = office.siti("bundle", "status").out
    assert "Dibawa, menunggu tanda terima" in words
    assert "perubahan menunggu tanda terima." in words
    office.admin.done("bundle", "merge", tmp_path / "paket")
    returned = office.admin.done("bundle", "returns", tmp_path / "balasan")
    assert {each["fetched"] for each in office.admin.done("bundle", "fetched")} <= {False, None}
    for each in returned:
        if each["name"] == "Siti Rekaan":
            office.siti.done("bundle", "merge", each["file"])
    done = office.siti("bundle", "status")
    assert "Diterima oleh" in done.out
    assert "Semua pekerjaan sudah sampai di kantor." in done.out
    assert office.siti.done("bundle", "status")["all_arrived"] is True
    assert [each["kind"] for each in office.siti.done("bundle", "latest")] == ["merged", "written"]
    assert "digabungkan" in office.siti("bundle", "latest").out
    assert office.siti.refused(5, "bundle", "fetched")["code"] == "not_allowed"
    assert "Siti Rekaan" in office.admin("bundle", "fetched").out
