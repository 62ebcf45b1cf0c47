"""Speed of serving engines (vLLM, SGLang, TensorRT-LLM) under a steady number of requests.

The step model of `serving_speed.step` with the coefficients of the artifact, corrected by what was
measured on this device, and with intervals from groups left out of the fit. Requests beyond what memory
holds wait in line: they add to the time to first token and to the request's latency, never to
throughput.
"""

from functools import cache
from math import exp, log
from types import SimpleNamespace
from typing import Any, NamedTuple

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.engines import facts
from advisor.errors import NotMeasuredError
from advisor.prediction.case import MAX_CONCURRENCY, Case, Sized
from advisor.prediction.figures import Speed
from advisor.prediction.own.evidence import Point
from advisor.prediction.own.pooling import own_effect
from advisor.prediction.serving_speed.inputs import (
    arch_group,
    engine_key,
    is_mla,
    link_of,
    serving_engine,
    slots,
    work,
)
from advisor.prediction.serving_speed.measured import Figure, Measured, artifact
from advisor.prediction.serving_speed.result import Flight, steady
from advisor.prediction.serving_speed.shared_experts import each_its_requests, one_reads, unmeasured
from advisor.prediction.serving_speed.step import Kinds, Work, coefficient_keys, sequences_s, under_load
from advisor.sizing.kv_cache import kv_bytes_per_token_read

NORMAL_90 = 1.6449
"""Half width of a normal's 90 % interval in standard deviations."""
_ARRIVALS = "no run measured says how far apart requests arrive: a first token waits for those beside it"
"""Of 2,376 first tokens measured none states it. It is not all of their error: with sources left out they are
off by 41 % for one request and by 30 % for 17 to 64, so front ends differ more."""
_OFF_DEVICE = ("cpu", "split", "experts-on-cpu")


