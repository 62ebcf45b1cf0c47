"""Commands that run a plan on one machine: llama.cpp, ik_llama.cpp, Ollama, MLX-LM, ExLlama, transformers.

Flags are those of https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md,
https://github.com/ikawrakow/ik_llama.cpp/blob/main/docs/parameters.md, https://docs.ollama.com/faq,
https://github.com/ml-explore/mlx-lm, https://github.com/theroyallab/tabbyAPI and
https://huggingface.co/docs/transformers/quantization/overview.
"""

from __future__ import annotations

import re

from advisor.deploy.plan import Plan, stem
from advisor.deploy.shell import command, document

_PLAIN_KV = ("f16", "bf16", "auto")
_KV_BITS = {"q8_0": 8, "q5_1": 5, "q5_0": 5, "q4_1": 4, "q4_0": 4, "iq4_nl": 4, "fp8": 8}


def llama_server(plan: Plan) -> str:
    """llama-server; `-c` is the total context that `-np` slots share."""
    words: list[object] = ["llama-server", "-m", plan.file, "-c", plan.context_tokens * plan.concurrency]
    words += ["-np", plan.concurrency]
    words += _llama_placement(plan)
    if plan.kv_type not in _PLAIN_KV:
        # a quantized V cache is refused without flash attention
        words += ["-ctk", plan.kv_type, "-ctv", plan.kv_type, "-fa", "on"]
    if plan.engine == "ik_llama.cpp" and plan.backend == "cpu":
        words.append("-rtr")
    return command(*words)


def _llama_placement(plan: Plan) -> list[object]:
    place = plan.placement
    if place is None:
        return ["-t", plan.threads] if plan.backend == "cpu" and plan.threads else []
    words: list[object] = ["-ngl", place.gpu_layers if place.kind != "cpu" else 0]
    if place.cpu_expert_layers:
        words += ["--n-cpu-moe" if plan.engine == "ik_llama.cpp" else "-ncmoe", place.cpu_expert_layers]
    if place.n_gpus > 1:
        words += ["-sm", "row" if place.tensor_parallel > 1 else "layer"]
        split = _tensor_split(plan)
        words += ["-ts", split] if split else []
    some_on_cpu = place.kind in ("cpu", "split", "experts-on-cpu")
    if some_on_cpu and plan.threads:
        words += ["-t", plan.threads]
    return words


def _tensor_split(plan: Plan) -> str | None:
    """Shares by what each GPU may hold, in whole GiB; None when they are equal, which is the default."""
    sizes = [d.available_bytes for d in plan.placement.devices if d.device.upper().startswith("GPU")]
    if len(sizes) < 2 or None in sizes:
        return None
    shares = [max(1, round(size / 2**30)) for size in sizes]
    return None if len(set(shares)) == 1 else ",".join(map(str, shares))


def modelfile(plan: Plan) -> str:
    """An Ollama Modelfile; `num_ctx` is per request, Ollama multiplies it by the parallel requests."""
    lines = [f"FROM {_modelfile_path(plan.file)}", f"PARAMETER num_ctx {plan.context_tokens}"]
    if plan.placement is not None:
        layers = 0 if plan.placement.kind == "cpu" else plan.placement.gpu_layers
        lines.append(f"PARAMETER num_gpu {layers}")
        if plan.threads and plan.placement.kind in ("cpu", "split"):
            lines.append(f"PARAMETER num_thread {plan.threads}")
    return "\n".join(lines) + "\n"


def _modelfile_path(path: str) -> str:
    path = path if path.startswith(("/", "./", "~")) or re.match(r"[A-Za-z]:", path) else f"./{path}"
    return f'"{path}"' if " " in path else path


def ollama_name(plan: Plan) -> str:
    """The name the model is created under."""
    return f"{stem(plan.model)}:{plan.scheme.name}".lower()


OLLAMA_TARGETS = {"Q8_0": "q8_0", "Q4_K_S": "q4_K_S", "Q4_K_M": "q4_K_M"}
"""The only types `ollama create -q` makes (https://docs.ollama.com/import)."""


def made_by_ollama(plan: Plan) -> bool:
    """Whether Ollama itself quantizes: one of its few targets, without an importance matrix."""
    if plan.engine != "ollama" or plan.ready_made or plan.imatrix:
        return False
    return plan.scheme.name in OLLAMA_TARGETS


