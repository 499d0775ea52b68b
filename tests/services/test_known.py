"""Who is known elsewhere: laptops of several areas, an office with sticks, and a hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hubs import serving

from fieldapp.services import exchange, known, membership

#: Four kelurahan: two of Balikpapan Selatan, one of Balikpapan Timur.
SOUTH, SOUTH_TOO, EAST = "64.71.05.1002", "64.71.05.1003", "64.71.01.1001"


def give_back(town: Any, office: Any, laptop: Any) -> dict[str, Any]:
    """A stick to the office and the return bundle."""
    town.carry(laptop, office)
    (merged,) = town.carry(office, laptop, to=laptop.member.id)
    return dict(merged)


# -- keys


def test_the_office_holds_the_key_and_an_enumerator_gets_it_sealed_by_stick(town: Any) -> None:
    kiki, sari = town.join("coordinator", "Kiki", "64.71"), town.join("enumerator", "Sari", SOUTH)
    assert known.keys(kiki) == known.keys(town.admin) != {}
    assert known.newest_key(kiki) == next(iter(known.keys(kiki).items()))
    assert known.keys(sari) == {}
    assert known.newest_key(sari) is None
    give_back(town, kiki, sari)
    assert known.keys(sari) == known.keys(kiki)


def test_a_hub_gives_the_key_to_who_visits(town: Any) -> None:
    hub, sari = town.join("hub", "Pusat", "64.71"), town.join("enumerator", "Sari", SOUTH)
    with serving(hub) as url:
        exchange.sync(sari, url)
        assert known.keys(sari) == known.keys(hub) == known.keys(town.admin)
        again = exchange.sync(sari, url)
    assert (again["rounds"], again["received"]) == (1, 0)


def test_after_a_change_of_the_office_key_the_old_keys_stay_usable(town: Any) -> None:
    kiki, wati = town.join("coordinator", "Kiki", "64.71"), town.join("supervisor", "Wati", "64.71")
    sari = town.join("enumerator", "Sari", SOUTH)
    for laptop in (kiki, wati, sari):
        town.carry(laptop, town.admin)
    give_back(town, wati, sari)
    (before,) = known.keys(sari)
    membership.revoke(town.admin, "Kiki", "keluar dari kantor")
    town.carry(town.admin, wati, to=wati.member.id)
    town.carry(town.admin, sari, to=sari.member.id)
    assert list(known.keys(sari)) == list(known.keys(wati)) == list(known.keys(town.admin))
    assert next(iter(known.keys(sari))) == before
    assert known.newest_key(sari) == known.newest_key(wati)
    assert known.newest_key(sari)[0] != before
    late = town.join("supervisor", "Lala", "64.71")
    assert known.keys(late) == known.keys(wati)


def test_no_key_and_nothing_of_it_is_in_a_bundles_bytes_or_a_files_name(town: Any) -> None:
    kiki, sari = town.join("coordinator", "Kiki", "64.71"), town.join("enumerator", "Sari", SOUTH)
    town.carry(sari, kiki)
    returns = town.folder / "balasan"
    exchange.write_returns(kiki, returns)
    ((identifier, key),) = known.keys(kiki).items()
    for path in returns.iterdir():
        data = path.read_bytes()
        for secret in (key, key.hex().encode(), identifier.encode(), bytes.fromhex(identifier)):
            assert secret not in data
            assert secret.hex() not in path.name


def test_a_stolen_stick_without_a_laptops_key_gives_no_key_away(town: Any, tmp_path: Path) -> None:
    kiki, sari, rudi = (
        town.join(*who)
        for who in (("coordinator", "Kiki", "64.71"), ("enumerator", "Sari", SOUTH), ("enumerator", "Rudi", EAST))
    )
    for laptop in (sari, rudi):
        town.carry(laptop, kiki)
    exchange.write_bundle(kiki, tmp_path / "sari", to=sari.member.id)
    answer = exchange.inspect(tmp_path / "sari", rudi)
    assert answer["readable"] is False
