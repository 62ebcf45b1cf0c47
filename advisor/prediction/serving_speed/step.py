"""One step of continuous batching, as physics with fitted coefficients.

Every formula here uses only + - * / and **, so that prediction (plain floats) and training (numpy arrays)
run the same code. Times are seconds, sizes bytes, rates per second.

A step of B sequences reads the weights once and every sequence's KV cache, multiplies B rows through every
matrix, and pays an overhead per layer and per step. Reading bounds a small batch and multiplying a large
one: that is where weight-only schemes lose their lead and schemes with cheaper arithmetic take it.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple


@dataclass(slots=True, kw_only=True)
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


class Kinds(NamedTuple):
    """What a row or a question is, as far as coefficients ask for it."""

    engine: str
    """An engine generation (`inputs.engine_key`)."""
    body: str
    """Kernel family (`inputs.kernel`) of the matrices every token passes."""
    expert: str
    arch: str
    """`inputs.arch_group`."""
    link: str
    """nvlink or pcie."""
    latent: bool = False
    """Whether the cache holds one latent per token (MLA)."""
    moe: bool = False
    alone: bool = False
    """Whether the engine shares nothing with serving engines (`Engine.own_kernels`)."""
    eager: bool = False
    """Without CUDA graphs: the host launches every kernel."""
    by: str = ""
    """Only while fitting: the publisher, whose kernels, launches and front end have speeds of their own."""


def _shared(name: str, kinds: Kinds) -> tuple[str, ...]:
    """What serving engines share, and what this one adds."""
    return (f"{name}-eager",) if kinds.alone else (name, f"{name}:{kinds.engine}")


def _layer_keys(kinds: Kinds) -> tuple[str, ...]:
    """A layer's overhead: its launches, by kernel family and generation, and as one publisher has them."""
    family = kinds.expert if kinds.moe else kinds.body
    kernel = f"layer-kernel:{family}"
    if kinds.alone:
        return ("layer-eager",) if kinds.body == "bf16" else ("layer-eager", kernel)
    layer = (*_shared("layer", kinds), kernel, f"layer-arch:{kinds.arch}")
    layer += (f"layer-by:{kinds.by}",) if kinds.by else ()
    layer += (f"layer-by:{kinds.by}:{family}",) if kinds.by and family != "bf16" else ()
    return layer + ("layer-moe",) * kinds.moe + ("graphless",) * kinds.eager


def _rate_keys(part: str, family: str, kinds: Kinds) -> tuple[str, ...]:
    """Efficiency of a kernel family, of a generation, of the one on the other, and as one publisher has
    it."""
    by = (f"{part}-by:{kinds.by}:{family}",) if kinds.by and family != "bf16" else ()
    return f"{part}:{family}", f"{part}-arch:{kinds.arch}", f"{part}-on:{family}:{kinds.arch}", *by


def _blunt_keys(family: str, kinds: Kinds) -> tuple[str, ...]:
    """How a kernel's reading and multiplying add up, by family and generation."""
    return "bluntness", f"bluntness:{family}", f"bluntness-on:{family}:{kinds.arch}"


def coefficient_keys(kinds: Kinds) -> dict[str, tuple[str, ...]]:
    """Which fitted logarithms add up to each coefficient of a step."""
    body, expert = kinds.body, kinds.expert
    return {
        "body_read": _rate_keys("read", body, kinds),
        "body_math": _rate_keys("math", body, kinds),
        "expert_read": (*_rate_keys("read", expert, kinds), "read-expert"),
        "expert_math": (*_rate_keys("math", expert, kinds), "math-expert"),
        "expert_padding": ("padding",),
        "likeness": ("likeness",),
        "head_read": _rate_keys("read", "bf16", kinds),
        "head_math": _rate_keys("math", "bf16", kinds),
        "kv_read": ("cache-latent" if kinds.latent else "cache-heads", f"cache:{kinds.engine}"),
        "attention_math": ("attention",),
        "between": ("between",),
        "body_bluntness": _blunt_keys(body, kinds),
        "expert_bluntness": _blunt_keys(expert, kinds),
        "head_bluntness": _blunt_keys("bf16", kinds),
        "layer_s": _layer_keys(kinds),
        "step_s": _shared("step", kinds),
        "sequence_s": _shared("sequence", kinds),
        "crowding": ("crowding",),
        "reduce_s": (f"reduce-{kinds.link}",),
        "link": (f"link-{kinds.link}",),
        "interleave": _shared("interleave", kinds),
        "burst": _shared("burst", kinds),
        "first_s": (*_shared("first", kinds), *((f"first-by:{kinds.by}",) if kinds.by else ())),
        "first_step": _shared("wait", kinds),
        "unfilled": () if kinds.alone else ("unfilled",),
    }


def either(first: Any, second: Any, bluntness: Any) -> Any:
    """A smooth maximum: the longer of reading and multiplying, somewhat more where they are equal.

    A norm of exponent 1 + 1/bluntness: never less than the larger, never more than the sum.
    """
    sharp = 1.0 + 1.0 / bluntness
    return (first**sharp + second**sharp) ** (1.0 / sharp)


