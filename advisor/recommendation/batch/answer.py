"""A case -> its answer, whatever the case holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from advisor.catalog.schemes.names import short_for
from advisor.catalog.support import why_not
from advisor.documents.files import MOST_LINE
from advisor.documents.hardware import HardwareProfile
from advisor.documents.kinds import TaskCategory, weakest
from advisor.documents.outcome import Estimate, Outcome
from advisor.documents.plain import plain
from advisor.engines import facts
from advisor.errors import AdvisorError, report_crash
from advisor.prediction.case import Case
from advisor.prediction.figures import FIGURES
from advisor.prediction.outcome import predict
from advisor.prediction.own.evidence import NOTHING_OWN, OwnEvidence
from advisor.recommendation.bare_gpu import as_it_ran
from advisor.recommendation.batch.read import NO_MACHINE, read_case, ways

UNEXPECTED = "unexpected"
"""The code of an answer that a defect of the advisor prevented."""
OwnReader = Callable[[HardwareProfile], OwnEvidence]
_SIZES = ("weights_bytes", "file_size_bytes", "memory_bytes")
_DAMAGES = ("perplexity_ratio", "kl_divergence")


def no_own(hardware: HardwareProfile) -> OwnEvidence:
    """Nothing was measured on *hardware*."""
    return NOTHING_OWN


def answer_line(line: str, own: OwnReader = no_own) -> dict[str, Any]:
    """The answer to one JSON line; never raises for anything a line can hold, an empty one included.

    *own* gives what the user measured on a machine.
    """
    if len(line) > MOST_LINE:
        return _error(None, "bad_json", f"the line has more than {MOST_LINE} characters; no case has")
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or a number of thousands of digits
        said = f"not JSON: {error}" if line.strip() else "the line is empty; leave it out"
        return _error(None, "bad_json", said)
    if not isinstance(case, dict):
        return _error(None, "bad_json", f"a case is a JSON object, not {type(case).__name__}")
    return answer_case(case, own)


def answer_case(raw: dict[str, Any], own: OwnReader = no_own) -> dict[str, Any]:
    """`documents.batch.BatchAnswer` of one case as plain values, else `BatchError`."""
    identity = raw.get("id")
    try:
        identity = plain(identity)
        case, mix = read_case(raw)
        short = short_for(str(raw.get("scheme") or ""), case.scheme.name)
        return {"id": identity, **_answer(case._replace(own=own(case.hardware)), mix, short)}
    except AdvisorError as error:
        return _error(identity, error.code, str(error))
    except RecursionError:
        return _error(None, "bad_json", "nested too deeply")
    except Exception as error:  # a defect in one case must not take the answers of the others with it
        return _error(identity, UNEXPECTED, report_crash(error, f"the case {raw!r}"))


def written(answer: dict[str, Any]) -> str:
    """The line a batch writes for *answer*, without its end."""
    return json.dumps(answer, separators=(",", ":"))


def code_of(answer: dict[str, Any]) -> str:
    """The code of a failure, '' of an answer."""
    return str(answer["error"]["code"]) if "error" in answer else ""


def _error(identity: Any, code: str, message: str) -> dict[str, Any]:
    return {"id": identity, "error": {"code": code, "message": message}}


def _answer(case: Case, mix: dict[TaskCategory, float], short: str) -> dict[str, Any]:
    outcome = predict(as_it_ran(case), speed_if_too_large=True)
    supported, notes = _supported(case)
    answer = {"fits": _fits(case, outcome), "supported": supported, **_figures(outcome, mix)}
    notes = [*filter(None, (short,)), *case.model.notes, *case.own.notes, *notes]
    return {**answer, "notes": notes} if notes else answer


def _fits(case: Case, outcome: Outcome) -> bool | None:
    """Whether the plan as it ran fits; None where no memory of the machine is known."""
    placement = outcome.placement
    if case.hardware is NO_MACHINE or placement is None:
        return None
    known = any(device.available_bytes is not None for device in placement.devices)
    return placement.fits if known or not placement.fits else None


def _supported(case: Case) -> tuple[bool | None, list[str]]:
    """Whether the engine runs the scheme there, and why not; the figures of what does not run are those of
    the nearest arithmetic the machine has."""
    if case.hardware is NO_MACHINE:
        return None, []
    if not facts(case.engine).offered:  # an engine that only the measurements know
        return None, []
    if ways(case.scheme, case.engine, case.hardware):
        return True, []
    return False, [why_not(case.scheme, case.hardware, (case.engine,))]


def _figures(outcome: Outcome, mix: dict[TaskCategory, float]) -> dict[str, Any]:
    names = (*_SIZES, *FIGURES, "concurrency", *_DAMAGES)
    figures = {name: figure(getattr(outcome, name)) for name in names}
    return {**figures, "retained_accuracy_pct": figure(mixed(outcome.retained_accuracy_pct, mix))}


def mixed(
    by_category: dict[TaskCategory, Estimate | None], mix: dict[TaskCategory, float]
) -> Estimate | None:
    """The weighted mean over a task's categories; None when one of them was never measured."""
    parts = [(weight, kept) for category, weight in mix.items() if (kept := by_category.get(category))]
    if len(parts) < len(mix):
        return None
    total = sum(mix.values())
    ends = (sum(w * getattr(p, end) for w, p in parts) / total for end in ("value", "low", "high"))
    return Estimate.of(ends, weakest(*(p.basis for _, p in parts)))


def figure(estimate: Estimate | None) -> dict[str, Any] | None:
    """An estimate as the batch writes it."""
    if estimate is None:
        return None
    return {
        "value": plain(float(estimate.value)),
        "low": plain(float(estimate.low)),
        "high": plain(float(estimate.high)),
        "basis": estimate.basis,
    }
