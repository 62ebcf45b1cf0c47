"""Sizes of models whose tensors cannot be derived: parameter count x bits, with the spread known models
show."""

from __future__ import annotations

from advisor.documents.kinds import Basis
from advisor.documents.model import ModelProfile
from advisor.documents.outcome import Estimate
from advisor.documents.scheme import SchemeProfile
from advisor.errors import NotMeasuredError

from .fitted import Spreads
from .header import header_bytes
from .parts import Weights

_UNKNOWN_SCHEME = (0.92, 1.25)
"""Bounds over the nominal rate for a scheme no spread is kept of: those of the widest scheme kept (the
16-bit share of
small models above, nothing quantized coarser than its nominal rate below)."""


def by_parameter_count(model: ModelProfile, scheme: SchemeProfile, spreads: Spreads, missing: str) -> Weights:
    """*model* without known tensors: bits per parameter as catalogue models of its size have them.

    Raises NotMeasuredError, saying what is *missing*, when not even the parameter count is known.
    """
    n = model.n_params
    if not n:
        stated = model.n_layers is not None and model.hidden_size is not None
        raise NotMeasuredError(
            missing
            if stated
            else f"{model.name}: neither shapes nor a parameter count are known; "
            "give --params or a config.json"
        )
    bits, low, high, evidence, basis = _bits(model, scheme, n, spreads)
    if model.source == "user":
        below, above = spreads.nominal()
        low, high = low * below, high * above
        evidence += (f"a nominal parameter count is {below:.2f} to {above:.2f} of the true one",)
    size = Estimate(
        value=round(n * bits / 8),
        low=round(n * low / 8),
        high=round(n * high / 8),
        basis=basis,
        evidence=evidence,
    )
    return _shared_out(model, scheme, size, n, bits)


def _bits(
    model: ModelProfile, scheme: SchemeProfile, n: int, spreads: Spreads
) -> tuple[float, float, float, tuple[str, ...], Basis]:
    known = spreads.bits(scheme.name, n, model.is_moe)
    why = f"{model.architecture or 'shapes'} not modelled" if model.architecture else "shapes not known"
    if known is None:
        nominal = scheme.bpw or scheme.weight_bits
        return (
            nominal,
            nominal * _UNKNOWN_SCHEME[0],
            max(16.0, nominal) if nominal > 8 else nominal * _UNKNOWN_SCHEME[1],
            (why, "nominal bits of the scheme"),
            "extrapolated",
        )
    value, low, high, models = known
    return (
        value,
        low,
        high,
        (why, f"bits per parameter of {models} catalogue models of this size"),
        "interpolated",
    )


def _shared_out(model: ModelProfile, scheme: SchemeProfile, size: Estimate, n: int, bits: float) -> Weights:
    """Spread the total over embedding, output and layers in proportion to parameters."""
    total = int(size.value)
    tied = bool(model.tie_embeddings)
    vocabulary = round(total * (model.vocab_size or 0) * (model.hidden_size or 0) / n)
    output = 0 if tied else vocabulary
    active_share = min(1.0, (model.n_active_params or n) / n)
    used = (model.n_experts_used or 0) / model.n_experts if model.n_experts else 1.0
    experts = round(total * (1 - active_share) / (1 - used)) if used < 1 else 0
    layers = model.n_layers or 0
    body = max(0, total - vocabulary - output)
    each = body // layers if layers else 0
    header = header_bytes(model, 12 * layers)
    return Weights(
        total_bytes=size,
        file_bytes=Estimate(
            value=size.value + header.value,
            low=size.low + header.low,
            high=size.high + header.high,
            basis=size.basis,
            evidence=size.evidence,
        ),
        bpw=bits,
        n_params=n,
        by_role_bytes={"token_embd": vocabulary, "output": output, "other": body},
        layer_bytes=(each,) * layers,
        layer_expert_bytes=(min(each, experts // layers),) * layers if layers else (),
        embedding_bytes=vocabulary,
        lookup_bytes=0,
        output_bytes=output,
        other_bytes=total - vocabulary - output - each * layers,
        tied=tied,
        active_bytes_per_token=round(total * active_share) - (0 if tied else vocabulary),
        bits_by_role={"other": bits},
        histogram={scheme.name: 1},
        basis=size.basis,
    )