def matrices_s(tokens: Any, w: Work, c: Any) -> Any:
    """Time of all matrix products of the layers for *tokens* rows at once."""
    body = either(
        w.body_bytes / (w.n * w.bandwidth * c.body_read),
        2.0 * w.body_params * tokens / (w.n * w.body_rate * c.body_math),
        c.body_bluntness,
    )
    # Tokens agree on experts more than chance would have it: many tokens touch as many as fewer unlike ones.
    touched = 1.0 - (1.0 - w.expert_share) ** (tokens ** (1.0 / (1.0 + c.likeness)))
    experts = either(
        w.expert_bytes * touched / (w.n * w.bandwidth * c.expert_read),
        2.0 * w.expert_params * _expert_rows(tokens, touched, w, c) / (w.n * w.expert_rate * c.expert_math),
        c.expert_bluntness,
    )
    return body + experts


def _expert_rows(tokens: Any, touched: Any, w: Work, c: Any) -> Any:
    """Rows multiplied per expert: its tokens, and what fills the last block of every expert touched."""
    return w.expert_share * tokens + touched * c.expert_padding * (w.expert_share > 0)


def exchange_s(tokens: Any, w: Work, c: Any) -> Any:
    """Two all-reduces per layer between the devices of a tensor-parallel group."""
    several = 1.0 * (w.n > 1)
    # Two sums over all devices a layer, of 2 bytes a value; in a ring each moves 2 (n - 1) / n of them.
    volume = tokens * w.hidden * 2.0 * 2.0 * (w.n - 1) / w.n
    return several * w.n_layers * 2.0 * (c.reduce_s + volume / c.link)


def decode_step_s(batch: Any, kv_bytes: Any, w: Work, c: Any) -> Any:
    """One step that writes one token for each of *batch* sequences, each with *kv_bytes* of KV cache."""
    head = either(
        w.head_bytes / (w.n * w.bandwidth * c.head_read),
        2.0 * w.head_params * batch / (w.n * w.half_rate * c.head_math),
        c.head_bluntness,
    )
    cache = batch * kv_bytes / (w.cache_split * w.bandwidth * c.kv_read)
    overhead = w.n_layers * c.layer_s + c.step_s + sequences_s(batch, c)
    return (
        matrices_s(batch, w, c) + head + cache + exchange_s(batch, w, c) + between_s(batch, w, c) + overhead
    )


def sequences_s(batch: Any, c: Any) -> Any:
    """What the host does for every sequence of a step: of many, a part is hidden behind the device's work."""
    return c.sequence_s * batch ** (1.0 / (1.0 + c.crowding))


def between_s(tokens: Any, w: Work, c: Any) -> Any:
    """Norms, rotary embedding, activation functions: *between* bytes read and written per token, layer and
    width."""
    return w.n_layers * tokens * w.hidden * c.between / w.bandwidth


def prompt_math_s(prompt: Any, w: Work, c: Any) -> Any:
    """What a prompt adds to a step that reads the weights anyway: arithmetic, attention, exchange volume."""
    body = 2.0 * w.body_params * prompt / (w.n * w.body_rate * c.body_math)
    experts = 2.0 * w.expert_params * w.expert_share * prompt / (w.n * w.expert_rate * c.expert_math)
    several = 1.0 * (w.n > 1)
    # The bytes of `exchange_s` alone: its fixed part the step has paid.
    volume = several * w.n_layers * 2.0 * prompt * w.hidden * 4.0 * (w.n - 1) / w.n / c.link
    return body + experts + _attention_s(prompt, w, c) + volume + between_s(prompt, w, c)


def _attention_s(prompt: Any, w: Work, c: Any) -> Any:
    """Causal attention of a prompt: half of prompt² x width x 2 products x 2 operations, in every layer."""
    return 2.0 * w.n_layers * w.attention_width * prompt**2 / (w.n * w.half_rate * c.attention_math)


def prompt_s(prompt: Any, w: Work, c: Any) -> Any:
    """One prompt alone on the machine."""
    overhead = w.n_layers * c.layer_s + c.step_s
    products = matrices_s(prompt, w, c) + _attention_s(prompt, w, c)
    return products + exchange_s(prompt, w, c) + between_s(prompt, w, c) + overhead


def under_load(batch: Any, prompt: Any, output: Any, kv_bytes: Any, w: Work, c: Any) -> SimpleNamespace:
    """A steady load of *batch* requests in flight.

    `tpot_s`: a decode step plus the other requests' prompts, spread over the output tokens; `ttft_s`: the
    own prompt, part of the others' that arrive together, the step it waits for, and the engine's front end;
    `service_s`: first to last token of one request; `prompt_s`: the prompt alone. `unfilled`: what a run of
    many requests takes beside one that is always full, as a factor.
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
        unfilled=c.unfilled ** (1.0 - 1.0 / batch),
    )
