"""From answers to documents: the only place of the TUI that asks for figures. Runs in worker threads."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Literal, NamedTuple, TypeAlias

from advisor.api import explain, recommend, session
from advisor.catalog.resolve import Overrides, resolve_hardware, resolve_model
from advisor.deploy.deployment import deployment
from advisor.documents.deployment import Deployment
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.recommendation import Plan, Recommendation
from advisor.documents.requirements import Requirements
from advisor.documents.tradeoffs import Row, Table
from advisor.errors import AdvisorError, Cancelled, ProbeError, UsageError
from advisor.recommendation.judge import Judged
from advisor.recommendation.session import Session
from advisor.tui.answers import FIELD_OF, Answers, requirements

MOST_MARKED = 4
"""Plans side by side: as many columns as a terminal of 80 holds with their intervals."""
SUGGESTED = 16
"""Suggestions kept: going back from a model to the list it was taken from computes nothing."""

Wanted: TypeAlias = Literal["document", "table"]
"""What a screen shows of a reply."""


class Chosen(NamedTuple):
    """What there is once a model is taken."""

    model: ModelProfile
    table: Table
    session: Session


@dataclass(frozen=True)
class Reply:
    """What the advisor says to the answers."""

    answers: Answers
    hardware: HardwareProfile
    model: ModelProfile | None
    requirements: Requirements
    session: Session | None
    """None when a model is still to be suggested."""
    suggestion: Recommendation | None = None

    @cached_property
    def document(self) -> Recommendation:
        """The whole recommendation, written when first looked at: what-if changes need only the table."""
        return self.suggestion or self.taken.answer(self.requirements)

    @cached_property
    def table(self) -> Table | None:
        """Every scheme, made when first looked at: the page of the answer shows none of it."""
        return self.session.table(self.requirements) if self.session else None

    @cached_property
    def best(self) -> Judged | None:
        """The plan at the top of the table."""
        return self.session.best(self.requirements) if self.session else None

    def having(self, part: Wanted) -> Reply:
        """This, with *part* of it computed where it holds nothing up."""
        _ = self.document if part == "document" else (self.table, self.best)
        return self

    @property
    def taken(self) -> Session:
        """The session of the model; UsageError while one is still to be taken."""
        if self.session is None:
            raise UsageError("take one of the models first")
        return self.session

    @property
    def chosen(self) -> Chosen:
        """Model, table and session; UsageError while a model is still to be taken."""
        session = self.taken
        return Chosen(session.model, self.table or session.table(self.requirements), session)


class Conversation:
    """The machine, the answers and what was said to them."""

    def __init__(
        self, answers: Answers, probe: Callable[[], HardwareProfile], probed: HardwareProfile | None = None
    ) -> None:
        self.answers = answers
        self.probe = probe
        self.probed = probed
        """This machine, once it is known."""
        self.reply: Reply | None = None
        self.marked: list[Plan] = []
        """What is to be compared, in the order it was marked."""
        self._sessions: dict[tuple[str, ...], Session] = {}
        self._suggested: OrderedDict[Answers, Reply] = OrderedDict()
        self._lock = Lock()

    def mark(self, plan: Plan) -> None:
        """Mark *plan* to be compared, or take its mark away; UsageError for one too many."""
        if plan in self.marked:
            self.marked.remove(plan)
        elif len(self.marked) == MOST_MARKED:
            raise UsageError(f"{MOST_MARKED} are marked already: take one mark away with space first")
        else:
            self.marked.append(plan)

    def read_machine(self) -> HardwareProfile:
        """This machine, probed now; ProbeError when the probe itself breaks."""
        try:
            found = self.probe()
        except Exception as error:  # whatever breaks in a probe, another machine can still be named
            raise ProbeError(f"this machine could not be read: {error}; name one instead") from error
        self.know(found)
        return found

    def know(self, profile: HardwareProfile) -> None:
        """Take *profile* as this machine; what was computed for the old one is forgotten."""
        self.probed = profile
        self.forget()

    def forget(self) -> None:
        """What was computed: something was measured since."""
        self.reply = None
        self._sessions.clear()
        self._suggested.clear()

    def machine(self, answers: Answers) -> HardwareProfile:
        """The machine asked about: a named one, or this one, with what the user states put over it."""
        overrides = Overrides(
            ram=answers.ram.strip() or None,
            vram=answers.vram.strip() or None,
            bandwidth=answers.bandwidth.strip() or None,
        )
        if answers.hardware.strip():
            return resolve_hardware(_typed(answers.hardware), overrides)
        if self.probed is None:
            raise ProbeError("this machine is not known yet: wait for the probe, or name a machine")
        if overrides == Overrides():
            return self.probed
        from advisor.documents.plain import plain

        return resolve_hardware(plain(self.probed), overrides)

    def model(self, answers: Answers) -> ModelProfile | None:
        """The model asked about; None when one is to be suggested."""
        return resolve_model(_typed(answers.model)) if answers.model.strip() else None

    def ask(self, answers: Answers, cancelled: Callable[[], bool] = lambda: False) -> Reply:
        """The whole answer; raises AdvisorError for what cannot be understood, Cancelled between two models
        once *cancelled* says so."""
        if answers in self._suggested:
            return self._suggested[answers]
        known = self._session(answers)
        hardware = known.hardware if known else self.machine(answers)
        need = requirements(answers, known.model if known else None)
        if known is None:
            suggestion = recommend(need, hardware, cancelled=cancelled)
            return self._keep(Reply(answers, hardware, None, need, None, suggestion))
        return Reply(answers, hardware, known.model, need, known)

    def _keep(self, reply: Reply) -> Reply:
        self._suggested[reply.answers] = reply
        while len(self._suggested) > SUGGESTED:
            self._suggested.popitem(last=False)
        return reply

    def at_fault(self, answers: Answers, error: Exception) -> str:
        """Which answer *error* is about: machine, model, or the field it names; '' for none of them."""
        for name, read in (("machine", self.machine), ("model", self.model)):
            try:
                read(answers)
            except AdvisorError:
                return name
        return FIELD_OF.get(getattr(error, "field", ""), "")

    def startable(self, reply: Reply, plan: Plan, file: Path | None) -> Deployment:
        """How *plan* is started: on *file* where that lies here, else as it stands."""
        if file is not None:
            named = self.ask(replace(reply.answers, model=plan.model))
            chosen = named.taken.deploy(named.requirements, plan)
            if chosen is not None:
                model = replace(chosen.model, file_path=str(file.resolve()), fixed_scheme=plan.scheme)
                return deployment(chosen._replace(model=model))
        if plan.deployment is None:
            raise UsageError(f"no command line is known for {plan.engine}")
        return plan.deployment

    def ask_unless(
        self, answers: Answers, cancelled: Callable[[], bool], wanted: Wanted = "document"
    ) -> Reply | None:
        """`ask`, one at a time, with what is *wanted* of it; None when a newer question came before."""
        with self._lock, suppress(Cancelled):
            if not cancelled():
                return self.ask(answers, cancelled).having(wanted)
        return None

    def tabulate(self, reply: Reply) -> None:
        """The table of *reply* before it is looked at, unless something else is asked meanwhile."""
        with self._lock:
            if reply.answers == self.answers:
                reply.having("table")

    def _session(self, answers: Answers) -> Session | None:
        """The session of this machine and model; None without a model."""
        key = (answers.hardware, answers.ram, answers.vram, answers.bandwidth, answers.model.strip())
        if key not in self._sessions:
            model = self.model(answers)
            if model is None:
                return None
            self._sessions[key] = session(self.machine(answers), model)
        return self._sessions[key]


def _typed(name: str) -> str:
    """What is meant: no shell stands between the field and the resolver to read a ~."""
    return os.path.expanduser(name.strip())


def evidence(reply: Reply, row: Row | Plan) -> dict[str, Any]:
    """The terms behind a row or a plan, by section; {} for one that was ruled out beforehand."""
    need = reply.requirements
    if isinstance(row, Plan):
        model = resolve_model(row.model) if reply.session is None else reply.session.model
        return dict(explain(row, reply.hardware, model, need)["sections"])
    session = reply.taken
    plan = session.plan(need, row)
    return {} if plan is None else dict(explain(plan, reply.hardware, session.model, need)["sections"])
