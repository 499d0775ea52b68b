"""Names as people of Balikpapan bear them: a few are very common, most are rare, and each group has customs of its own.

The pools and their weights are written from general knowledge of Indonesian names; nobody in them is meant.
"""

from __future__ import annotations

from functools import cache

from .dice import Dice, Table, odds

GROUPS = odds(
    "jawa 31, bugis 22, banjar 15, sunda 4, dayak 4, toraja 4, buton 5, madura 5, batak 3, minahasa 2, flores "
    "2, bali 2, tionghoa 1"
)


def tiers(text: str) -> Table[str]:
    """Names between bars, the frequent ones first; each tier is drawn a third as often a name as the one before."""
    return Table((name, 27 / 3**depth) for depth, tier in enumerate(text.split("|")) for name in tier.split())


ARAB_M = tiers(
    "Muhammad Ahmad Abdul|Rahman Hidayat Ali Arifin Rahmat Yusuf Ibrahim Ismail Hasan Syamsuddin Syarifuddin Usman|"
    "Umar Idris Anwar Akbar Maulana Ridwan Iskandar Burhanuddin Kamaruddin Jamaluddin Baharuddin Amiruddin Sulaiman "
    "Ramli Zainuddin Saifuddin Fauzi Husain Mansur Mahmud Mustafa Yunus Zulkifli Khairul Nurdin Rusli Salim Hamzah|"
    "Tajuddin Nasruddin Sirajuddin Fakhruddin Fahruddin Najamuddin Hasanuddin Qamaruddin Muhyiddin Badaruddin "
    "Alimuddin Jalaluddin Shalahuddin Imaduddin Luthfi Thamrin Dzulfikar Fadhil Hafidz Naufal Wahyuddin Yahya "
    "Zakaria Syahrir Syahril Syafri Fachri Zubair Masykur Mukhlis Mukhtar Muzakkir Thalib Shaleh Qosim Ghazali "
    "Ghofur Dahlan Djafar Sjamsul Syaiful Khalid Khaidir Lukman Mursalim Rasyidin Sabaruddin Ikhsan Ikhwan Ihwan"
)
ARAB_F = tiers(
    "Siti Nur|Nurhayati Aisyah Fatimah Aminah Halimah Rahmawati Nuraini Nurjannah Hasnah Rohani Jamilah|"
    "Khadijah Maryam Zainab Salmah Maimunah Mariana Rabiah Asiah Ramlah Rahmah Husnah Nurlaila Nurul Fitriani "
    "Hidayah Zubaidah Sakinah Latifah Azizah Masitah Marlina Herlina Ernawati Hasanah Nurhasanah Hartati Saadiah|"
    "Mutmainnah Rosidah Rukayah Ruqayyah Wardah Warda Syarifah Syamsiah Syahriah Kamariah Qomariyah Munawarah "
    "Mahmudah Badriah Badariah Faridah Hafsah Habibah Hayatun Istiqamah Juairiah Juhriah Khairiyah Khairunnisa "
    "Kholifah Lathifa Makiyah Muzdalifah Nafisah Naimah Nihayah Nurbaya Nurhikmah Nurhidayah Nurmiati Nursiah "
    "Nurwahidah Rafiah Rukmini Saerah Saripah Sauda Shofiyah Sitti Sumayyah Suryani Tsamrotul Umrah Zahrah Zulaikha"
)
ABDUL = tiers(
    "Rahman Rahim Karim Kadir Latif|Hamid Majid Wahab Malik Aziz Salam Rasyid|"
    "Gafur Ghani Muis Samad Halim Jalil Basit Hakim Muin Qahar Hafid Wahid Somad Fattah Jabbar Manan Razak Syukur"
)
YOUNG_M = tiers(
    "Rizky Dimas Aditya Fajar Andi Bagus|Reza Rian Yoga Ilham Ferdi Galih Arya Bayu Dicky Wahyu Aldi Alif|"
    "Rafli Fikri Fahri Gilang Kevin Daffa Naufal Raka Rangga Ryan Satria Tegar Vino Yudha Zaki Alfian Anggara Ardi "
    "Bima Danang Deni Dwiki Erlangga Febrian Hafiz Irvan Jefri Khoirul Luthfi Mahendra Nanda Oktavian Panji Rendi"
)
YOUNG_F = tiers(
    "Putri Dewi Nabila Ayu Indah Dinda|Annisa Aulia Amelia Bella Citra Cindy Dian Fitri Intan Lestari Nadia Novi|"
    "Rahma Rara Ratna Regina Riska Salsabila Sarah Selvi Shinta Silvia Tasya Tiara Vina Wulan Yulia Zahra Anggun "
    "Aprilia Desi Elsa Febriani Fira Gita Hesti Ika Jihan Kartika Laras Mega Melinda Nisa Oktaviani Resti Septiani"
)
JAWA_M_STEMS, JAWA_M_ENDS = (
    "Su Sar Har Mul War Dar Kar Was Tu Ju Par Sam Kas Mar Ngad Pur Gun Wid".split(),
    ("no man di to yo min ji jo so wan gi yanto tono ryono naryo giman kiman parno narto warno tarmin".split()),
)
JAWA_F_STEMS, JAWA_F_ENDS = (
    "Su Sar Har Mur War Dar Kar Was Tu Ju Par Sam Kas Mar Ngat Pur Wid Ru".split(),
    ("ti mi ni yem nah ji si tini miati niati harti giarti lastri kinem minah tinah liyah".split()),
)
JAWA_M = tiers(
    "Slamet Agus Eko Budi Joko|Bambang Sugeng Heru Hadi Dwi Tri Wahyu Imam Mulyono Supriyadi Suparman|"
    "Teguh Nanang Gatot Catur Didik Edi Hari Andri Dedi Rudi Yanto Tono Tarno Parman Paimin Ponimin Jarwo Kliwon "
    "Legiman Poniran Wagiman Ngatno Sabar Santoso Tugiman Untung Wiji Yatno Mujiono Djumadi Soekardi Soetrisno"
)
JAWA_F = tiers(
    "Sri Siti Endang Sumiati|Sulastri Tuti Puji Murni Dwi Tri Rini Rina Yanti Umi Titik Wiwik Kartini Yuli|"
    "Ngatmi Watini Tumini Jumiati Sukarti Suparti Sugiarti Lasmi Marsih Painem Poniyem Rukiyah Saminah Supiyah "
    "Tukinem Wagiyem Warsiti Winarsih Yatemi Mujiati Sutinah Sumarni Sunarti Partini Kasmiyati Juminten Djuwariyah"
)
JAWA_LAST_M = tiers(
    "Santoso Susanto Setiawan Prasetyo Kurniawan Saputra|Wibowo Hartono Nugroho Pratama Hidayat Widodo Wijaya "
    "Purnomo Gunawan Irawan|Yulianto Raharjo Suryanto Hariyanto Cahyono Utomo Subagyo Pranoto Riyadi Sasongko "
    "Wicaksono Handoko Kuncoro Pamungkas Wardoyo Yuwono Hermawan Listyanto Sulistyo Budiarto Prayitno Darmawan"
)
JAWA_LAST_F = tiers(
    "Wahyuni Lestari Rahayu Ningsih Wulandari Susanti|Handayani Puspita Sari Astuti Utami Anggraini Safitri|"
    "Kusuma Suryani Hastuti Purwanti Widyastuti Maharani Permata Pertiwi Indriani Setyowati Sulistyowati Kurniasih "
    "Rahmadani Setyaningsih Pratiwi Yuliana Yuniarti Mulyani Nurhayati Widayati Kusumawati Retnowati Endarwati"
)
BUGIS_M = tiers(
    "Rahman Hasan Rustam Syamsul|Sudirman Arifuddin Haeruddin Sabri Darwis Makmur Anwar Basri Jufri|"
    "Tahang Beddu Mappiasse Patawari Sappe Upe Mustari Ambo Baso Lukman Hasbi Herman Ramli Tahir Rauf Sultan "
    "Palewai Mattalatta Sakka Muhtar Nasir Hamka Bahtiar Kahar Ilyas Sanusi Pabbicara Daming Mannyi Tamrin Laupe"
)
BUGIS_F = tiers(
    "Hasnawati Rosmiati Nurhayati|Suriani Hatija Hasmawati Darmawati Rosdiana Kasmawati Murniati Nurlia|"
    "Besse Indo Tenri Hasni Harfiah Kasma Nurbaya Suarni Hasnidar Jumriah Masni Naharia Bunga Samsidar Rahmatia "
    "Sitiara Nurhaeda Kartini Hadia Sennang Mariati Sunarti Tahira Wahida Ernawati Irmawati Rostina Haslinda"
)
BUGIS_LAST = tiers("Tahir Rasyid Hamid Nur|Rauf Makka Sultan Saleh Kasim|Mattalatta Palewai Lolo Bakri Amin Dalle Tola")
BANJAR_M = tiers(
    "Muhammad Ahmad Syahrani Noor|Hairani Hamdani Fauzi Gazali Ramli Rusli Junaidi Arsyad Rahmadi|"
    "Masrani Bahrani Supiani Ardiansyah Hasbullah Husaini Saidi Samsuri Utuh Anang Fahriansyah Aliansyah Norhasan "
    "Kaspul Mahyuni Syahruni Hadriani Asranie Sarkani Kursani Misran Jumri Tarmiji Zainal Suriansyah Fitriansyah"
)
BANJAR_F = tiers(
    "Norhayati Siti Noorjannah Mastura|Norlaila Masniah Rusmini Syahrinah Helda Jumiati Rabiatul Hamidah|"
    "Galuh Mahrita Mariatul Raudah Salasiah Norsehan Arbainah Fauziah Hairiah Norhikmah Rusdiana Mursidah Saudah "
    "Herlena Noraida Aluh Masliani Jamiah Isnaniah Kamsiah Maslian Nurlatifah Norbaiti Rahimah Tarwiyah Zaleha"
)
BANJAR_LAST_M = tiers(
    "Noor Rahman Hadi Anshari|Effendi Syahrani Fitriadi Ilmi Fikri Yani Syahbana Rizani Aini Arrasyid"
)
BANJAR_LAST_F = tiers(
    "Adawiyah Jannah Hasanah Laila|Hayati Aulia Kiptiah Zahra Hikmah Norma Fitri Humairah Hafizah Rahmi"
)
CHRIST_M = tiers(
    "Yohanes Markus Petrus Paulus Daniel|Lukas Stefanus Yulius Hendrikus Martinus Agustinus Yakobus Yosef Samuel|"
    "Kornelius Simson Gabriel Silvanus Kalvin Filipus Matius Benyamin Titus Marthen Daud Simon Fransiskus Antonius "
    "Ignatius Yeremias Laurensius Bernadus Robertus Viktor Alfons Servasius Donatus Andreas Tomas Yonatan Elias"
)
CHRIST_F = tiers(
    "Maria Yuliana Kristina Marta|Elisabet Natalia Ester Veronika Agnes Theresia Damaris Agustina Ludia|"
    "Lusia Yosefina Debora Paulina Katarina Yospina Rut Selvi Margaretha Fransiska Bernadetha Regina Anastasia "
    "Rosalina Helena Yovita Martina Monika Sisilia Adriana Novita Susana Rosina Matilda Ludgardis Dorkas Yunita"
)
LAST = {
    "dayak": tiers(
        "Lawing Jalung Ibau Usat Bilung Juk Ngau Ajat Ubang Luhat Ingan Merang Devung Lejau Ding Hibau Bith"
    ),
    "toraja": tiers(
        "Pasang Rante Tandi Sampe Allo Palimbong Lebang Pongsapan Patandianan Rantetana Bala Tangke Batara"
    ),
    "batak": tiers(
        "Siregar Sihombing Simanjuntak|Situmorang Sitorus Panjaitan Nainggolan Lubis Nasution Harahap Sinaga Manurung "
        "Hutapea Pasaribu Tampubolon Gultom Simbolon Purba Silalahi Marpaung Hutabarat"
    ),
    "minahasa": tiers(
        "Wowor Lumentut Mandagi Rorong Pangemanan Tumewu Sumual Kaligis Paat Lengkong Tulung Ratu Runtuwene"
    ),
    "flores": tiers(
        "Nong Bura Lewar Kopong Tukan Ledo Wea Ngole Bhoka Sogen Kleden Ruing Hayon Dhae Mite Sina Tiwu Meo"
    ),
    "sunda": tiers("Suherman Permana Hidayat|Suryana Nugraha Ramdani Sutisna Kosasih Rohman Mulyana Sopandi Hendrawan"),
    "tionghoa": tiers("Tan Lim Wijaya Halim|Gunawan Salim Kurniawan Chandra Susanto Hartono Liem Oei Tjahjadi Ong"),
    "madura": tiers("Rosi Efendi Hasan Zaini|Rahman Holis Amin Anam Soleh Bahri Syafi Mukri Sudarso"),
}
BATAK_M = tiers(
    "Jhonson Robert Hotman|Parulian Sahat Togar Mangasi Rudolf Darwin Saut Poltak Tumpal Binsar Marihot Jonter"
)
BATAK_F = tiers(
    "Rosmaida Lamria Duma|Tiurma Romauli Hotmaida Nurhaida Tiur Rumondang Sondang Rotua Marice Lasmaria Dame"
)
MINA_M = tiers(
    "Ferry Denny Jemmy|Stevie Johny Herman Frangky Meidy Rommy Alfrets Noldy Vecky Recky Fentje Deddy Hengky"
)
MINA_F = tiers(
    "Meity Deasy Grace|Femmy Jeane Olga Selvie Vonny Lidya Sisca Syultje Fientje Altje Joula Stientje Meiske"
)
BALI_ORDER = tiers("Wayan Made Nyoman Ketut|Putu Kadek Komang Gede Nengah")
BALI_M = tiers(
    "Suardana Sudiarta Artana Suarsana|Widiana Astawa Arnawa Sukarya Suwitra Darma Yasa Merta Sumerta Ardika"
)
BALI_F = tiers("Sukerti Suartini Widiasih Ariani|Sudarmi Sukreni Wirati Astuti Suparmi Murniasih Sriani Kariasih Seri")
MADURA_M = tiers(
    "Mohammad Abdul Hosnan|Holil Mistar Marzuki Sahri Buhari Fathor Rofi Hasyim Mahfud Mat Misnadin Satruki Tolak"
)
MADURA_F = tiers(
    "Siti Hotijah Marhamah|Hosniyah Suhriyah Maisaroh Musrifah Zaitun Sulaiha Rohmah Misnati Sutima Buati Tima"
)
BUTON_M = tiers(
    "Ode Ali Baa|Hamuna Rusu Ege Sahidu Ndibo Ifu Dula Saleha Tambi Ngkalusa Maruf Musu Sali Kariu Haeruddin"
)
BUTON_F = tiers("Ode Ati Abe|Hamsia Salia Ndoni Sarina Lima Tia Rabia Daima Nuru Saari Musina Ima Hadi Biu Nurlia")
SUNDA_M = tiers(
    "Asep Dadang Ujang|Cecep Dede Iwan Tatang Yayat Encep Nandang Deden Endang Jajang Aep Maman Usep Wawan Entis"
)
SUNDA_F = tiers(
    "Euis Neneng Eti|Iis Imas Enok Cucu Lilis Yayah Entin Aan Ai Popon Nyai Titin Wiwin Eneng Elis Ida Rohaeti"
)
TIONG_M = tiers("Hendra Budi Alex|Willy Johan Andy Kevin Steven Felix Akhiong Asiong Afuk Tommy Benny Freddy Rudy")
TIONG_F = tiers("Lina Mei Linda|Siu Fang Lanny Vivi Yenny Meilani Susi Jenny Aling Afung Elly Merry Fenny Silvia")
MUSLIM = {"jawa": 0.34, "bugis": 0.42, "banjar": 0.5, "sunda": 0.3, "madura": 0.6, "buton": 0.35}
OF_GROUP: dict[str, tuple[Table[str], Table[str]]] = {
    "jawa": (JAWA_M, JAWA_F),
    "bugis": (BUGIS_M, BUGIS_F),
    "banjar": (BANJAR_M, BANJAR_F),
    "sunda": (SUNDA_M, SUNDA_F),
    "madura": (MADURA_M, MADURA_F),
    "batak": (BATAK_M, BATAK_F),
    "minahasa": (MINA_M, MINA_F),
    "tionghoa": (TIONG_M, TIONG_F),
    "dayak": (CHRIST_M, CHRIST_F),
    "toraja": (CHRIST_M, CHRIST_F),
    "flores": (CHRIST_M, CHRIST_F),
    "buton": (BUTON_M, BUTON_F),
    "bali": (BALI_M, BALI_F),
}
#: How one name stands on the cards of different people.
ON_CARDS = {
    "Muhammad": odds("Muhammad 46, Muh. 12, Muh 6, M. 10, Mohammad 9, Mohamad 4, Muhamad 5, Moh. 5"),
    "Abdul": odds("Abdul 78, Abd. 14, Abd 8"),
    "Siti": odds("Siti 84, Sitti 11, St. 5"),
    "Ahmad": odds("Ahmad 78, Achmad 14, Akhmad 8"),
    "Noor": odds("Noor 40, Nor 35, Nur 25"),
    "Yusuf": odds("Yusuf 70, Jusuf 8, Yusup 22"),
    "Nurjannah": odds("Nurjannah 60, Nurjanah 40"),
    "Syamsuddin": odds("Syamsuddin 60, Samsuddin 20, Syamsudin 20"),
    "Syarifuddin": odds("Syarifuddin 60, Sarifuddin 15, Syarifudin 25"),
}


