"""`fieldapp review assign`: who has to put something right."""

from __future__ import annotations

from typing import Any

from fieldapp.cli.base import argument, command, option, wrong_use
from fieldapp.cli.filters import filter_option, selection
from fieldapp.cli.output import Output, plain
from fieldapp.cli.unlock import unlocked
from fieldapp.cli.words import state_words
from fieldapp.locale import N_, _


@command(
    "assign",
    N_("Alihkan perbaikan kepada anggota lain. Pencatat, putaran, dan isiannya tetap."),
    argument("ids", nargs=-1, metavar=N_("NOMOR"), help=N_("Nomor pendaftaran; boleh beberapa.")),
    filter_option(),
    option("--from", "source", metavar=N_("ANGGOTA"), help=N_("Semua yang masih menjadi tugas anggota ini.")),
    option("--to", metavar=N_("ANGGOTA"), help=N_("Anggota yang mengerjakannya mulai sekarang (nomor atau nama).")),
    option("--take-back", is_flag=True, help=N_("Kembalikan kepada yang mendaftarkan.")),
    option("--reason", help=N_("Alasannya; dibaca kedua anggota.")),
)
def assign(
    out: Output,
    ids: tuple[str, ...],
    filters: tuple[str, ...],
    source: str | None,
    to: str | None,
    take_back: bool,
    reason: str | None,
) -> int:
    chosen = selection(filters)
    if sum(map(bool, (ids, chosen, source))) != 1:
        wrong_use(_("Sebutkan nomor pendaftaran, saringan dengan --filter, atau anggota dengan --from."))
    if bool(to) == take_back:
        wrong_use(_("Sebutkan anggota dengan --to, atau --take-back."))
    from fieldapp.cli.review import exit_code
    from fieldapp.services.returns import assigning

    with unlocked() as session:
        if source:
            ids = tuple(assigning.work_of(session, source))
        elif chosen:
            ids = tuple(assigning.open_ids(session, chosen))
        words = reason or (_("pekerjaannya dialihkan") if source else "")
        answers = assigning.assign(session, ids, to, words)
    out.answer(answers, [_line(answer) for answer in answers])
    done = sum(bool(answer["ok"]) for answer in answers)
    out.say(_("{done} dari {count} pendaftaran dialihkan.").format(done=done, count=len(answers)))
    if done:
        out.say(_("Beri paket balasan atau sinkronkan supaya laptopnya mengetahuinya."))
    return exit_code(answers)


def _line(answer: dict[str, Any]) -> str:
    who = answer["assigned_to"] or _("yang mendaftarkan")
    line = f"{answer['id']}  {state_words(answer['state'])}  {who}"
    if not answer["ok"]:
        line += f"  {answer['message']} ({answer['code']})"
    return plain(line)
