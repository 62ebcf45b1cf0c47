"""Asking in a worker."""

from threading import Event

from advisor.tui.answers import Answers

LLAMA = Answers(model="Llama-3.1-8B", engines="llama.cpp")


async def test_the_newest_question_wins(start, monkeypatch):
    """Of two questions on the way the second is answered; meanwhile the page says what is going on."""
    async with start(answers=LLAMA) as driver:
        talk, go, ask = driver.app.conversation, Event(), driver.app.conversation.ask
        before = driver.app.screen.reply

        def slow(answers, cancelled):
            go.wait(30)
            return ask(answers, cancelled)

        monkeypatch.setattr(talk, "ask", slow)
        for context in ("2k", "4k"):
            driver.app.change(LLAMA.having({"context": context}))
            await driver.app.screen.ask(talk.answers)
        await driver.pilot.pause()
        assert "Computing …" in driver.text
        assert driver.app.screen.reply is before
        go.set()
        await driver.settle()
        assert driver.app.screen.reply.requirements.context_tokens == 4096
        assert "Computing …" not in driver.text


async def test_what_cannot_be_read_says_where_to_go_on(start):
    """A machine that cannot be probed: the key that names another."""

    def broken():
        raise RuntimeError("no /proc")

    async with start(answers=LLAMA, hardware=None, probe=broken) as driver:
        said = " ".join(driver.text.split())
        assert "could not be read: no /proc; name one instead (h names a machine)" in said
