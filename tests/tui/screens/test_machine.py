"""The machine: probed, overridden, another one, unreadable."""

from dataclasses import replace
from threading import Event

from advisor.catalog.resolve import Overrides, resolve_hardware
from advisor.documents.plain import dumps
from advisor.report.machine import machine_rows
from advisor.tui.remembered import recall


def broken_probe():
    """A probe that fails."""
    raise RuntimeError("no /proc")


async def test_a_probe_that_fails(start):
    """It is said at the field, and a named machine goes on from there."""
    async with start(at="h", hardware=None, probe=broken_probe) as driver:
        assert "this machine could not be read: no /proc" in driver.problem("hardware")
        await driver.press("enter")
        assert driver.screen == "MachineScreen"
        await driver.type("x")
        await driver.press("backspace", "f5")
        assert driver.screen == "MachineScreen"
        assert "this machine could not be read: no /proc" in driver.problem("hardware")
        await driver.replace("hardware", "RTX 4090")
        await driver.press("f5")
        assert driver.screen == "AnswerScreen"


async def test_the_probe_is_asked_once(start):
    """This machine is read by the probe, and shown with its source."""
    asked = []

    def probe():
        asked.append(1)
        return resolve_hardware("RTX 3090", Overrides())

    async with start(at="h", hardware=None, probe=probe) as driver:
        assert "GeForce RTX 3090" in driver.text
        await driver.press("enter")
        assert "RTX 3090" in driver.text
    assert asked == [1]


async def test_stated_memory_replaces_what_was_read(start):
    """VRAM and RAM typed over what is known."""
    async with start(at="h") as driver:
        await driver.replace("vram", "48GB")
        await driver.replace("ram", "64GB")
        await driver.press("f5")
        answers = driver.app.conversation.answers
        machine = driver.app.conversation.machine(answers)
        assert (machine.gpus[0].memory_total_bytes, machine.memory.total_bytes) == (48 << 30, 64 << 30)


async def test_wrong_amounts_are_marked(start):
    """An impossible VRAM is marked at its own field."""
    async with start(at="h") as driver:
        await driver.replace("vram", "much")
        driver.app.screen.take_answers()
        await driver.settle()
        assert "write it as 64GB" in driver.problem("vram")


async def test_a_wrong_amount_goes_no_further_and_is_not_kept(start, tmp_path):
    """Continue stays at the field, what was understood before is what is remembered, and a mend goes on."""
    async with start(at="h") as driver:
        await driver.replace("vram", "48GB")
        await driver.press("tab", "f5", "h")
        await driver.replace("ram", "lots")
        await driver.press("f5")
        assert driver.screen == "MachineScreen"
        assert driver.problem("ram") == "! RAM 'lots' is not a size; write it as 64GB or 24564MiB"
        assert driver.app.focused.id == "ram"
        answers, _ = recall(tmp_path / "data")
        assert (answers.ram, answers.vram) == ("", "48GB")
        await driver.replace("bandwidth", "fast")
        await driver.press("f5")
        assert ("is not a size" in driver.problem("ram"), "is not a rate" in driver.problem("bandwidth")) == (
            True,
            True,
        )
        await driver.replace("ram", "64GB")
        await driver.replace("bandwidth", "")
        await driver.press("f5")
        assert driver.screen == "AnswerScreen"


async def test_the_cursor_starts_in_the_machine_field(start):
    """A name that begins with q is typed, not a wish to quit; an unknown one stays here, unremembered."""
    async with start(at="h") as driver:
        await driver.type("quadruple zzz")
        await driver.press("enter")
        assert driver.screen == "MachineScreen"
        assert "unknown hardware 'quadruple zzz'" in driver.problem("hardware")
        assert driver.app.conversation.answers.hardware == ""
        await driver.replace("hardware", "")
        await driver.type("RTX 409")
        await driver.press("f5")
        assert "nearest: RTX A400" in driver.text


async def test_stated_memory_before_the_machine_is_read(start):
    """What is stated over a machine still being read is judged once it is read."""
    go = Event()

    def slow():
        go.wait(20)
        return resolve_hardware("RTX 3090", Overrides())

    async with start(hardware=None, probe=slow, settled=False) as driver:
        await driver.app.open("machine")
        driver.app.screen.query_one("#ram").value = "lots"
        driver.app.screen.action_continue()
        await driver.pilot.pause()
        assert driver.screen == "MachineScreen"
        go.set()
        await driver.settle()
        assert "'lots' is not a size" in driver.problem("ram")
        await driver.replace("ram", "")
        await driver.press("f5")
        assert driver.screen == "AnswerScreen"


def test_what_to_mind_comes_first():
    """Notes stand above the figures, where the smallest terminal shows them."""
    machine = replace(resolve_hardware("RTX 4090", Overrides()), notes=("a virtual machine",))
    assert machine_rows(machine)[0] == ("Note", "a virtual machine", "")


async def test_another_machine_and_a_saved_probe(start, tmp_path):
    """A catalogue name and a saved probe stand for the machine; F7 comes back to this one."""
    saved = tmp_path / "server.json"
    saved.write_text(dumps(resolve_hardware("2x A100 80GB", Overrides())))
    async with start(at="h") as driver:
        for name, shown in (
            ("Raspberry Pi 5", "Raspberry Pi 5"),
            (str(saved), "A100 PCIe 80 GB"),
            ("RTX 409", "nearest: RTX A400"),
        ):
            await driver.replace("hardware", name)
            driver.app.screen.take_answers()
            await driver.settle()
            assert shown in driver.text
        await driver.press("f7")
        assert "GeForce RTX 4090" in driver.text
        assert driver.app.conversation.answers.hardware == ""


def test_rows_say_source_and_what_is_unknown():
    """Every value has a source, and what could not be read has its reason."""
    rows = machine_rows(resolve_hardware("RTX 4090", Overrides()))
    by_name = {name: (value, source) for name, value, source in rows}
    assert by_name["  bandwidth"][1] == "GPU table"
    assert by_name["memory total"][0] == "unknown"
    assert by_name["memory total"][1]
