"""Speed of serving engines (vLLM, SGLang, TensorRT-LLM) under a steady number of requests.

The step model of `serving_speed.step` with the coefficients of the artifact, corrected by what was
measured on this device, and with intervals from groups left out of the fit. Requests beyond what memory
holds wait in line: they add to the time to first token and to the request's latency, never to
throughput.
"""

from __future__ import annotations

from functools import cache
from math import exp
from types import SimpleNamespace

from advisor.documents.hardware import Gpu, HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate, Placement
from advisor.documents.requirements import Load
from advisor.errors import NotMeasuredError
from advisor.prediction.artifacts import load as load_artifact
from advisor.prediction.case import Case, Sized
from advisor.prediction.figures import Speed
from advisor.prediction.serving_speed.inputs import arch_group, engine_key, is_mla, link_of, work
from advisor.prediction.serving_speed.result import Flight, steady
from advisor.prediction.serving_speed.step import coefficient_keys, under_load
from advisor.sizing.kv_cache import kv_bytes_per_token_read

_OFF_DEVICE = ("cpu", "split", "experts-on-cpu")
BUSY = 4
"""From more than this many requests in flight on, intervals are those of a busy server."""


def artifact() -> dict:
    """The fitted document. Raises NotMeasuredError when the installation has none."""
    return load_artifact("serving_speed")