def given(dice: Dice, group: str, sex: str, year: int) -> list[str]:
    """The first words of a name: one, or two where a group says so."""
    woman = sex == "P"
    if group == "bali":
        return [("Ni" if woman else "I"), dice.draw(BALI_ORDER)]
    if group == "buton" and dice.hit(0.6):
        return [("Wa" if woman else "La"), dice.draw(BUTON_F if woman else BUTON_M)]
    if year >= 1992 and dice.hit(0.6):
        return [dice.draw(YOUNG_F if woman else YOUNG_M)]
    if dice.hit(MUSLIM.get(group, 0)):
        first = dice.draw(ARAB_F if woman else ARAB_M)
        return [first, dice.draw(ABDUL)] if first == "Abdul" else [first]
    if group == "jawa" and year < 1985 and dice.hit(0.45):
        stems, ends = (JAWA_F_STEMS, JAWA_F_ENDS) if woman else (JAWA_M_STEMS, JAWA_M_ENDS)
        return [dice.choice(stems) + dice.choice(ends)]
    return [dice.draw(OF_GROUP[group][woman])]


def further(dice: Dice, group: str, sex: str, year: int) -> list[str]:
    """What follows the given name: a second name, a clan, a father's name, or nothing."""
    woman = sex == "P"
    if group in ("batak", "minahasa", "toraja", "dayak", "flores", "tionghoa"):
        return [dice.draw(LAST[group])] if dice.hit(0.94) else []
    if group == "bali":
        return [dice.draw(BALI_F if woman else BALI_M)]
    if group == "jawa":
        if year < 1970 and dice.hit(0.42):
            return []
        return [dice.draw(JAWA_LAST_F if woman else JAWA_LAST_M)]
    if dice.hit(0.16 if year >= 1975 else 0.3):
        return []
    if group == "banjar" and dice.hit(0.5):
        return [dice.draw(BANJAR_LAST_F if woman else BANJAR_LAST_M)]
    if group == "bugis" and dice.hit(0.35):
        return [dice.draw(BUGIS_LAST)]
    if group in LAST and not woman and dice.hit(0.5):
        return [dice.draw(LAST[group])]
    return [dice.draw(ARAB_F if woman else ARAB_M)]


