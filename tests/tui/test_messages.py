"""What workers tell the screens."""

from dataclasses import fields, is_dataclass

from textual.message import Message

from advisor.tui import messages

KINDS = [
    kind
    for kind in vars(messages).values()
    if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
]


def test_every_message_is_a_document_of_plain_fields():
    """Results and failures, never widgets: what crosses from a thread holds nothing of the screen."""
    assert len(KINDS) > 10
    assert {True} == {is_dataclass(kind) for kind in KINDS}
    assert set() == {
        (kind.__name__, field.name) for kind in KINDS for field in fields(kind) if "idget" in str(field.type)
    }


def test_failures_name_the_field():
    """Without one it is the whole question; of a machine several may be wrong at once."""
    assert messages.ReplyFailed("x").field == ""
    assert messages.MachineFailed({"ram": "x", "vram": "y"}).wrong["vram"] == "y"