def predict(case: Case, load: Load, sized: Sized) -> Speed:
    """Speed of `load.concurrency` requests kept in flight, each with its prompt and answer.

    Memory holds `placement.max_concurrency` requests of the whole context at once, and more where they are
    shorter. Raises NotMeasuredError without a GPU, for plans that leave weights in main memory, where the
    device's bandwidth or rates are unknown, and where nothing carries the confidence.
    """
    placement = sized.placement
    gpu = _slowest(case.hardware, placement, case.engine)
    tensor, stages = max(1, placement.tensor_parallel), max(1, placement.pipeline_parallel)
    step, body, expert = work(case.model, sized.weights, case.scheme, gpu, tensor, case.engine)
    sharing = placement.data_parallel
    if sharing > 1:
        step = each_its_requests(step, sharing)
    prompt, output = max(1, load.prompt_tokens), max(1, load.output_tokens)
    kinds = _kinds(case, gpu, body, expert)
    room = _room(case, placement, case.depth_tokens + prompt + output)
    wanted = load.concurrency
    if wanted == MAX_CONCURRENCY:
        most = placement.replicas * slots(case.engine, _installed(case), gpu)
        wanted = min(room, most) if room else 1
    held = max(1, min(wanted, room or wanted))
    kv_bytes = kv_bytes_per_token_read(case.model, case.depth_tokens + prompt + output // 2, case.kv_type)
    c = _coefficients(kinds)
    # Stages and replicas work on different requests at the same time: each sees its share of the batch.
    share = max(1.0, held / (stages * placement.replicas))
    found = under_load(share, float(prompt), float(output), kv_bytes, step, c)
    if sharing > 1:
        found = one_reads(found, float(prompt), step, c)
    family = expert if case.model.is_moe else body
    measured = Measured(gpu, tensor * stages * sharing, case.model, family, serving_engine(case.engine))
    estimates = _Estimates(case, _point(case, step, family), measured, held, wanted)
    about = estimates.of
    steadily = steady(
        about(found.ttft_s, "first"),
        about(found.tpot_s, "token"),
        about(found.service_s, "load"),
        estimates._replace(held=1, wanted=1).of(found.prompt_s, "first").dividing(prompt),
        Flight(held=held, wanted=wanted, output_tokens=output, unfilled=found.unfilled),
        {**_terms(step, c, kv_bytes, share), **_times(found, measured)},
    )
    return unmeasured(steadily) if sharing > 1 else steadily


class _Estimates(NamedTuple):
    """What the measurements and the rows of this machine make of a modelled time."""

    case: Case
    point: Point
    measured: Measured
    held: int
    wanted: int

    def of(self, seconds: float, figure: Figure) -> Estimate:
        """The time with its interval and basis."""
        case, measured = self.case, self.measured
        evidence = measured.evidence
        if self.held < self.wanted:
            evidence = (*evidence, f"memory holds {self.held} of {self.wanted} requests; the others wait")
        if figure == "first" and self.held > 1:
            evidence = (*evidence, _ARRIVALS)
        value = seconds * exp(measured.effect(figure))
        factor = measured.factor(figure, self.held, case.confidence)
        effect = own_effect(case.own, case.engine, "prefill" if figure == "first" else "decode", self.point)
        if effect is None:
            return Estimate.of((value, value / factor, value * factor), measured.basis, evidence)
        share = measured.machine_share(figure)
        prior = (log(measured.factor(figure, self.held, 0.9)) / NORMAL_90) ** 2 * share
        weight = prior / (prior + effect.sd**2 / effect.rows)
        value *= exp(-weight * effect.log_ratio)
        factor **= (1.0 - weight * share) ** 0.5
        told = f"{effect.rows} rows measured on this machine, trusted {weight:.0%}"
        return Estimate.of((value, value / factor, value * factor), "measured-here", (told, *evidence))


def point_of(case: Case, sized: Sized) -> Point:
    """The configuration as own measurements know it. Raises NotMeasuredError as `predict`."""
    gpu = _slowest(case.hardware, sized.placement, case.engine)
    step, body, expert = work(case.model, sized.weights, case.scheme, gpu, 1, case.engine)
    return _point(case, step, expert if case.model.is_moe else body)


def _point(case: Case, step: Work, family: str) -> Point:
    read = step.body_bytes + step.expert_bytes * step.expert_share + step.head_bytes
    return Point(family, log(read), case.model.is_moe, f"{case.model.known_as}|{case.scheme.name}")


def _slowest(device: HardwareProfile, placement: Placement, engine: str) -> Gpu:
    if not device.gpus:
        raise NotMeasuredError(f"no speed of {engine} was measured without a GPU; use llama.cpp")
    if placement.kind in _OFF_DEVICE:
        raise NotMeasuredError(
            f"no speed of {engine} was measured with weights in main memory; use llama.cpp"
        )
    return min(device.gpus, key=lambda gpu: gpu.bandwidth_bytes_per_s or 0.0)


def _installed(case: Case) -> str:
    """The engine's version on the machine, '' when it is not known."""
    return next((e.version for e in case.hardware.engines if e.name == case.engine and e.version), "")


def _kinds(case: Case, gpu: Gpu, body: str, expert: str) -> Kinds:
    return Kinds(
        engine=engine_key(case.engine, _installed(case)),
        body=body,
        expert=expert,
        arch=arch_group(gpu),
        link=link_of(gpu),
        latent=is_mla(case.model),
        alone=facts(case.engine).own_kernels,
        moe=case.model.is_moe,
    )


def _room(case: Case, placement: Placement, tokens: int) -> int:
    """Requests of *tokens* that memory holds; 0 when that is not known. A paged cache holds what requests
    use, not what they may use."""
    held = placement.max_concurrency or 0
    if held and facts(case.engine).paged and tokens < case.context_tokens:
        return held * case.context_tokens // tokens
    return held


@cache
def _coefficients(kinds: Kinds) -> SimpleNamespace:
    fitted: dict[str, float] = artifact()["coefficients"]
    return SimpleNamespace(
        **{
            name: exp(sum(fitted.get(key, 0.0) for key in keys))
            for name, keys in coefficient_keys(kinds).items()
        }
    )


def _terms(w: Work, c: SimpleNamespace, kv_bytes: float, batch: float) -> dict[str, Any]:
    """The parts of a step in milliseconds."""
    body = w.body_bytes / (w.n * w.bandwidth * c.body_read)
    head = w.head_bytes / (w.n * w.bandwidth * c.head_read)
    touched = 1 - (1 - w.expert_share) ** batch
    experts = w.expert_bytes * touched / (w.n * w.bandwidth * c.expert_read)
    multiplied = w.body_params / (w.n * w.body_rate * c.body_math)
    multiplied += w.expert_params * w.expert_share / (w.n * w.expert_rate * c.expert_math)
    return {
        "weights_read_ms": 1e3 * (body + head),
        "experts_read_ms": 1e3 * experts,
        "arithmetic_ms": 1e3 * 2 * batch * multiplied,
        "kv_cache_read_ms": 1e3 * batch * kv_bytes / (w.cache_split * w.bandwidth * c.kv_read),
        "overhead_ms": 1e3 * (w.n_layers * c.layer_s + c.step_s + sequences_s(batch, c)),
    }


def _times(found: SimpleNamespace, measured: Measured) -> dict[str, Any]:
    return {
        "step_ms": 1e3 * found.step_s,
        "tpot_ms": 1e3 * found.tpot_s,
        "prompt_ms": 1e3 * found.prompt_s,
        "device_correction": exp(measured.effect("token")),
    }
