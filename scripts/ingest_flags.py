"""Short flags for what the sources' remarks say; predictors act on flags, never on prose."""

from __future__ import annotations

import re

import pandas as pd

_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "speed_local": (
        (r"OUTLIER|source-balanced median|unexplained: spill|spread by more than", "outlier"),
        (r"figure not re-found", "not_refound"),
        (r"deep context", "deep_context"),
        (r"launch-overhead bound", "overhead_bound"),
        (r"core-bound|few-thread row", "core_bound"),
        (r"multi-device without tensor parallel gain", "no_parallel_gain"),
        (r"llama-benchy c\d aggregate|total t/s over concurrent", "aggregate_rate"),
        (r"host/CPU offload|partial CPU offload|reads as full offload", "offloaded"),
        (r"CPU spill|model larger than VRAM|accel_only", "spilled_to_ram"),
        (r"average over 9 prompt/gen mixes", "mixed_prompts"),
        (r"ngl not recorded", "offload_presumed"),
        (r"RPC \d+ nodes|multi-node", "multi_node"),
        (r"API overhead", "api_overhead"),
        (r"\bPR \d* ?column|This PR", "patched_build"),
        (r"nominal bpw is wrong", "bpw_mismatch"),
        (r"bandwidth bound \(", "above_bandwidth"),
        (r"kv=(q\d|fp8)|type_k=q", "kv_quantized"),
    ),
    "speed_serving": (
        (r"PER GPU", "per_gpu_rate"),
        (r"n_devices=\d+ is inferred", "devices_inferred"),
        (r"n_devices missing", "devices_unknown"),
        (r"divided over the batch", "batch_divided"),
        (r"handed to the engine at once|all requests queued", "queued_at_once"),
        (r"open-loop Poisson", "open_loop"),
        (r"fp\d+ compute peak", "above_compute"),
        (r"launch-overhead bound", "overhead_bound"),
        (r"engine overhead", "engine_overhead"),
        (r"multi-device without tensor parallel gain", "no_parallel_gain"),
        (r"core-bound", "core_bound"),
        (r"precision=fp4 in the source", "label_conflict"),
        (r"speculative decoding", "speculative"),
        (r"\(prompt \+ generated tokens\)/time|whether the rate counts prompt", "counts_prompt_tokens"),
    ),
    "accuracy": (
        (r"collapsed", "collapsed"),
        (r"destroyed model", "destroyed"),
        (r"reference is itself a quant|reference is Q8_0|reference (iq|q)\d", "quantized_reference"),
        (r"variant \(instruct/base\) not stated|variant not stated", "variant_unknown"),
        (r"group_size is empty|group_size empty|group size not stated", "group_size_unknown"),
        (r"lm-head also quantised|lm-head quantised|quanted-lm-head|lm-head \(", "lm_head_quantized"),
        (r"fine-tuned model", "fine_tuned"),
        (r"only MLP experts", "partial_recipe"),
        (r"same key and value twice", "duplicate"),
        (r"method gptq / 4 bits not established|unreliable baselines", "label_conflict"),
        (r"164 items|277 items|\b\d{2} samples per task", "small_sample"),
        (r"\bpure\b", "pure"),
        (r"overlaps imatrix text", "calibration_overlap"),
        (r"QAT", "qat"),
        (r"qdq fake", "fake_quantized"),
        (r"AutoRound v|GGUF by AutoRound|GGUF by optimised RTN|fake format", "tuned_weights"),
        (r"KV-cache effect only", "kv_only"),
        (r"vendor-measured", "vendor_reported"),
    ),
}

_BY_SOURCE: dict[str, tuple[str, ...]] = {
    "localmaxxing_llmfit": ("single_run",),
    "lotto_4x3090": ("power_limited",),
    "maxhbr": ("backend_unknown",),
    "yrougy_llm_quant_bench": ("kv_quantized",),
    "chimeraforge_tr125": ("small_sample",),
    "edge_llm_bench": ("small_sample",),
    "adimyth_llama31_8b": ("small_sample", "not_refound"),
    "brevitas_gguf": ("not_refound",),
}


def add_flags(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column `flags`: the flags of notes, audit and source, sorted, joined by ';'."""
    rules = [(re.compile(pattern), flag) for pattern, flag in _RULES.get(kind, ())]
    flags = []
    for source, notes, audit in zip(frame["source_id"], frame["notes"], frame["audit"], strict=True):
        # Sentences that begin "mended:" describe what the transcription already put right.
        doubts = "; ".join(part for part in audit.split("; ") if not part.startswith("mended:"))
        found = {flag for pattern, flag in rules if pattern.search(notes) or pattern.search(doubts)}
        flags.append(";".join(sorted(found | set(_BY_SOURCE.get(source, ())))))
    return frame.assign(flags=flags)
