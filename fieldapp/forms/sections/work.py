"""What the person works as, and the link to the city's programmes for small businesses."""

from __future__ import annotations

from fieldapp.forms.conditions import Has, Is, Not
from fieldapp.forms.question import Choice, Question, Section, Texts

#: Asked unless the person said not to work, so that a page in progress already shows what will be asked.
_WORKS = Not(Is("works", (False,)))

_BUSINESS = Has("business_interest", ("umkm_bazar", "pelatihan", "modal", "pemasaran"))

_JOBS = (
    Choice("tukang_pijat", "Tukang pijat", "Masseur"),
    Choice("penjahit", "Penjahit", "Tailor"),
    Choice("pedagang_kaki_lima", "Pedagang kaki lima", "Street stall vendor"),
    Choice("pedagang_keliling", "Pedagang keliling (kerupuk, tisu, ...)", "Travelling vendor (crackers, tissues, ...)"),
    Choice("warung", "Warung", "Small shop or food stall"),
    Choice("juru_parkir", "Juru parkir", "Parking attendant"),
    Choice("ojek", "Ojek pangkalan atau daring", "Motorcycle taxi"),
    Choice("kurir", "Kurir", "Courier"),
    Choice("buruh_bangunan", "Buruh bangunan", "Construction labourer"),
    Choice("buruh_cuci", "Buruh cuci", "Laundry worker"),
    Choice("asisten_rumah_tangga", "Asisten rumah tangga", "Domestic worker"),
    Choice("nelayan", "Nelayan", "Fisher"),
    Choice("petani", "Petani", "Farmer"),
    Choice("peternak", "Peternak", "Livestock keeper"),
    Choice("pemulung", "Pemulung", "Waste picker"),
    Choice("servis_elektronik", "Servis elektronik", "Electronics repairer"),
    Choice("bengkel", "Bengkel", "Vehicle repairer"),
    Choice("pengrajin", "Pengrajin", "Craftsperson"),
    Choice("musisi", "Musisi atau pengamen", "Musician"),
    Choice("kue_rumahan", "Kue rumahan atau barista", "Home baker or barista"),
    Choice("admin_daring", "Admin daring", "Online administration"),
    Choice("lainnya", "Lainnya", "Other"),
)

SECTION = Section(
    "work",
    Texts("Pekerjaan", "Work"),
    (
        Question(
            "works",
            "bool",
            Texts("Bekerja?", "Working?"),
            Texts(
                "Bekerja paling sedikit satu jam dalam seminggu terakhir, atau biasanya bekerja. Penghasilan "
                "berapa pun.",
                "Worked at least one hour in the last week, or usually works. Income of any size.",
            ),
            required=True,
        ),
        Question(
            "job",
            "one",
            Texts("Pekerjaan sekarang", "Present job"),
            Texts(
                "Yang sungguh dikerjakan, bukan yang tercetak di KTP.", "What is really done, not what the KTP says."
            ),
            required=True,
            relevant=_WORKS,
            choices=_JOBS,
        ),
        Question(
            "job_other",
            "text",
            Texts("Pekerjaan lainnya, sebutkan", "Other job, please name it"),
            required=True,
            relevant=Is("job", ("lainnya",)),
            longest=100,
        ),
        Question(
            "job_description",
            "text",
            Texts("Uraian pekerjaan", "Description of the work"),
            relevant=_WORKS,
            longest=500,
        ),
        Question(
            "work_place",
            "text",
            Texts("Tempat bekerja", "Place of work"),
            Texts(
                "Pasar, jalan, rumah, atau 'keliling'; jaminan kecelakaan kerja berlaku di sini.",
                "Market, street, home or travelling; this is where work accidents are covered.",
            ),
            required=True,
            relevant=_WORKS,
        ),
        Question(
            "work_area", "area", Texts("Kelurahan tempat bekerja", "Kelurahan of the place of work"), relevant=_WORKS
        ),
        Question(
            "work_hours_day",
            "int",
            Texts("Jam kerja sehari", "Hours of work a day"),
            relevant=_WORKS,
            low=1,
            high=16,
        ),
        Question(
            "work_days_week",
            "int",
            Texts("Hari kerja seminggu", "Days of work a week"),
            relevant=_WORKS,
            low=1,
            high=7,
        ),
        Question(
            "monthly_income",
            "int",
            Texts("Penghasilan sebulan (rupiah)", "Monthly income (rupiah)"),
            Texts("Rata-rata, tanpa titik pun boleh. Contoh 1500000.", "On average. For example 1500000."),
            required=True,
            relevant=_WORKS,
            low=0,
            high=1_000_000_000,
        ),
        Question(
            "organisation",
            "text",
            Texts("Paguyuban atau organisasi kerja", "Work association"),
            Texts("Suratnya dicatat pada bagian dokumen.", "Its letter is noted under documents."),
            relevant=_WORKS,
        ),
        Question(
            "business_interest",
            "many",
            Texts("Berminat program UMKM kota?", "Interested in the city's small business programmes?"),
            choices=(
                Choice("umkm_bazar", "Bazar UMKM", "Small business fairs"),
                Choice("pelatihan", "Pelatihan", "Training"),
                Choice("modal", "Bantuan modal", "Starting capital"),
                Choice("pemasaran", "Bantuan pemasaran", "Help with selling"),
                Choice("tidak", "Tidak", "No"),
            ),
            exclusive=("tidak",),
        ),
        Question("business_name", "text", Texts("Nama usaha", "Name of the business"), relevant=_BUSINESS),
        Question(
            "business_kind",
            "one",
            Texts("Bidang usaha", "Kind of business"),
            relevant=_BUSINESS,
            choices=(
                Choice("kuliner", "Makanan dan minuman", "Food and drink"),
                Choice("perdagangan", "Perdagangan", "Trade"),
                Choice("jasa", "Jasa", "Services"),
                Choice("kerajinan", "Kerajinan", "Crafts"),
                Choice("busana", "Busana dan jahit", "Clothing and sewing"),
                Choice("pertanian_perikanan", "Pertanian, peternakan, atau perikanan", "Farming, livestock or fishing"),
                Choice("lainnya", "Lainnya", "Other"),
            ),
        ),
    ),
)
