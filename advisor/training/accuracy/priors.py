"""What is believed of the accuracy model's coefficients before any row is seen. Natural-log units.

Where `why` says "a judgement", the spread was set by hand and no search has been run over it;
`advisor evaluate --search accuracy` compares each with its half and its double on families left out.
"""

from __future__ import annotations

from advisor.training.fitting.priors import Prior, Priors

_FREE = "wide: any value measured anywhere lies within"
JUDGED = "a judgement"
"""The reason of spreads that a search may compare."""
_SEARCHED = "least error of damage and losses on families and sources left out, without the holdout"
_SECOND_MOMENT = "fitted: what the group's own members have in a fit without the holdout, their errors added"
_HALVES = "pooled towards its method's shape: a bend of its own must be shown"

PRIORS = Priors(
    {
        "w": Prior(-2.5, 6.0, _FREE),
        "a": Prior(-5.0, 4.0, _FREE),
        "kv": Prior(-6.0, 4.0, _FREE),
        "t": Prior(-1.0, 4.0, _FREE),
        "w:*": Prior(0.0, 0.5, _SECOND_MOMENT),
        "a:*": Prior(0.0, 1.0, JUDGED),
        "a:below-*": Prior(0.0, 2.0, "integers of fewer bits may break a model: wide"),
        "seg:gguf:*": Prior(1.0, 3.0, "rounding noise halves per bit, its logarithm falls by about one"),
        "seg:codebook:*": Prior(1.0, 3.0, "as seg:gguf"),
        "seg:grid:*": Prior(1.0, 3.0, "as seg:gguf"),
        "seg:*": Prior(0.0, 0.8, _HALVES),
        "group": Prior(0.0, 0.3, JUDGED),
        "group:*": Prior(0.0, 0.1, JUDGED),
        "group:low": Prior(0.0, 0.3, JUDGED),
        "uncalibrated": Prior(0.0, 0.5, "an importance matrix takes off a sixth to a half (llama.cpp #4930)"),
        "uncalibrated:low": Prior(0.0, 0.3, "likewise, more below 5 bits"),
        "pure": Prior(0.0, 0.5, JUDGED),
        "recovered:*": Prior(0.0, 1.0, "18 to 96 % of the loss regained (torchao's QAT page)"),
        "kv:*": Prior(0.0, 2.0, _FREE),
        "kv:fam:*": Prior(0.0, 0.7, JUDGED),
        "kvt": Prior(0.0, 1.0, JUDGED),
        "kvt:*": Prior(0.0, 0.7, JUDGED),
        "size": Prior(0.0, 1.0, _FREE),
        "year": Prior(0.0, 0.3, JUDGED),
        "small:low": Prior(0.0, 0.5, JUDGED),
        "year:low": Prior(0.0, 0.3, JUDGED),
        "plain:*": Prior(0.0, 0.5, "wide: the factor of a bit differs by up to e between models"),
        "moe*": Prior(0.0, 0.3, JUDGED),
        "moe:sparsity": Prior(0.0, 0.2, JUDGED),
        "v:*": Prior(0.0, 0.3, JUDGED),
        "fam:*": Prior(0.0, 0.5, _SECOND_MOMENT),
        "model:*": Prior(0.0, 0.1, _SEARCHED),
        "t:*": Prior(0.0, 1.0, JUDGED),
        "t:size": Prior(0.0, 0.5, JUDGED),
        "t:fam:*": Prior(0.0, 0.08, _SEARCHED),
        "t:model:*": Prior(0.0, 0.08, _SEARCHED),
        "t:dataset:*": Prior(0.0, 0.4, JUDGED),
        "t:by:*": Prior(0.0, 0.3, JUDGED),
        "t:act:*": Prior(0.0, 0.8, JUDGED),
        "t:act:below-*": Prior(0.0, 1.5, "as a:below"),
        "o:*": Prior(0.0, 0.3, "perplexity ratios of one configuration differ so between corpora"),
        "s:task:*": Prior(0.0, 0.7, _SECOND_MOMENT),
        "s:ppl:*": Prior(0.0, 0.4, _SECOND_MOMENT),
        "s:kld:*": Prior(0.0, 0.5, _SECOND_MOMENT),
        "k0": Prior(0.0, 1.0, _FREE),
        "p:*": Prior(1.0, 0.15, "loss in proportion to damage, unless measured otherwise"),
    }
)
