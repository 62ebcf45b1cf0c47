"""Model files and the output of benchmarks, damaged."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from advisor.catalog.gguf import read_gguf
from advisor.catalog.hf_config import read_hf
from advisor.catalog.resolve import machine_of
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import AdvisorError
from advisor.measuring.complete import Completer
from advisor.measuring.import_file import take_in
from advisor.measuring.store import Store
from advisor.sizing.weights import weigh
from benchmarks.attacks.mutate import TEXTS, mutated, mutated_bytes, mutated_text

ROOT = Path(__file__).resolve().parents[2]
CONFIGS: tuple[dict[str, Any], ...] = (
    {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 2,
        "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 128,
        "vocab_size": 300,
        "max_position_embeddings": 4096, "torch_dtype": "bfloat16", "tie_word_embeddings": False,
    },
    {
        "architectures": ["MixtralForCausalLM"], "model_type": "mixtral", "num_hidden_layers": 2,
        "hidden_size": 64, "num_attention_heads": 4, "intermediate_size": 128, "vocab_size": 300,
        "num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 128,
        "quantization_config": {"quant_method": "gptq", "bits": 4, "group_size": 128, "desc_act": True},
    },
    {
        "architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3", "num_hidden_layers": 4,
        "hidden_size": 64, "num_attention_heads": 4, "intermediate_size": 128, "moe_intermediate_size": 32,
        "n_routed_experts": 8, "n_shared_experts": 1, "num_experts_per_tok": 2, "first_k_dense_replace": 1,
        "kv_lora_rank": 16, "q_lora_rank": 32, "qk_rope_head_dim": 8, "qk_nope_head_dim": 16,
        "v_head_dim": 16, "vocab_size": 300,
    },
    {
        "model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"],
        "text_config": {
            "model_type": "gemma3_text", "num_hidden_layers": 6, "hidden_size": 64, "num_attention_heads": 4,
            "num_key_value_heads": 2, "head_dim": 16, "intermediate_size": 128, "vocab_size": 300,
            "sliding_window": 64, "sliding_window_pattern": 6,
        },
    },
    {"model_type": "gpt2", "n_layer": 2, "n_embd": 64, "n_head": 4, "vocab_size": 300, "n_positions": 128},
    {"model_type": "falcon", "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4,
     "vocab_size": 9},
)  # fmt: skip


@cache
def whole_gguf(folder: str) -> bytes:
    """A small but whole GGUF file."""
    import numpy as np
    from gguf import GGUFWriter

    path = Path(folder) / "whole.gguf"
    writer = GGUFWriter(str(path), "llama")
    writer.add_name("whole")
    writer.add_block_count(2)
    writer.add_context_length(4096)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_file_type(1)
    writer.add_token_list([f"t{index}" for index in range(40)])
    shapes = {"attn_q": (64, 64), "attn_k": (32, 64), "ffn_up": (128, 64), "ffn_down": (64, 128)}
    writer.add_tensor("token_embd.weight", np.zeros((40, 64), np.float16))
    for index in range(2):
        for name, shape in shapes.items():
            writer.add_tensor(f"blk.{index}.{name}.weight", np.zeros(shape, np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


def gguf(chance: Random, folder: Path) -> object:
    """A GGUF file with its header damaged, or with names and values of its own length replaced."""
    data = whole_gguf(str(folder))
    path = folder / "attack.gguf"
    if chance.random() < 0.5:
        head = mutated_bytes(data[:2200], chance)
        path.write_bytes(head + data[2200:])
    else:
        path.write_bytes(_renamed(data, chance))
    _sized(read_gguf(path))
    return path


def _renamed(data: bytes, chance: Random) -> bytes:
    """A text of the header replaced by a hostile one, its length with it."""
    word = chance.choice(
        (b"llama", b"whole", b"token_embd.weight", b"blk.1.ffn_up.weight", b"t7", b"blk.0.attn_q")
    )
    new = chance.choice(TEXTS)[:300].encode("utf-8", "surrogatepass")
    old = struct.pack("<Q", len(word)) + word
    return data.replace(old, struct.pack("<Q", len(new)) + new)


def checkpoint(chance: Random, folder: Path) -> object:
    """A config.json and a safetensors header, each damaged by structure or by bytes."""
    place = folder / "model"
    place.mkdir(exist_ok=True)
    config: Any = chance.choice(CONFIGS)
    header: Any = {
        f"model.layers.{index}.{name}.weight": {"dtype": "F16", "shape": [64, 64], "data_offsets": [0, 8192]}
        for index in range(2)
        for name in ("self_attn.q_proj", "mlp.up_proj")
    }
    if chance.random() < 0.7:
        config = mutated(config, chance)
    else:
        header = mutated(header, chance)
    text = json.dumps(config).encode()
    (place / "config.json").write_bytes(mutated_bytes(text, chance) if chance.random() < 0.1 else text)
    (place / "model.safetensors").unlink(missing_ok=True)
    if chance.random() < 0.5:
        raw = json.dumps(header).encode()
        if chance.random() < 0.2:
            raw = mutated_bytes(raw, chance)
        length = chance.choice((len(raw), len(raw), len(raw), 0, 2**63, len(raw) + 9))
        (place / "model.safetensors").write_bytes(struct.pack("<Q", length) + raw + bytes(8192))
    _sized(read_hf(str(place)))
    return place


def _sized(model: ModelProfile) -> None:
    """What every command does next."""
    for scheme in ("Q4_K_M", "W4A16-INT"):
        with contextlib.suppress(AdvisorError):
            weigh(model, find_scheme(scheme))


@cache
def _texts(folder: str) -> tuple[tuple[str, str], ...]:
    files = sorted(path for path in (ROOT / folder).iterdir() if path.is_file() and path.suffix != ".md")
    return tuple((path.name, path.read_text(encoding="utf-8", errors="replace")) for path in files)


def _damaged(folder: str, chance: Random) -> tuple[str, bytes]:
    name, text = chance.choice(_texts(folder))
    if chance.random() < 0.6:
        with contextlib.suppress(ValueError):
            return name, json.dumps(mutated(json.loads(text), chance)).encode()
    return name, mutated_text(text, chance).encode("utf-8", "surrogatepass")


def import_(chance: Random, folder: Path) -> object:
    """What another benchmark printed, damaged, taken into a store."""
    name, data = _damaged("tests/measuring/fixtures", chance)
    path = folder / name
    path.write_bytes(data)
    with Store(folder / "attack.sqlite3") as store:
        take_in(store, path, _completer())
    return path


@cache
def _completer() -> Completer:
    return Completer("RTX 4090", "Llama-3.1-8B", "Q4_K_M", "cuda")


def own_rows(chance: Random, folder: Path) -> object:
    """Our own export with hostile cells, as JSON lines or CSV."""
    row: dict[str, Any] = {
        "kind": chance.choice(("speed", "serving", "accuracy", "bandwidth")), "metric": "tokens_per_s",
        "value": 50.0, "sd": 1.0, "n": 5, "phase": "decode", "model": "Llama-3.1-8B", "scheme": "Q4_K_M",
        "engine": "llama.cpp", "backend": "cuda", "depth": 0, "concurrency": 1, "flags": "",
        "facts": {"best": 51.0, "model_profile": {"name": "x", "source": "user", "n_params": 7}},
    }  # fmt: skip
    path = folder / "rows.jsonl"
    changed = mutated(row, chance)
    path.write_bytes(json.dumps(changed).encode())
    with Store(folder / "attack.sqlite3") as store:
        take_in(store, path, _completer())
    return path


def inventory(chance: Random, folder: Path) -> object:
    """What other tools say of machines, damaged."""
    name, data = _damaged("tests/catalog/inventories/files", chance)
    (folder / name).write_bytes(data)
    machine_of(data.decode("utf-8", "replace"), name)
    return folder / name


KINDS: dict[str, Callable[[Random, Path], object]] = {
    "gguf": gguf,
    "checkpoint": checkpoint,
    "import": import_,
    "own rows": own_rows,
    "inventory": inventory,
}
