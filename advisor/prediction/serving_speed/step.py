"""One step of continuous batching, as physics with fitted coefficients.

Every formula here uses only + - * / and **, so that prediction (plain floats) and training (numpy arrays)
run the same code. Times are seconds, sizes bytes, rates per second.

A step of B sequences reads the weights once and every sequence's KV cache, multiplies B rows through every
matrix, and pays an overhead per layer and per step. Reading bounds a small batch and multiplying a large
one: that is where weight-only schemes lose their lead and schemes with cheaper arithmetic take it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any


@dataclass(slots=True)
class Work:
    """What one model in one scheme asks of `n` devices together. Numbers, or arrays with one entry per
    row."""

    n_layers: Any
    hidden: Any
    body_bytes: Any
    """Matrices every token passes: attention, dense and shared feed-forward, router."""
    body_params: Any
    expert_bytes: Any
    """All experts of all layers."""
    expert_params: Any
    expert_share: Any
    """Share of the experts one token uses (0 for a dense model)."""
    head_bytes: Any
    """The output matrix, read once per step and multiplied only for the tokens being written."""
    head_params: Any
    attention_width: Any
    """Heads x head size, for the attention of the prompt over itself."""
    bandwidth: Any
    """Of one device."""
    body_rate: Any
    """Arithmetic rate of one device in the type the scheme multiplies in."""
    expert_rate: Any
    half_rate: Any
    """16-bit rate: attention and the output matrix are not quantized."""
    n: Any = 1
    """Tensor-parallel devices."""
    cache_split: Any = 1
    """Devices the KV cache is divided over: at most one per KV head, and MLA's latent is on every one."""


def coefficient_keys(
    engine: str,
    body: str,
    expert: str,
    arch: str,
    link: str,
    mla: bool,
    moe: bool,
    odd: str = "",
    by: str = "",
) -> dict[str, tuple[str, ...]]:
    """Which fitted logarithms add up to each coefficient of a step.

    `engine` is an engine generation (see `serving_speed.inputs.engine_key`), `body` and `expert` are kernel
    families (`serving_speed.inputs.kernel`), `arch` an architecture group, `link` nvlink or pcie. Only while
    fitting: `odd` is a run whose overhead is its own, `by` a publisher whose quantized kernels multiply at a
    speed of their own.
    """

    def of(name: str) -> tuple[str, ...]:
        """What serving engines share, and what this one adds; transformers shares nothing with them."""
        return (f"{name}-eager",) if engine == "transformers" else (name, f"{name}:{engine}")

    kernel = f"layer-kernel:{expert if moe else body}"
    if engine == "transformers":
        layer: tuple[str, ...] = ("layer-eager",) if body == "bf16" else ("layer-eager", kernel)
    else:
        layer = (*of("layer"), kernel, f"layer-arch:{arch}", *(("layer-moe",) if moe else ()))
    return {
        "body_read": (f"read:{body}", f"read-arch:{arch}"),
        "body_math": (
            f"math:{body}",
            f"math-arch:{arch}",
            *((f"math-by:{by}:{body}",) if by and body != "bf16" else ()),
        ),
        "expert_read": (f"read:{expert}", f"read-arch:{arch}", "read-expert"),
        "expert_math": (f"math:{expert}", f"math-arch:{arch}", "math-expert"),
        "head_read": ("read:bf16", f"read-arch:{arch}"),
        "head_math": ("math:bf16", f"math-arch:{arch}"),
        "kv_read": ("cache-latent" if mla else "cache-heads", f"cache:{engine}"),
        "attention_math": ("attention",),
        "between": ("between",),
        "sharpness": ("sharpness",),
        "layer_s": (*layer, f"odd:{odd}") if odd else layer,
        "step_s": of("step"),
        "sequence_s": of("sequence"),
        "reduce_s": (f"reduce-{link}",),
        "link": (f"link-{link}",),
        "interleave": of("interleave"),
        "burst": of("burst"),
        "first_s": of("first"),
        "first_step": of("wait"),
    }


def _either(first: Any, second: Any, sharpness: Any) -> Any:
    """A smooth maximum: the longer of reading and multiplying, somewhat more where they are equal."""
    return (first**sharpness + second**sharpness) ** (1.0 / sharpness)


