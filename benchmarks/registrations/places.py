"""Balikpapan's kecamatan and kelurahan, the districts that migrants' numbers begin with, and invented streets."""

from __future__ import annotations

from .dice import Dice, Table, odds

KELURAHAN: dict[str, tuple[str, ...]] = {
    "647101": ("Manggar", "Lamaru", "Teritip", "Manggar Baru"),
    "647102": ("Baru Ilir", "Baru Tengah", "Baru Ulu", "Kariangau", "Margo Mulyo", "Marga Sari"),
    "647103": (
        "Batu Ampar",
        "Gunung Samarinda",
        "Karang Joang",
        "Muara Rapak",
        "Gunung Samarinda Baru",
        "Graha Indah",
    ),
    "647104": ("Gunung Sari Ulu", "Gunung Sari Ilir", "Karang Rejo", "Karang Jati", "Mekar Sari", "Sumber Rejo"),
    "647105": (
        "Sepinggan",
        "Gunung Bahagia",
        "Sepinggan Baru",
        "Sepinggan Raya",
        "Sungainangka",
        "Damai Baru",
        "Damai Bahagia",
    ),
    "647106": ("Prapatan", "Telaga Sari", "Klandasan Ulu", "Klandasan Ilir", "Damai"),
}
#: Kelurahan that were cut out of others: old lists name the parent.
PARENT = {
    "Manggar Baru": "Manggar",
    "Gunung Samarinda Baru": "Gunung Samarinda",
    "Graha Indah": "Batu Ampar",
    "Sepinggan Baru": "Sepinggan",
    "Sepinggan Raya": "Sepinggan",
    "Damai Baru": "Damai",
    "Damai Bahagia": "Damai",
    "Marga Sari": "Margo Mulyo",
    "Mekar Sari": "Karang Jati",
}
KECAMATAN = {
    "647101": "Balikpapan Timur",
    "647102": "Balikpapan Barat",
    "647103": "Balikpapan Utara",
    "647104": "Balikpapan Tengah",
    "647105": "Balikpapan Selatan",
    "647106": "Balikpapan Kota",
}
OF_KECAMATAN = odds("647101 14, 647102 16, 647103 24, 647104 15, 647105 21, 647106 10")

#: District of first registration (six digits) -> birth place written on the card, per group of people.
HOME: dict[str, Table[tuple[str, str]]] = {
    "jawa": Table(
        {
            ("350510", "Blitar"): 3,
            ("350604", "Kediri"): 3,
            ("351801", "Nganjuk"): 2,
            ("352211", "Bojonegoro"): 2,
            ("357803", "Surabaya"): 4,
            ("331205", "Wonogiri"): 2,
            ("331409", "Sragen"): 2,
            ("332005", "Jepara"): 1,
            ("340213", "Bantul"): 1,
            ("350919", "Jember"): 2,
        }
    ),
    "bugis": Table(
        {
            ("730822", "Bone"): 5,
            ("731301", "Sengkang"): 3,
            ("731504", "Pinrang"): 3,
            ("731201", "Watansoppeng"): 2,
            ("737104", "Makassar"): 4,
            ("737202", "Parepare"): 2,
            ("760406", "Polewali"): 2,
        }
    ),
    "banjar": Table(
        {
            ("637102", "Banjarmasin"): 5,
            ("630804", "Amuntai"): 2,
            ("630709", "Barabai"): 2,
            ("630606", "Kandangan"): 2,
            ("630305", "Martapura"): 3,
            ("630905", "Tanjung"): 1,
        }
    ),
    "sunda": Table({("320411", "Bandung"): 3, ("320806", "Kuningan"): 1, ("320506", "Garut"): 2}),
    "dayak": Table({("640217", "Tenggarong"): 3, ("640705", "Melak"): 3, ("640102", "Tanah Grogot"): 2}),
    "toraja": Table({("731807", "Makale"): 3, ("732605", "Rantepao"): 3, ("731702", "Palopo"): 1}),
    "buton": Table({("740404", "Pasarwajo"): 2, ("747201", "Bau-Bau"): 3, ("740311", "Raha"): 2}),
    "madura": Table({("352604", "Bangkalan"): 3, ("352703", "Sampang"): 3, ("352808", "Pamekasan"): 2}),
    "batak": Table({("127109", "Medan"): 2, ("121204", "Balige"): 2, ("120701", "Lubuk Pakam"): 1}),
    "minahasa": Table({("717103", "Manado"): 3, ("710211", "Tondano"): 2, ("717304", "Tomohon"): 1}),
    "flores": Table({("530908", "Bajawa"): 1, ("530706", "Maumere"): 2, ("530603", "Larantuka"): 2}),
    "bali": Table({("510804", "Singaraja"): 2, ("510205", "Tabanan"): 2, ("520802", "Mataram"): 1}),
    "tionghoa": Table({("647104", "Balikpapan"): 4, ("647203", "Samarinda"): 2, ("617101", "Pontianak"): 1}),
}
NEARBY = Table(
    {
        ("647202", "Samarinda"): 5,
        ("640213", "Samboja"): 3,
        ("640903", "Penajam"): 4,
        ("640901", "Penajam"): 2,
        ("640108", "Tanah Grogot"): 2,
        ("647401", "Bontang"): 1,
        ("640203", "Tenggarong"): 2,
    }
)
MAIN_ROADS = (
    "Jenderal Sudirman|Ahmad Yani|MT Haryono|Marsma R. Iswahyudi|Soekarno Hatta|Letjen Suprapto|Mulawarman|"
    "Ruhui Rahayu|Pattimura|Indrakila|Mayjen Sutoyo|Syarifuddin Yoes|Inpres|Sepaku|Wolter Monginsidi|"
    "AW Syahranie|Strat|Kolonel Syarifuddin|Projakal|Giri Rejo"
).split("|")
LANES = (
    "Mawar|Melati|Rukun|Mufakat|Damai|Sepakat|Keluarga|Bersama|Nelayan|Pelita|Tenteram|Langgar|Masjid|Kenanga|"
    "Anggrek|Usaha|Karya|Setia|Sawo|Jambu|Cempedak|Ulin|Meranti|Bakau|Camar|Pipit|Persatuan|Buntu|Swadaya|Makmur"
).split("|")
ESTATES = "Griya Sepinggan|Bukit Asri|Pesona Ulin|Taman Meranti|Graha Bahari|Korpri Lama|BDS Dua".split("|")


def address(dice: Dice, kelurahan: str) -> str:
    """Street or lane, number and RT of a house; lanes go by the kelurahan, so that neighbours share them."""
    rt = f"RT {dice.randint(1, 62):03d}"
    kind = dice.random()
    # Five lanes a kelurahan, the same in every world.
    lanes = [LANES[(7 * step + 3 * len(kelurahan) + ord(kelurahan[-1])) % len(LANES)] for step in range(5)]
    if kind < 0.45:
        return f"Jl. {dice.choice(MAIN_ROADS)} No. {dice.randint(1, 190)} {rt}"
    if kind < 0.7:
        return f"Gg. {dice.choice(lanes)} No. {dice.randint(1, 60)} {rt}"
    if kind < 0.88:
        return f"Jl. {dice.choice(MAIN_ROADS)} Gg. {dice.choice(lanes)} No. {dice.randint(1, 60)} {rt}"
    return f"Perum {dice.choice(ESTATES)} Blok {dice.choice('ABCDEFGH')} No. {dice.randint(1, 40)} {rt}"
