"""A measured row -> the work of the formula: sizes from the scheme, lengths and settings from the columns."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache

from advisor.catalog.models import match_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.errors import AdvisorError
from advisor.prediction.local_speed.inputs import (
    attention_flops,
    is_hybrid,
    kernel_family,
    mean_depth,
    n_layers,
    per_token,
)
from advisor.prediction.local_speed.plan import prompt_work
from advisor.prediction.local_speed.split import Part, Totals, experts_part, layers_part, shares
from advisor.prediction.local_speed.work import LOCALSCORE_MIXES, Device, Work, phase_of, written_together
from advisor.sizing.context_params import UBATCH_TOKENS
from advisor.sizing.kv_cache import kv_bytes_per_token_read
from advisor.sizing.weights import Weights, weigh
from advisor.training.data.tables import Record

GIB = 2**30
NOBODY_SAYS = "part of the model ran on the CPU, nobody says how much"
USUAL_PROMPT, USUAL_ANSWER = 512.0, 128.0
"""llama-bench's default lengths (tools/llama-bench/README.md), where a source states none."""
_MIX = re.compile(r"^(mix[- ]|smol-)|([- ](mix|custom|like|pure|uniform)|\(.*\))", re.I)
_EXPERTS = re.compile(r"experts(?: (\d*)-(\d*))?$")


def model_of(record: Record) -> ModelProfile:
    """The catalogue's model, or one of which only the counts are known."""
    told = record["model"]
    active_b = record["active_params_b"] if record["active_params_b"] > 0 else record["params_b"]
    return _model(record["model_name"] or told, told, record["params_b"], active_b)


@cache
def _model(name: str, told: str, params_b: float, active_b: float) -> ModelProfile:
    n_params, n_active = int(params_b * 1e9), int(active_b * 1e9)
    bare = ModelProfile(name=told, source="user", n_params=n_params, n_active_params=n_active)
    return match_model(name, params_b) or bare


def work_of(
    record: Record, model: ModelProfile, device: Device, host: Device | None, engine: str
) -> Work | str:
    """The work of *record* on *device*, with the part of *host*, or why it is not known."""
    sizes = _sizes(record, model)
    if isinstance(sizes, str):
        return sizes
    weights, held, read, active = sizes
    averaged = "mixed_prompts" in record["flags"].split(";")
    prompt, depth = _lengths(record, averaged)
    kv_type = "q8_0" if "kv_quantized" in record["flags"].split(";") else "f16"
    totals = Totals(read, held, active, n_layers(model), kv_bytes_per_token_read(model, int(depth), kv_type))
    moved = _moved(record, weights, totals, device)
    if isinstance(moved, str):
        return moved
    if moved.held and (host is None or host.kind != "cpu"):
        return "part of the model ran on a CPU that nobody names"
    work = Work(
        shares=shares(totals, [(device, 1.0)], host, moved),
        engine=engine,
        family=kernel_family(base_scheme(record)),
        active_share=min(1.0, read / held) if _is_moe(record, model) else 1.0,
        attention_flops=attention_flops(model, depth),
        prompt_tokens=prompt,
        batch=_or(record["ubatch"], float(UBATCH_TOKENS)),
        flash_attn=None if record["flash_attn"] != record["flash_attn"] else bool(record["flash_attn"]),
        n_devices=int(record["n_devices"]),
        averaged=averaged,
        kv_type=kv_type,
        hybrid=is_hybrid(model),
        latent=bool(model.mla_kv_lora_rank),
        experts_used=float(model.n_experts_used or 0),
        experts=float(model.n_experts or 0),
    )
    if record["phase"] == "decode":
        work = written_together(work, max(1.0, _or(record["concurrency"], 1.0)))
        if phase_of(work) == "decode":
            return work
    return prompt_work(work, None)


def base_scheme(record: Record) -> str:
    """The scheme's name without what its maker calls the mix."""
    named = record["scheme_name"] or record["scheme"]
    return _MIX.sub("", str(named).split("/")[-1]).strip() or str(named)


def _is_moe(record: Record, model: ModelProfile) -> bool:
    return bool(record["arch"] == "moe" or model.is_moe)


def _lengths(record: Record, averaged: bool) -> tuple[float, float]:
    """(prompt tokens, mean depth of the cache) of the row's phase."""
    prompt = _or(record["prompt_tokens"], USUAL_PROMPT)
    if averaged:
        prompt = sum(p for p, _ in LOCALSCORE_MIXES) / len(LOCALSCORE_MIXES)
    depth = _or(record["depth"], 0.0)
    if record["phase"] == "decode":
        return prompt, mean_depth(averaged, depth, _or(record["gen_tokens"], USUAL_ANSWER))
    return prompt, depth + prompt / 2


def _sizes(record: Record, model: ModelProfile) -> tuple[Weights | None, float, float, float] | str:
    """(weights, bytes held, bytes read, parameters used) or why they are not known."""
    weights = _weights(model, base_scheme(record), record["engine"])
    file_bytes = record["file_gib"] * GIB if record["file_gib"] == record["file_gib"] else None
    if weights is None and file_bytes is None:
        file_bytes = _nominal_bytes(record)
        if file_bytes is None:
            return "scheme of unknown size"
    held, read, active = per_token(model, weights, file_bytes)
    if _is_moe(record, model) and model.source != "catalogue":
        stated = record["active_params_b"]
        if not 0 < stated < record["params_b"]:
            return "mixture of experts of unknown active share"
        read, active = held * stated / record["params_b"], stated * 1e9
    return weights, held, read, active


def _moved(record: Record, weights: Weights | None, totals: Totals, device: Device) -> Part | str:
    """What the processor does of a model on a card."""
    if device.kind == "cpu":
        return Part()
    layers, where = int(totals.layers), record["on_cpu"]
    active_share = totals.read_bytes / totals.held_bytes
    found = _EXPERTS.match(where)
    if found and weights is not None:
        first, last = int(found[1] or 0), int(found[2] or layers - 1)
        return experts_part(weights, range(first, last + 1), totals.layers, active_share)
    if where:
        return NOBODY_SAYS
    ngl = record["ngl"]
    if not ngl.isdigit() or int(ngl) >= layers:
        return Part() if ngl.isdigit() or not ngl else NOBODY_SAYS
    if weights is None or int(ngl) == 0:
        return NOBODY_SAYS
    return layers_part(weights, int(ngl), layers, active_share)


@cache
def _scheme(scheme: str, engine: str) -> SchemeProfile | None:
    with suppress(AdvisorError):
        return find_scheme(scheme, engine)
    return None


@cache
def _weights(model: ModelProfile, scheme: str, engine: str) -> Weights | None:
    found = _scheme(scheme, engine)
    with suppress(AdvisorError):
        return weigh(model, found) if found else None
    return None


def _nominal_bytes(record: Record) -> float | None:
    """Parameters x bits per weight, for mixes whose exact types nobody published."""
    found = _scheme(base_scheme(record), record["engine"])
    bits = found and (found.bpw or found.weight_bits)
    return float(record["params_b"] * 1e9 * bits / 8) if bits else None


def _or(value: float, default: float) -> float:
    return value if value == value else default