def matrices_s(tokens: Any, w: Work, c: Any) -> Any:
    """Time of all matrix products of the layers for *tokens* rows at once."""
    body = _either(
        w.body_bytes / (w.n * w.bandwidth * c.body_read),
        2.0 * w.body_params * tokens / (w.n * w.body_rate * c.body_math),
        c.sharpness,
    )
    touched = 1.0 - (1.0 - w.expert_share) ** tokens
    experts = _either(
        w.expert_bytes * touched / (w.n * w.bandwidth * c.expert_read),
        2.0 * w.expert_params * w.expert_share * tokens / (w.n * w.expert_rate * c.expert_math),
        c.sharpness,
    )
    return body + experts


def exchange_s(tokens: Any, w: Work, c: Any) -> Any:
    """Two all-reduces per layer between the devices of a tensor-parallel group."""
    several = 1.0 * (w.n > 1)
    volume = tokens * w.hidden * 2.0 * 2.0 * (w.n - 1) / w.n
    return several * w.n_layers * 2.0 * (c.reduce_s + volume / c.link)


def decode_step_s(batch: Any, kv_bytes: Any, w: Work, c: Any) -> Any:
    """One step that writes one token for each of *batch* sequences, each with *kv_bytes* of KV cache."""
    head = _either(
        w.head_bytes / (w.n * w.bandwidth * c.head_read),
        2.0 * w.head_params * batch / (w.n * w.half_rate * c.head_math),
        c.sharpness,
    )
    cache = batch * kv_bytes / (w.cache_split * w.bandwidth * c.kv_read)
    overhead = w.n_layers * c.layer_s + c.step_s + batch * c.sequence_s
    return (
        matrices_s(batch, w, c) + head + cache + exchange_s(batch, w, c) + between_s(batch, w, c) + overhead
    )


def between_s(tokens: Any, w: Work, c: Any) -> Any:
    """Norms, rotary embedding, activation functions: *between* bytes read and written per token, layer and
    width."""
    return w.n_layers * tokens * w.hidden * c.between / w.bandwidth


def prompt_math_s(prompt: Any, w: Work, c: Any) -> Any:
    """What a prompt adds to a step that reads the weights anyway: arithmetic, attention, exchange volume."""
    body = 2.0 * w.body_params * prompt / (w.n * w.body_rate * c.body_math)
    experts = 2.0 * w.expert_params * w.expert_share * prompt / (w.n * w.expert_rate * c.expert_math)
    # Causal attention: half of prompt² x width x 2 products x 2 operations, in every layer.
    attention = 2.0 * w.n_layers * w.attention_width * prompt**2 / (w.n * w.half_rate * c.attention_math)
    several = 1.0 * (w.n > 1)
    volume = several * w.n_layers * 2.0 * prompt * w.hidden * 4.0 * (w.n - 1) / w.n / c.link
    return body + experts + attention + volume + between_s(prompt, w, c)


def prompt_s(prompt: Any, w: Work, c: Any) -> Any:
    """One prompt alone on the machine."""
    attention = 2.0 * w.n_layers * w.attention_width * prompt**2 / (w.n * w.half_rate * c.attention_math)
    overhead = w.n_layers * c.layer_s + c.step_s
    return (
        matrices_s(prompt, w, c) + attention + exchange_s(prompt, w, c) + between_s(prompt, w, c) + overhead
    )


def under_load(batch: Any, prompt: Any, output: Any, kv_bytes: Any, w: Work, c: Any) -> SimpleNamespace:
    """A steady load of *batch* requests in flight.

    `tpot_s`: a decode step plus the other requests' prompts, spread over the output tokens; `ttft_s`: the
    own prompt, part of the others' that arrive together, the step it waits for, and the engine's front end;
    `service_s`: first to last token of one request; `prompt_s`: the prompt alone.
    """
    step = decode_step_s(batch, kv_bytes, w, c)
    added = prompt_math_s(prompt, w, c)
    alone = prompt_s(prompt, w, c)
    tpot = step + c.interleave * (batch - 1.0) * added / output
    ttft = c.first_s + alone + c.burst * (batch - 1.0) * added + c.first_step * (step - step / batch)
    return SimpleNamespace(
        tpot_s=tpot,
        ttft_s=ttft,
        service_s=ttft + (output - 1.0) * tpot,
        prompt_s=c.first_s + alone,
        step_s=step,
    )
