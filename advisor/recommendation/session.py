"""One machine and one model asked again and again: an evaluation is kept as long as the need is the same."""

from __future__ import annotations

from collections import OrderedDict

from advisor.deploy.chosen import Chosen
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Plan, Recommendation, Rejection
from advisor.documents.requirements import Requirements
from advisor.documents.tradeoffs import Row, Table
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.evaluate import evaluate
from advisor.recommendation.judge import Judged
from advisor.recommendation.plans import deploy_plan, make_plan
from advisor.recommendation.rank import ranked
from advisor.recommendation.recommend import recommend
from advisor.recommendation.tradeoffs import table

KEPT = 32
"""Needs kept: going back and forth over one control must not compute anything twice."""


class Session:
    """The same answers as `recommend` and `tradeoffs`, and the plan behind each row of the table."""

    def __init__(
        self, hardware: HardwareProfile, model: ModelProfile, own: OwnEvidence = NOTHING_OWN
    ) -> None:
        self.hardware, self.model, self.own = hardware, model, own
        self._kept: OrderedDict[Requirements, tuple[list[Judged], list[Rejection]]] = OrderedDict()

    def evaluate(self, requirements: Requirements) -> tuple[list[Judged], list[Rejection]]:
        """What `evaluate` finds, computed once a need. Raises UsageError for an impossible context."""
        if requirements not in self._kept:
            self._kept[requirements] = evaluate(requirements, self.hardware, self.model, own=self.own)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(requirements)
        return self._kept[requirements]

    def answer(self, requirements: Requirements) -> Recommendation:
        """The recommendation document. It leaves aside what the table shows, so it is no view of the same."""
        return recommend(requirements, self.hardware, self.model, self.own)

    def table(self, requirements: Requirements) -> Table:
        """The tradeoff table."""
        return table(requirements, self.hardware, self.model, *self.evaluate(requirements))

    def best(self, requirements: Requirements) -> Judged | None:
        """The plan at the top, or None when nothing is feasible."""
        judged, _ = self.evaluate(requirements)
        order = ranked([plan for plan in judged if plan.feasible], requirements)
        return order[0] if order else None

    def plan(self, requirements: Requirements, row: Row | Plan) -> Plan | None:
        """The plan document of a row of the table; None for a row that was ruled out beforehand."""
        found = self._find(requirements, row)
        return None if found is None else make_plan(found, requirements)

    def deploy(self, requirements: Requirements, row: Row | Plan) -> Chosen | None:
        """What the command writers of `advisor.deploy` take, for a row or a plan."""
        found = self._find(requirements, row)
        return None if found is None else deploy_plan(found)

    def _find(self, requirements: Requirements, row: Row | Plan) -> Judged | None:
        judged, _ = self.evaluate(requirements)
        wanted = (row.scheme, row.engine, row.backend)
        return next(
            (
                plan
                for plan in judged
                if (plan.case.scheme.name, plan.case.engine, plan.case.backend) == wanted
            ),
            None,
        )
