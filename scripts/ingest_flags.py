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
        (r"CPU spill|model larger than VRAM", "spilled_to_ram"),
        (r"PCIe x1\b", "pcie_x1"),
        (r"prefill [\d.]+x the fp", "int8_prefill"),
        (r"average over 9 prompt/gen mixes", "mixed_prompts"),
        (r"source-balanced median of the same device and size class: CPU fallback", "spilled_to_ram"),
        (r"ngl not recorded", "offload_presumed"),
        (r"RPC \d+ nodes|multi-node", "multi_node"),
        (r"API overhead", "api_overhead"),
        (r"\bPR \d* ?column|This PR", "patched_build"),
        (r"nominal bpw is wrong", "bpw_mismatch"),
        (r"bandwidth bound \(", "above_bandwidth"),
        (r"kv=(q\d|fp8)|type_k=q|\bq\d_\d KV\b", "kv_quantized"),
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
        (r"KV-cache effect only", "kv_only"),
        (r"vendor-measured", "vendor_reported"),
    ),
}

_BASELINE_QUANT = re.compile(r"(i?q\d|ud-)", re.I)
_TUNED = re.compile(r"GGUF by|AutoRound\+|Optimized RTN")
_REPACKED = re.compile(r"_(R[48]|X4)\b")

_BY_SOURCE: dict[str, tuple[str, ...]] = {
    "localmaxxing_llmfit": ("single_run",),
    "maxhbr": ("backend_unknown",),
    "gh_llamacpp_4766": ("old_kernels",),
    "iacop_gfx906": ("patched_build",),
    "premai-bench": ("format_unknown",),
    "sglang-issue28": ("hardware_unknown",),
    "yrougy_llm_quant_bench": ("kv_quantized",),
    "chimeraforge_tr125": ("small_sample",),
    "edge_llm_bench": ("small_sample",),
    "oobabooga_benchmark": ("small_sample",),
    "adimyth_llama31_8b": ("not_refound", "small_sample"),
    "brevitas_gguf": ("not_refound",),
    "unsloth_glm53_flash": ("vendor_reported",),
    "unsloth_dynamic2_gemma3": ("vendor_reported",),
    "unsloth_aider_dsv31": ("vendor_reported",),
    "unsloth_qwen35_gguf_bench": ("vendor_reported",),
    "unsloth_qwen36_mlx": ("vendor_reported",),
}
_WORD_PPL = ("inc_docs", "nncf_docs", "torchao_docs", "vllm_blog_ptpc", "executorch_llama")
"""Sources whose WikiText perplexity is per word."""


def _from_columns(kind: str, row: dict[str, str]) -> set[str]:
    """Flags that other columns than notes and audit give."""
    found = set(_BY_SOURCE.get(row["source_id"], ()))
    if _REPACKED.search(row["scheme"]):
        found.add("repacked")
    if "qat" in f"{row['model']} {row['scheme']}".lower():
        found.add("qat")
    if kind == "accuracy":
        if _BASELINE_QUANT.match(row["baseline_precision"]):
            found.add("quantized_reference")
        if row["metric"] == "ppl" and row["source_id"] in _WORD_PPL:
            found.add("word_ppl")
        if row["method"].startswith("gguf") and _TUNED.search(row["notes"]):
            found.add("tuned_weights")
    elif (
        row["ngl"].startswith("partial")
        or "moe" in row["ngl"]
        or "+ EPYC" in row["hardware"]
        or "hybrid" in row["hardware"]
    ):
        found.add("offloaded")
    if row["source_id"] == "lotto_4x3090" and "power cap is not" not in row["audit"]:
        found.add("power_limited")
    return found


def add_flags(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a column `flags`: the flags of notes, audit and source, sorted, joined by ';'."""
    rules = [(re.compile(pattern), flag) for pattern, flag in _RULES.get(kind, ())]
    flags = []
    for row in frame.to_dict("records"):
        # Sentences that begin "mended:" describe what the transcription already put right.
        doubts = "; ".join(part for part in row["audit"].split("; ") if not part.startswith("mended:"))
        found = {flag for pattern, flag in rules if pattern.search(row["notes"]) or pattern.search(doubts)}
        flags.append(";".join(sorted(found | _from_columns(kind, row))))
    return frame.assign(flags=flags)


_FACTS: dict[str, tuple[tuple[str, str], ...]] = {
    "speed_local": (
        (
            "kv_type",
            r"((?:(?<=\bkv=)|(?<=type_k=))(?:q\d(?:_\d)?|fp8|f16|bf16|fp16)|\b(?:q\d_\d|f16)(?= KV\b))",
        ),
        ("gpu_cores", r"accel=Apple[^;]*?(\d+)GPU"),
        ("ubatch", r"(?:\bn_ubatch[= ]|\bubatch[= ]|\bub=)(\d+)"),
        ("context_tokens", r"\bctx=(\d+)"),
        ("power_cap_w", r"power cap (\d+)W"),
        ("topology", r"topology (\w+)"),
    ),
    "speed_serving": (
        ("ttft_ms", r"ttft_(?:p50_)?ms=([\d.]+)"),
        ("tensor_parallel", r"\btp=(\d+)"),
        ("pipeline_parallel", r"\bpp=(\d+)"),
        ("expert_parallel", r"\bmoe_ep=(\d+)"),
        ("attention_dp", r"\battention_dp=(\d+)"),
        ("gemm_dtype", r"\bgemm=(\w+)"),
        ("moe_dtype", r"\bmoe=(\w+)"),
        ("max_num_seqs", r"max_num_seqs=(\d+)"),
        ("request_rate_per_s", r"arrivals at ([\d.]+) req/s"),
        ("total_tokens_per_s", r"total_tok_s=([\d.]+)"),
    ),
}


def add_facts(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with columns for the figures that the source's remarks carry, empty where they are silent."""
    facts = {}
    for column, pattern in _FACTS.get(kind, ()):
        facts[column] = frame["notes"].str.extract(pattern, expand=False).fillna("")
    return frame.assign(**facts)
