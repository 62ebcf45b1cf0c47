"""What is believed of local speed's coefficients before any row is seen, in logs.

A general coefficient has a wide prior, a particular one a narrow prior around nothing, so it leaves the
general one only where its own rows say so (partial pooling).
"""

from __future__ import annotations

from advisor.training.fitting.priors import Prior, Priors

_READ = "reads reach some 0.8 of peak bandwidth (FluidX3D's published table, CUDA cards)"
_HALF = "kernels reach about half of the arithmetic peak"
_GENERAL = "a judgement: wide, the rows decide"
_PARTICULAR = "a judgement: half to a third of the spread one level above"
_FEW = "a judgement: few members, some far off"
_LEFT_OUT = "of half to twice as much the least error on sources left out, the part held back not among them"


def _named(sd: float, why: str, *patterns: str, mean: float = 0.0) -> dict[str, Prior]:
    return {pattern: Prior(mean, sd, why) for pattern in patterns}


PRIORS = Priors(
    _named(0.3, _GENERAL, "*")
    | _named(1.0, _GENERAL, "*:")
    | {
        "read:": Prior(0.25, 1.0, _READ),
        "kv:": Prior(0.5, 1.0, _READ),
        "load:": Prior(0.4, 1.0, _READ),
        "compute:": Prior(0.5, 1.0, _HALF),
        "matmul:": Prior(0.7, 1.0, _HALF),
        "attention:": Prior(0.7, 1.0, _HALF),
        "together:": Prior(1.0, 0.5, "a vector kernel's column costs its arithmetic some three times over"),
        "upload:": Prior(0.3, 0.3, "copies from pageable memory reach 0.7 of the link"),
        "hand:": Prior(0.0, 0.7, _GENERAL),
        "device:*": Prior(0.0, 0.15, _LEFT_OUT, heavy_tailed=True),
        "device:*|*": Prior(0.0, 0.10, _LEFT_OUT, heavy_tailed=True),
        "source-launch|*": Prior(0.0, 0.15, _FEW, heavy_tailed=True),
        "source|*": Prior(0.0, 0.07, _LEFT_OUT, heavy_tailed=True),
        "source:*": Prior(0.0, 0.06, _LEFT_OUT, heavy_tailed=True),
    }
    | _named(0.25, _PARTICULAR, "engine:*")
    | _named(0.15, _PARTICULAR, "engine:*|*")
    | _named(0.5, _GENERAL, "*:kind:*", "launch:*", "host:*")
    | _named(0.4, _GENERAL, "attention:backend:*", "*:isa:*", "kv:latent|*", "attention:latent")
    | _named(0.3, _GENERAL, "*:backend:*", "*:family:*", "launch:backend:*", "launch:kind:*")
    | _named(0.2, _PARTICULAR, "*:mobile", "launch:mobile")
    | _named(0.12, _LEFT_OUT, "*:generation:*", "launch:generation:*")
    | _named(0.4, _GENERAL, "attention:generation:*")
    | _named(0.15, _PARTICULAR, "*:family:*|*", "*:moe|*")
    | _named(0.1, _LEFT_OUT, "*:generation:*|*", "launch:generation:*|*")
    | _named(0.3, _GENERAL, "matmul:family:F16|*", "matmul:family:F16|*|*", "matmul:matrix-ratio|F16")
    | _named(0.10, _PARTICULAR, "*:family:*|*|*", "*:moe|*|*")
    | _named(0.15, _PARTICULAR, "*:moe:used", "moe:sparsity", "*:size", "*:params")
    | _named(0.2, _PARTICULAR, "*:core-year", "*:cores", "*:matrix-ratio", "*:year", "read:bandwidth:*")
    | _named(0.3, _GENERAL, "memory:power:*", "*:power:*")
    | _named(0.3, _GENERAL, "memory:*", "matmul:small|*", "matmul:large|*")
)