def predict(case: Case, load: Load, sized: Sized) -> Speed:
    """Speed of `load.concurrency` requests kept in flight, each with its prompt and answer.

    Memory holds `placement.max_concurrency` of them at once. Raises NotMeasuredError without a GPU, for
    plans that leave weights in main memory, and where the device's bandwidth or rates are unknown.
    """
    model, placement, concurrency = case.model, sized.placement, load.concurrency
    gpu = _slowest(case.hardware, placement, case.engine)
    tensor = max(1, placement.tensor_parallel)
    stages = max(1, placement.pipeline_parallel)
    step, body, expert = work(model, sized.weights, case.scheme, gpu, tensor, case.engine)
    held = max(1, min(concurrency, placement.max_concurrency or concurrency))
    prompt, output = max(1, load.prompt_tokens), max(1, load.output_tokens)
    kv_bytes = kv_bytes_per_token_read(model, case.depth_tokens + prompt + output // 2, case.kv_type)
    installed = next((e.version for e in case.hardware.engines if e.name == case.engine and e.version), "")
    generation = engine_key(case.engine, installed)
    c = _coefficients(generation, body, expert, arch_group(gpu), link_of(gpu), is_mla(model), model.is_moe)
    # Pipeline stages work on different requests at the same time: each sees its share of the batch.
    share = max(1.0, held / stages)
    found = under_load(share, float(prompt), float(output), kv_bytes, step, c)
    known = _Known(gpu, model, expert if model.is_moe else body, case.engine, tensor * stages)
    tpot = found.tpot_s * exp(known.effect("decode"))
    ttft = found.ttft_s * exp(known.effect("ttft"))
    busy = "busy" if held > BUSY else "calm"
    evidence = known.evidence
    if held < concurrency:
        evidence = (*evidence, f"memory holds {held} of {concurrency} requests; the others wait")

    def about(value: float, metric: str) -> Estimate:
        low, high = known.factors(metric, busy, case.confidence)
        return Estimate(value=value, low=value * low, high=value * high, basis=known.basis, evidence=evidence)

    alone = about(found.prompt_s * exp(known.effect("ttft")), "ttft")
    return steady(
        about(ttft, "ttft"),
        about(tpot, "decode"),
        alone.dividing(prompt),
        Flight(held=held, wanted=concurrency, output_tokens=output),
        _terms(found, step, c, kv_bytes, share, known),
    )


def _slowest(device: HardwareProfile, placement: Placement, engine: str) -> Gpu:
    if not device.gpus:
        raise NotMeasuredError(f"no speed of {engine} was measured without a GPU; use llama.cpp")
    if placement.kind in _OFF_DEVICE:
        raise NotMeasuredError(
            f"no speed of {engine} was measured with weights in main memory; use llama.cpp"
        )
    return min(device.gpus, key=lambda gpu: gpu.bandwidth_bytes_per_s or 0.0)


@cache
def _coefficients(*about) -> SimpleNamespace:
    fitted = artifact()["coefficients"]
    return SimpleNamespace(
        **{
            name: exp(sum(fitted.get(key, 0.0) for key in keys))
            for name, keys in coefficient_keys(*about).items()
        }
    )


class _Known:
    """What the measurements say about this device, model and scheme: corrections, basis, intervals."""

    def __init__(self, gpu: Gpu, model: ModelProfile, family: str, engine: str, devices: int) -> None:
        document = artifact()
        self._document = document
        self.device = gpu.catalog_name or gpu.name
        self.key = f"{self.device}|{devices}|{model.known_as}|{family}|{engine}"
        counts = document["counts"]
        rows, sources = counts["device"].get(self.device, (0, 0))
        kernel_rows, kernel_sources = counts["family"].get(f"{engine}|{family}", (0, 0))
        exact = counts["config"].get(self.key)
        self._device_known = rows > 0
        lines = [
            f"{rows} figures from {sources} sources on {self.device}"
            if rows
            else f"{self.device} was not measured: read from its specifications",
            f"{kernel_rows} figures of {family} kernels in {engine} from {kernel_sources} sources",
        ]
        if exact:
            self.basis = "measured"
            lines.insert(0, f"{exact[0]} figures of this device, model and scheme from {', '.join(exact[1])}")
        elif rows >= 30 and kernel_rows >= 30:
            self.basis = "interpolated"
        else:
            self.basis = "extrapolated"
        self.evidence = tuple(lines)

    def effect(self, metric: str) -> float:
        """Logarithm of measured over modelled on this device and in this configuration."""
        effects = self._document["effects"][metric]
        return effects["all"] + effects["device"].get(self.device, 0.0) + effects["config"].get(self.key, 0.0)

    def factors(self, metric: str, busy: str, confidence: float) -> tuple[float, float]:
        """(low, high) factors of a time at *confidence*."""
        stratum = "known" if self._device_known else "unknown"
        table = self._document["intervals"][f"{metric}|{stratum}|{busy}"]
        levels = self._document["levels"]
        half = _interpolated(levels, table, confidence)
        if self.basis == "extrapolated":
            half *= self._document["extrapolation"]
        return exp(-half), exp(half)


def _interpolated(levels: list[float], values: list[float], at: float) -> float:
    if at <= levels[0]:
        return values[0] * at / levels[0]
    for (low, small), (high, large) in zip(
        zip(levels, values, strict=True),
        zip(levels[1:], values[1:], strict=True),
        strict=False,
    ):
        if at <= high:
            return small + (large - small) * (at - low) / (high - low)
    return values[-1] * (1.0 - levels[-1]) / max(1.0 - at, 1e-6)


def _terms(found, load, c, kv_bytes: float, batch: float, known: _Known) -> dict[str, float | str]:
    body_read = load.body_bytes / (load.n * load.bandwidth * c.body_read)
    return {
        "weights_read_ms": 1e3 * (body_read + load.head_bytes / (load.n * load.bandwidth * c.head_read)),
        "experts_read_ms": 1e3
        * load.expert_bytes
        * (1 - (1 - load.expert_share) ** batch)
        / (load.n * load.bandwidth * c.expert_read),
        "arithmetic_ms": 1e3
        * 2
        * batch
        * (
            load.body_params / (load.n * load.body_rate * c.body_math)
            + load.expert_params * load.expert_share / (load.n * load.expert_rate * c.expert_math)
        ),
        "kv_cache_read_ms": 1e3 * batch * kv_bytes / (load.cache_split * load.bandwidth * c.kv_read),
        "overhead_ms": 1e3 * (load.n_layers * c.layer_s + c.step_s + batch * c.sequence_s),
        "step_ms": 1e3 * found.step_s,
        "tpot_ms": 1e3 * found.tpot_s,
        "prompt_ms": 1e3 * found.prompt_s,
        "device_correction": exp(known.effect("decode")),
    }
