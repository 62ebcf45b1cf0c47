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
    """A machine could not be read or found: field -> cause and mend."""

    wrong: dict[str, str]


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
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Section -> a line a published table that it names, with its link."""


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


@dataclass
class JobTold(Message):
    """A download, a start or a measurement goes on: the share done, None where nobody knows, and a line."""

    share: float | None
    words: str


@dataclass
class JobEnded(Message):
    """It is done, or not: lines to show, and the problem if there was one."""

    lines: tuple[str, ...] = ()
    failure: str = ""


@dataclass
class WeightsFound(Message):
    """What lies on this machine, and what there is to get."""

    ready: Any
    here: tuple[str, ...] = ()
