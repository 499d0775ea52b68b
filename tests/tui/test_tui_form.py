"""The registration form, by keyboard, on a real store."""

from __future__ import annotations


async def _do(hands, steps) -> None:
    for step in steps:
        if step.text:
            await hands.write(step.text)
        elif step.key:
            await hands.press(step.key)
        else:
            await hands.until(step.see)


async def test_a_person_is_registered_with_the_keyboard_alone(town, at, form_steps) -> None:
    async with at(town.ani) as hands:
        await hands.unlock()
        await hands.press("f2")
        await _do(hands, form_steps)
        await hands.press("enter")
        await hands.until("Pendaftaran tersimpan")
        await hands.press("down", "enter", "f3")
        await hands.until("Uji Papan Ketik", "Sepinggan Baru", "Menunggu putusan")
