"""A registration that every rule lets through, and the settings it is judged by."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fieldapp.domain.programme import ProgrammeSettings

TODAY = date(2026, 11, 23)


@pytest.fixture
def programme() -> ProgrammeSettings:
    return ProgrammeSettings(name="Program Rekaan", start="2027-01")


@pytest.fixture
def today() -> date:
    return TODAY


@pytest.fixture
def person() -> dict[str, Any]:
    """Answers of an invented person; nothing is wrong with them and nothing asks for a reason."""
    return {
        "nik": "6471012801809001",
        "nomor_kk": "6471010507079001",
        "name": "Contoh Rekaan",
        "birth_place": "Balikpapan",
        "birth_date": "1980-01-28",
        "sex": "L",
        "mother_name": "Ibu Rekaan",
        "head_of_family": True,
        "citizenship": "wni",
        "ktp_city_since": "2010-05-01",
        "ktp_address": "Jl. Contoh No. 1",
        "ktp_rt": "005",
        "ktp_area": "64.71.05.1002",
        "domicile_same": True,
        "phone": "+6281234567890",
        "phone_owner": "sendiri",
        "kinds": ["sensorik_netra"],
        "wg_seeing": "banyak",
        "wg_hearing": "tidak",
        "wg_walking": "tidak",
        "wg_remembering": "tidak",
        "wg_self_care": "tidak",
        "wg_communicating": "tidak",
        "proof": ["pengakuan"],
        "works": True,
        "job": "tukang_pijat",
        "work_place": "di rumah",
        "monthly_income": 1_500_000,
        "categories": ["difabel"],
        "other_cover": ["tidak_ada"],
        "heir_name": "Waris Rekaan",
        "heir_relation": "anak",
        "documents": {"ktp": "dilihat"},
        "consent_given": True,
        "consent_form": "tanda_tangan",
        "consent_by": "sendiri",
        "consent_communication": ["lisan"],
    }
