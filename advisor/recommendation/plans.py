"""A judged candidate as a plan people can act on: commands, file, reasons, ways to win accuracy back."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.ready import published
from advisor.deploy.chosen import Chosen
from advisor.deploy.commands import deployment, expected_file_name, make_command, run_text
from advisor.documents.outcome import Estimate
from advisor.documents.recommendation import ExpectedFile, Plan, Recovery
from advisor.documents.requirements import Requirements
from advisor.engines import facts
from advisor.prediction.accuracy.native import is_native
from advisor.prediction.case import Sized
from advisor.prediction.speed import speed
from advisor.prediction.weighing import weigh_case
from advisor.recommendation.judge import Judged
from advisor.recommendation.making import making
from advisor.recommendation.quality import expected_quality
from advisor.recommendation.scores import expected_scores

_LOSS_WORTH_RECOVERING_PCT = 1.0
"""Below one percent a benchmark's own sampling error (0.3-1.5 points,
see measurements/accuracy) hides the loss.
"""


def make_plan(judged: Judged, requirements: Requirements, why: tuple[str, ...] = ()) -> Plan:
    """The document of one plan, with everything predicted of it."""
    case, outcome = judged.case, judged.outcome
    chosen = deploy_plan(judged)
    start = deployment(chosen)
    quality = expected_quality(case.model, outcome, requirements)
    scores, score_note = expected_scores(case.model, requirements, outcome)
    return Plan(
        model=case.model.name,
        licence=case.model.licence,
        released=case.model.release,
        quality_pct=None if quality is None else 100 * quality,
        scheme=case.scheme.name,
        engine=case.engine,
        backend=case.backend,
        imatrix=case.imatrix,
        kv_type=case.kv_type,
        context_tokens=case.context_tokens,
        concurrency=case.concurrency,
        max_context_tokens=_largest_context(judged),
        full_context_ttft_s=_full_context_ttft(judged),
        predicted=outcome,
        loss_pct=judged.loss,
        loss_upper_pct=judged.loss_upper,
        task_loss_upper_pct=judged.task_loss_upper,
        file=_file(judged),
        make_cost=making(case).words,
        deployment=start,
        run_command=run_text(start),
        make_command=make_command(chosen),
        why=why,
        expected_scores=scores,
        score_note=score_note,
        recovery=_recovery(judged),
    )


def _largest_context(judged: Judged) -> int | None:
    placement, reads = judged.outcome.placement, judged.case.model.context_length
    fits = placement.max_context_tokens if placement else None
    return fits if fits is None or reads is None else min(fits, reads)


def _full_context_ttft(judged: Judged) -> Estimate | None:
    """Time to the first token of one request whose prompt fills the context; None where that is no
    longer than the requests asked for."""
    case, outcome = judged.case, judged.outcome
    longest = max(case.loads, key=lambda load: load.prompt_tokens)
    prompt = case.context_tokens - longest.output_tokens
    if outcome.placement is None or not outcome.placement.fits or prompt <= longest.prompt_tokens:
        return outcome.time_to_first_token_s
    full = case._replace(loads=(replace(longest, prompt_tokens=prompt, weight=1.0),))
    weights = weigh_case(case)
    return speed(full, Sized(weights=weights, placement=outcome.placement)).time_to_first_token_s


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
        published=published(case.model, case.scheme, facts(case.engine), case.imatrix, case.backend),
        images=case.images,
    )


def _file(judged: Judged) -> ExpectedFile:
    case = judged.case
    size = int(judged.outcome.file_size_bytes.value)
    free = case.hardware.disk_free_bytes
    return ExpectedFile(
        name=expected_file_name(case.model, case.scheme, case.imatrix),
        size_bytes=size,
        publisher=_publisher(judged),
        disk_free_bytes=free,
        fits_disk=None
        if free is None
        else bool(case.model.file_path and case.model.fixed_scheme) or size <= free,
    )


def _publisher(judged: Judged) -> str | None:
    case = judged.case
    ready = published(case.model, case.scheme, facts(case.engine), case.imatrix, case.backend)
    if ready is None or ready.size is None or ready.size.basis != "exact":
        return None
    return ready.repository.partition("/")[0]


def _recovery(judged: Judged) -> tuple[Recovery, ...]:
    if judged.loss is None or judged.loss.value < _LOSS_WORTH_RECOVERING_PCT:
        return ()
    from advisor.deploy.recovery import options  # deferred: most plans lose less

    return tuple(
        Recovery(name=o.name, gain=o.gain_text, cost=o.cost_text, source_url=o.source_url)
        for o in options(
            judged.case.scheme, judged.case.model, imatrix=judged.case.imatrix, kv_type=judged.case.kv_type
        )
    )
