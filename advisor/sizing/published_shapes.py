"""Per-layer facts of published models which neither the catalogue nor a count states."""

from __future__ import annotations

NEMOTRON_PATTERNS = {
    56: "M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-",
    52: "MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME",
    88: "MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME",
}
"""hybrid_override_pattern of Nemotron Nano 9B v2, 3 Nano 30B and 3 Super 120B (their config.json): Mamba,
attention (*),
feed-forward (-), experts (E)."""

FALCON_H1 = {
    # hidden size: (Mamba width, heads); mamba_d_ssm and mamba_n_heads of the config.json of each size
    1024: (1536, 24),
    2560: (4096, 32),
    3072: (3072, 24),
    5120: (4096, 32),
}
"""Falcon-H1 by hidden size."""

LFM2_ATTENTION = {16: {2, 5, 8, 10, 12, 14}}
"""full_attn_idxs of LFM2 350M to 1.2B (config.json). Elsewhere they are spread evenly: only the order of the
layers
depends on it, not the size."""
