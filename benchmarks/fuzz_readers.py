"""Damaged GGUF and safetensors files, for as long as you like: each must be read or refused by name.

    python benchmarks/fuzz_readers.py [SECONDS]

Prints how many files were read and refused; any other exception stops it, with the damaged file kept.
"""

from __future__ import annotations

import json
import random
import resource
import struct
import sys
import tempfile
import time
from pathlib import Path

from advisor.catalog.gguf import read_gguf
from advisor.catalog.hf_config import read_hf
from advisor.errors import AdvisorError


def gguf(folder: Path) -> Path:
    """A small but whole GGUF file."""
    from gguf import GGUFWriter

    path = folder / "seed.gguf"
    writer = GGUFWriter(str(path), "llama")
    writer.add_block_count(2)
    writer.add_embedding_length(64)
    writer.add_head_count(4)
    writer.add_token_list([f"t{index}" for index in range(300)])
    import numpy as np

    for index in range(2):
        writer.add_tensor(f"blk.{index}.attn_q.weight", np.zeros((64, 64), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def checkpoint(folder: Path) -> Path:
    """A directory with config.json and one safetensors header."""
    place = folder / "model"
    place.mkdir()
    config = {
        "architectures": ["LlamaForCausalLM"],
        "num_hidden_layers": 2,
        "hidden_size": 64,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "vocab_size": 300,
    }
    (place / "config.json").write_text(json.dumps(config))
    header = json.dumps({"w": {"dtype": "F16", "shape": [64, 64], "data_offsets": [0, 8192]}}).encode()
    (place / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(8192))
    return place


def damaged(data: bytes, chance: random.Random) -> bytes:
    """*data* with bytes changed, cut, doubled or with a huge number written into it."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(found)) if found else 0
        kind = chance.randrange(4)
        if kind == 0 and found:
            found[at] = chance.randrange(256)
        elif kind == 1:
            del found[at:]
        elif kind == 2:
            found[at : at + 8] = struct.pack("<Q", chance.choice((0, 2**31, 2**63, 2**64 - 1)))
        else:
            found[at:at] = found[at : at + chance.randrange(64)]
    return bytes(found)


def main(seconds: float) -> None:
    """Damage, read, count."""
    chance = random.Random(20261122)
    counts = {"read": 0, "refused": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, place = gguf(folder), checkpoint(folder)
        targets = {file: file, place / "config.json": place, place / "model.safetensors": place}
        whole = {path: path.read_bytes() for path in targets}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            path = chance.choice(list(targets))
            path.write_bytes(damaged(whole[path], chance))
            try:
                (read_gguf if path == file else read_hf)(str(targets[path]))
                counts["read"] += 1
            except AdvisorError:
                counts["refused"] += 1
            except BaseException:
                kept = Path(f"fuzz-{path.name}")
                kept.write_bytes(path.read_bytes())
                print(f"not refused by name: kept as {kept}", file=sys.stderr)
                raise
            path.write_bytes(whole[path])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{counts['read']} read, {counts['refused']} refused by name, nothing else; peak {peak:.0f} MB")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
