"""One answer of a report: a machine, a model, what is recommended and what else there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from advisor.documents.recommendation import Plan, Recommendation
from advisor.documents.tradeoffs import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What `recommend`, `tradeoffs` and `explain` say of one machine and one model (or of any model)."""

    document: Recommendation
    table: Table | None
    """None where no model was asked for and none is recommended."""
    sections: dict[str, Any] = field(default_factory=dict)
    """Of `explain`: the terms behind the figures; empty without a plan."""
    commands: tuple[str, ...] = ()
    """What was asked, as command lines that ask it again."""

    @property
    def plan(self) -> Plan | None:
        """What is recommended, or else what comes closest."""
        miss = self.document.nearest_miss
        return self.document.recommendation or (miss.plan if miss else None)

    @property
    def model(self) -> str:
        """The model asked for, or the one recommended."""
        return self.document.requirements.model or (self.plan.model if self.plan else "any model")

    @property
    def title(self) -> str:
        """Model and machine."""
        return f"{self.model} on {self.document.hardware.name}"


STATUS_WORDS = {
    "ok": "Recommended",
    "nothing_fits": "Nothing meets this need on this machine. Nearest miss",
    "not_measured": "There are not enough measurements to answer this need",
}
