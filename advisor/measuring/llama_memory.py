"""The real engine's buffers without a model: llama.cpp builds its graph with `no_alloc` on a sparse file.

`python -m advisor.measuring.llama_memory [MODEL …]` compares the rules with the engine inside the `cyllama`
wheel for the named models, or for one model of every architecture class. Needs the `engine` extra.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from advisor.catalog.models import all_models, find_model
from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError
from advisor.sizing.buffers import compute_bytes
from advisor.sizing.context_params import ContextParams
from advisor.sizing.kv_cache import kv_cache_bytes, kv_types
from advisor.sizing.layers import architecture_key, is_full_layer
from advisor.sizing.published_shapes import FALCON_H1

_MIB = 1 << 20
_GGML_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}
_TIMEOUT_S = 120
"""A dry run takes seconds; one that hangs must not stop the others."""


SETTINGS = (
    ContextParams(8192),
    ContextParams(4096, 4, "q8_0"),
    ContextParams(32768, flash_attn=False),
    ContextParams(131072),
)


@dataclass(frozen=True, slots=True)
class Run:
    """What the engine allocated, beside the rules."""

    model: str
    params: ContextParams
    kv_bytes: float
    compute_bytes: float
    kv_predicted_bytes: float
    compute_predicted_bytes: float
    compute_bound_bytes: float


def dry_run(model: str, settings: tuple[ContextParams, ...] = SETTINGS) -> list[Run]:
    """The engine's buffers for a catalogue model, in a process of its own (an unsupported shape may abort
    it).

    Raises UnsupportedError when the engine cannot load the shape or is not installed.
    """
    request = json.dumps(settings)
    command = [sys.executable, "-m", "advisor.measuring.llama_memory", "--child", model, request]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        raise UnsupportedError(f"{model}: the engine did not answer in {_TIMEOUT_S} s") from None
    found = [json.loads(line[4:]) for line in done.stdout.splitlines() if line.startswith("RUN ")]
    if done.returncode or not found:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UnsupportedError(f"{model}: the engine did not load it: {last}")
    profile = find_model(model)
    return [
        _beside(profile, ContextParams(*fields), kv * _MIB, compute * _MIB) for fields, kv, compute in found
    ]


def _beside(model: ModelProfile, params: ContextParams, kv: float, compute: float) -> Run:
    mine = compute_bytes(model, params)
    return Run(model.name, params, kv, compute, kv_cache_bytes(model, params).value, mine.value, mine.high)


def _child(name: str, settings: list[list[Any]]) -> None:
    """Load one sparse file and print the buffers of every context."""
    import tempfile
    from pathlib import Path

    from cyllama.llama import llama_cpp

    from advisor.measuring.sparse_gguf import write_sparse

    model = find_model(name)
    lines: list[str] = []
    llama_cpp.set_log_callback(lambda _level, text: lines.append(text))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        write_sparse(model, path, _context_keys(model))
        wanted = llama_cpp.LlamaModelParams()
        wanted.no_alloc, wanted.use_mmap, wanted.n_gpu_layers, wanted.use_extra_bufts = True, False, 0, False
        loaded = llama_cpp.LlamaModel(str(path), wanted, False)
        for entry in settings:
            lines.clear()
            params = _parameters(llama_cpp, ContextParams(*entry))
            context = llama_cpp.LlamaContext(loaded, params, False)
            text = "".join(lines)
            cache = sum(map(float, re.findall(r"(?:kv_cache|recurrent)[^\n]*: size = +([\d.]+) MiB", text)))
            compute = sum(map(float, re.findall(r"compute buffer size = +([\d.]+) MiB", text)))
            print("RUN " + json.dumps([entry, cache, compute]), flush=True)
            del context


def _parameters(llama_cpp: Any, asked: ContextParams) -> Any:
    parameters = llama_cpp.LlamaContextParams()
    parameters.n_ctx = asked.context_tokens * asked.n_seq
    parameters.n_seq_max, parameters.n_ubatch, parameters.n_batch = asked.n_seq, asked.ubatch_tokens, 2048
    parameters.flash_attn_type = int(asked.flash_attn)
    parameters.swa_full, parameters.kv_unified = asked.swa_full, asked.unified
    parameters.type_k, parameters.type_v = (_GGML_TYPES[kind] for kind in kv_types(asked.kv_type))
    return parameters


def _context_keys(model: ModelProfile) -> dict[str, Any]:
    """Keys that a context needs and a quantizer does not: true windows, shared caches, recurrent shapes."""
    arch, n_layers = architecture_key(model), int(model.n_layers or 0)
    keys: dict[str, Any] = {"context_length": 1 << 20}
    if model.sliding_window:
        keys["attention.sliding_window_pattern"] = [
            not is_full_layer(arch, model.sliding_pattern, i, n_layers) for i in range(n_layers)
        ]
    else:
        keys["attention.sliding_window"] = 0
    gdn = re.search(r"gdn k(\d+)x(\d+) v(\d+)x(\d+) conv(\d+)", model.extra or "")
    if gdn:
        k_heads, k_dim, v_heads, v_dim, conv = map(int, gdn.groups())
        keys |= {
            "ssm.conv_kernel": conv,
            "ssm.inner_size": v_heads * v_dim,
            "ssm.state_size": k_dim,
            "ssm.time_step_rank": v_heads,
            "ssm.group_count": k_heads,
        }
    mamba = re.search(r"mamba heads (\d+)x(\d+) groups (\d+)", model.extra or "")
    if mamba:
        heads, width, n_groups = map(int, mamba.groups())
        keys |= {"ssm.inner_size": heads * width, "ssm.time_step_rank": heads, "ssm.group_count": n_groups}
    if arch.startswith("falconh1") and model.hidden_size in FALCON_H1:
        keys["ssm.group_count"] = 2 if model.hidden_size == 5120 else 1
    return keys


def runs(names: tuple[str, ...] = ()) -> Iterator[Run | str]:
    """Runs of the named models, or of the first model of each architecture; a reason where there is none."""
    first = {model.architecture: model.name for model in reversed(all_models())}
    for name in names or tuple(reversed(first.values())):
        try:
            yield from dry_run(name)
        except UnsupportedError as error:
            yield str(error)


def main(arguments: list[str]) -> int:
    """Print one line per context; exit 1 when a buffer lies above its bound."""
    if arguments[:1] == ["--child"]:
        _child(arguments[1], json.loads(arguments[2]))
        return 0
    above = 0
    for run in runs(tuple(arguments)):
        if isinstance(run, str):
            print(f"- {run}")
            continue
        above += run.compute_bytes > run.compute_bound_bytes
        s = run.params
        print(
            f"{run.model:28} {s.context_tokens:7} x {s.n_seq} {s.kv_type:5} fa {int(s.flash_attn)}  "
            f"cache {run.kv_bytes / _MIB:9.2f} MiB ({run.kv_predicted_bytes / run.kv_bytes - 1:+.3%})  "
            f"compute {run.compute_bytes / _MIB:9.2f} MiB "
            f"({run.compute_predicted_bytes / run.compute_bytes - 1:+.1%}, "
            f"bound {run.compute_bound_bytes / run.compute_bytes - 1:+.1%})",
            flush=True,
        )
    print(f"{above} compute buffers above their bound")
    return int(above > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