def ollama(plan: Plan) -> str:
    """Ollama: the server with its settings, the import, the model."""
    settings = [f"OLLAMA_CONTEXT_LENGTH={plan.context_tokens}", f"OLLAMA_NUM_PARALLEL={plan.concurrency}"]
    if plan.kv_type not in _PLAIN_KV:
        settings += [f"OLLAMA_KV_CACHE_TYPE={plan.kv_type}", "OLLAMA_FLASH_ATTENTION=1"]
    name = ollama_name(plan)
    lines = ["# the settings reach the server at its start only: stop one that runs already"]
    lines.append(" ".join(settings) + " ollama serve &")
    if not made_by_ollama(plan):
        lines += [
            document("cat > Modelfile", modelfile(plan)),
            command("ollama", "create", name, "-f", "Modelfile"),
        ]
    return "\n".join([*lines, command("ollama", "run", name)])


def mlx(plan: Plan) -> str:
    """MLX-LM: its server, or the generator when the KV cache is quantized (the server has no such option)."""
    if plan.kv_type not in _PLAIN_KV:
        return command(
            "mlx_lm.generate",
            "--model",
            plan.checkpoint,
            "--max-kv-size",
            plan.context_tokens,
            "--kv-bits",
            _KV_BITS.get(plan.kv_type, 8),
            "--kv-group-size",
            64,
            "--prompt",
            "Hello",
        )
    words: list[object] = ["mlx_lm.server", "--model", plan.checkpoint]
    if plan.concurrency > 1:
        words += ["--decode-concurrency", plan.concurrency, "--prompt-concurrency", plan.concurrency]
    return command(*words)


def exllama(plan: Plan) -> str:
    """TabbyAPI; its cache holds all requests together and must be a multiple of 256 tokens."""
    cache = -(-plan.context_tokens * plan.concurrency // 256) * 256
    bits = _KV_BITS.get(plan.kv_type)
    mode = None if bits is None else f"{bits},{bits}" if plan.engine == "exllamav3" else f"Q{min(bits, 8)}"
    folder, _, name = plan.checkpoint.removeprefix("./").rpartition("/")
    words: list[object] = ["python", "main.py", "--model-dir", folder or ".", "--model-name", name]
    words += ["--max-seq-len", plan.context_tokens, "--cache-size", cache]
    words += ["--cache-mode", mode] if mode else []
    return command(*words)


def transformers(plan: Plan) -> str:
    """A Python program: transformers has no flags, the quantization is an object."""
    config, imports = _config(plan)
    lines = ["import torch", f"from transformers import AutoModelForCausalLM, AutoTokenizer{imports}", ""]
    arguments = [f"    {plan.checkpoint!r},", '    device_map="auto",', f"    dtype=torch.{_dtype(plan)},"]
    if config:
        arguments.append(f"    quantization_config={config},")
    lines += ["model = AutoModelForCausalLM.from_pretrained(", *arguments, ")"]
    lines += [f"tokenizer = AutoTokenizer.from_pretrained({plan.checkpoint!r})"]
    lines += ['inputs = tokenizer("Hello", return_tensors="pt").to(model.device)']
    lines += ["print(tokenizer.decode(model.generate(**inputs, max_new_tokens=64)[0]))"]
    return document("python -", "\n".join(lines))


def _dtype(plan: Plan) -> str:
    old = plan.oldest_compute_capability
    return "float16" if plan.scheme.name == "F16" or (old is not None and old < 8.0) else "bfloat16"


def _config(plan: Plan) -> tuple[str, str]:
    scheme = plan.scheme
    if plan.model.fixed_scheme == scheme.name:
        return "", ""
    if scheme.family == "hqq":
        group = scheme.group_size if scheme.group_size and scheme.group_size > 0 else None
        return f"HqqConfig(nbits={scheme.weight_bits:g}, group_size={group}, axis=1)", ", HqqConfig"
    if scheme.name == "BNB-INT8":
        return "BitsAndBytesConfig(load_in_8bit=True)", ", BitsAndBytesConfig"
    if scheme.family == "bnb":
        kind = "fp4" if scheme.name == "BNB-FP4" else "nf4"
        double = scheme.name.endswith("-DQ")
        text = (
            f'BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="{kind}", '
            f"bnb_4bit_use_double_quant={double}, bnb_4bit_compute_dtype=torch.{_dtype(plan)})"
        )
        return text, ", BitsAndBytesConfig"
    return "", ""
