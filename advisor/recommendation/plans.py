"""A judged candidate as a plan people can act on: commands, file, reasons, ways to win accuracy back."""

from __future__ import annotations

from dataclasses import replace

from advisor.deploy.chosen import Chosen
from advisor.deploy.commands import expected_file_name, make_command, run_command
from advisor.deploy.published import published
from advisor.deploy.recovery import options
from advisor.documents.recommendation import ExpectedFile, Plan, Recovery
from advisor.documents.requirements import Requirements
from advisor.engines import facts
from advisor.prediction.accuracy.native import is_native
from advisor.recommendation.judge import Judged
from advisor.recommendation.scores import expected_scores

_LOSS_WORTH_RECOVERING_PCT = 1.0
"""Below one percent a benchmark's own sampling error (0.3-1.5 points,
see measurements/accuracy) hides the loss.
"""


def make_plan(judged: Judged, requirements: Requirements, why: tuple[str, ...] = ()) -> Plan:
    """The document of one plan, with everything predicted of it."""
    case, outcome = judged.case, judged.outcome
    deploy = deploy_plan(judged)
    scores, score_note = expected_scores(case.model, requirements, outcome)
    return Plan(
        model=case.model.name,
        scheme=case.scheme.name,
        engine=case.engine,
        backend=case.backend,
        imatrix=case.imatrix,
        kv_type=case.kv_type,
        context_tokens=case.context_tokens,
        concurrency=case.concurrency,
        predicted=outcome,
        loss_pct=judged.loss,
        loss_upper_pct=judged.loss_upper,
        task_loss_upper_pct=judged.task_loss_upper,
        file=_file(judged),
        make_cost="" if is_native(case.model, case.scheme) else case.scheme.make_cost,
        run_command=run_command(deploy),
        make_command=make_command(deploy),
        why=why,
        expected_scores=scores,
        score_note=score_note,
        recovery=_recovery(judged),
    )


def deploy_plan(judged: Judged) -> Chosen:
    """What the command writers need."""
    case = judged.case
    # Weights in their published format are served from the publisher's own repository, and never made.
    native = is_native(case.model, case.scheme) and not case.scheme.is_gguf
    model = replace(case.model, fixed_scheme=case.scheme.name) if native else case.model
    return Chosen(
        model=model,
        scheme=case.scheme,
        imatrix=case.imatrix,
        engine=case.engine,
        backend=case.backend,
        placement=judged.outcome.placement,
        context_tokens=case.context_tokens,
        concurrency=case.concurrency,
        kv_type=case.kv_type,
        file_name=expected_file_name(case.model, case.scheme, case.imatrix),
        threads=case.hardware.cpu.performance_cores or case.hardware.cpu.physical_cores,
        hardware=case.hardware,
        file_size_bytes=int(judged.outcome.file_size_bytes.value),
        published=published(case.model, case.scheme, facts(case.engine), case.imatrix),
    )


def _file(judged: Judged) -> ExpectedFile:
    case = judged.case
    size = int(judged.outcome.file_size_bytes.value)
    free = case.hardware.disk_free_bytes
    return ExpectedFile(
        name=expected_file_name(case.model, case.scheme, case.imatrix),
        size_bytes=size,
        disk_free_bytes=free,
        fits_disk=None
        if free is None
        else bool(case.model.file_path and case.model.fixed_scheme) or size <= free,
    )


def _recovery(judged: Judged) -> tuple[Recovery, ...]:
    if judged.loss is None or judged.loss.value < _LOSS_WORTH_RECOVERING_PCT:
        return ()
    return tuple(
        Recovery(name=o.name, gain=o.gain_text, cost=o.cost_text, source_url=o.source_url)
        for o in options(
            judged.case.scheme, judged.case.model, imatrix=judged.case.imatrix, kv_type=judged.case.kv_type
        )
    )