@cache
def alike(word: str, group: str, sex: str) -> tuple[str, ...]:
    """Names of the group and sex that begin or end as `word` does: Rahmat and Rahman, Nurlaila and Nuraini."""
    woman = sex == "P"
    pools = (OF_GROUP[group][woman], YOUNG_F if woman else YOUNG_M)
    if group in MUSLIM:
        pools += (ARAB_F if woman else ARAB_M,)
    known = sorted({name for pool in pools for name in pool.outcomes if len(name) > 3 and name != word})
    return tuple(name for name in known if name[:3] == word[:3] or name[-4:] == word[-4:])


def name(dice: Dice, group: str, sex: str, year: int) -> str:
    """A full name as it stands on the card of somebody of this group, sex and year of birth."""
    parts = given(dice, group, sex, year) + further(dice, group, sex, year)
    if sex == "L" and group not in ("bali", "batak", "minahasa", "dayak", "toraja", "flores", "tionghoa"):
        if dice.hit(0.13 if year < 1985 else 0.24):
            parts.insert(0, "Muhammad")
    elif sex == "P" and group in MUSLIM and dice.hit(0.07):
        parts.insert(0, "Siti")
    if group == "bugis" and dice.hit(0.07):
        parts.insert(0, "Andi")
    if year >= 1985 and dice.hit(0.2):
        parts.append(dice.draw(YOUNG_F if sex == "P" else YOUNG_M))
    if len(parts) == 1 and parts[0] in ("Muhammad", "Abdul", "Siti", "Nur", "Noor", "Ahmad"):
        parts.append(dice.draw(ARAB_F if sex == "P" else ARAB_M))
    if parts[-1] == "Abdul":
        parts.append(dice.draw(ABDUL))
    seen: list[str] = []
    for part in parts:
        if part not in seen:
            seen.append(part)
    return " ".join(dice.draw(ON_CARDS[part]) if part in ON_CARDS else part for part in seen)
