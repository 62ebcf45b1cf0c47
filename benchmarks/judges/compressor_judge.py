"""Run llm-compressor's recipes for real, on models of two layers that are made here.

Reads JSON lines {program, experts} and prints one JSON line each: {accepted, said}. The recipe runs as it is
printed, with the small model, a few words of calibration and a folder of its own in place of those it names;
accepted where the checkpoint it leaves states a quantization, and null without llm-compressor.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

_NO_DRIVER = "Found no NVIDIA driver"
"""What AWQ says without a GPU: no verdict."""
WORDS = 256
"""Of the vocabulary; also the width, which every group size divides."""


def _model(folder: Path, experts: bool) -> str:
    """A checkpoint of two layers, with its tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import AutoModelForCausalLM, LlamaConfig, PreTrainedTokenizerFast, Qwen3MoeConfig

    shape = {"vocab_size": WORDS, "hidden_size": WORDS, "intermediate_size": 2 * WORDS}
    shape |= {"num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64}
    shape |= {"max_position_embeddings": WORDS}
    more = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": WORDS}
    config = Qwen3MoeConfig(**shape, **more) if experts else LlamaConfig(**shape)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    words = Tokenizer(models.WordLevel({f"w{index}": index for index in range(WORDS)}, unk_token="w0"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=words, unk_token="w0", pad_token="w1").save_pretrained(folder)
    return str(folder)


def _run(case: dict[str, Any], folder: Path) -> str:
    """Empty when the recipe left a quantized checkpoint, else what is wrong."""
    import llmcompressor
    from datasets import Dataset

    made, real = folder / "made", llmcompressor.oneshot
    model = _model(folder / "model", case["experts"])
    text = [" ".join(f"w{(index * step) % WORDS}" for index in range(64)) for step in range(1, 9)]

    def oneshot(**given: Any) -> Any:
        if "dataset" in given:
            few = {"num_calibration_samples": len(text), "max_seq_length": 64}
            given |= {"dataset": Dataset.from_dict({"text": text}), **few}
        return real(**given | {"model": model, "output_dir": str(made)})

    llmcompressor.oneshot = oneshot
    try:
        exec(compile(case["program"], "quantize.py", "exec"), {})
    finally:
        llmcompressor.oneshot = real
    config = json.loads((made / "config.json").read_text())
    return "" if config.get("quantization_config") else "the checkpoint states no quantization"


def main() -> None:
    """One answer for each line of standard input."""
    for line in sys.stdin:
        case, said = json.loads(line), ""
        accepted: bool | None = None
        try:
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
                said = _run(case, Path(folder))
            accepted = not said
        except ImportError as error:
            said = repr(error)
        except Exception as error:  # whatever the library raises is its verdict
            said = f"{type(error).__name__}: {error}".replace("\n", " ")
            accepted = None if _NO_DRIVER in said else False
        print(json.dumps({"accepted": accepted, "said": said[:300]}), flush=True)


if __name__ == "__main__":
    main()
