"""llama-perplexity's logs."""

from __future__ import annotations

from collections.abc import Callable

from advisor.measuring.rows import Row

RowsOf = Callable[..., list[Row]]


def test_perplexity_and_divergence_with_their_errors(rows_of: RowsOf) -> None:
    """Both kinds of llama-perplexity log give figures with the error behind ±."""
    assert [(r.metric, r.value, r.sd, r.scheme, r.n) for r in rows_of("llama_perplexity.log")] == [
        ("ppl", 7.5125, 0.09125, "Q4_K_M", 25600)
    ]
    assert {r.metric: (r.value, r.sd) for r in rows_of("llama_perplexity_kld.log")} == {
        "ppl": (7.85, 0.097),
        "ppl_ratio": (1.046028, 0.001569),
        "kld_mean": (0.0625, 0.00075),
        "kld_99": (0.65, None),
        "top1_agreement_pct": (89.5, 0.19),
        "delta_p_rms": (7.25, 0.08),
    }
