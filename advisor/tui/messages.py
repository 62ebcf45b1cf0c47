"""What workers tell the screens: results and failures, never widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from textual.message import Message

from advisor.documents.hardware import HardwareProfile
from advisor.tui.conversation import Reply


@dataclass
class MachineRead(Message):
    """The probe, or the resolver, knows a machine."""

    hardware: HardwareProfile


@dataclass
class MachineFailed(Message):
    """A machine could not be read or found; the text names the cause and the mend."""

    text: str
    field: str = "hardware"


@dataclass
class Measuring(Message):
    """The bandwidth measurement goes on: from 0 to 1."""

    done: float


@dataclass
class Replied(Message):
    """The advisor has answered."""

    reply: Reply


@dataclass
class ReplyFailed(Message):
    """The need cannot be answered: cause and mend, and the field it is about ("" = the whole)."""

    text: str
    field: str = ""


@dataclass
class EvidenceFound(Message):
    """The terms behind a figure."""

    sections: dict[str, Any] = field(default_factory=dict)
    failure: str = ""


@dataclass
class PointsFound(Message):
    """The series of a plot."""

    series: list[Any]
    note: str = ""


@dataclass
class Saved(Message):
    """Files were written, or could not be."""

    paths: list[str] = field(default_factory=list)
    failure: str = ""


@dataclass
class Copied(Message):
    """Text went to the clipboard; `way` is the tool that took it, None when only the terminal was told."""

    what: str
    way: str | None
