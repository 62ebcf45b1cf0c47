"""What is believed of the accuracy model's coefficients before any row is seen. Natural-log units.

Where `why` says "chosen on folds", the spread is the one of a few tried (factors of two) whose median error
on families left out was least, without the holdout (`holdout.held`); `scripts/choose_accuracy_priors.py`
repeats the choice.
"""

from __future__ import annotations

from advisor.training.fitting.priors import Prior, Priors

_FREE = "wide: any value measured anywhere lies within"
_FOLDS = "chosen on folds"
_HALVES = "pooled towards its method's shape: a bend of its own must be shown"

PRIORS = Priors(
    {
        "w": Prior(-2.5, 6.0, _FREE),
        "a": Prior(-5.0, 4.0, _FREE),
        "kv": Prior(-6.0, 4.0, _FREE),
        "t": Prior(-1.0, 4.0, _FREE),
        "w:*": Prior(0.0, 0.9, _FOLDS),
        "a:*": Prior(0.0, 1.0, _FOLDS),
        "a:below-*": Prior(0.0, 2.0, "integers of fewer bits may break a model: wide"),
        "seg:gguf:*": Prior(1.0, 3.0, "rounding noise halves per bit, its logarithm falls by about one"),
        "seg:codebook:*": Prior(1.0, 3.0, "as seg:gguf"),
        "seg:grid:*": Prior(1.0, 3.0, "as seg:gguf"),
        "seg:*": Prior(0.0, 0.8, _HALVES),
        "group": Prior(0.0, 0.3, _FOLDS),
        "group:*": Prior(0.0, 0.1, _FOLDS),
        "group:low": Prior(0.0, 0.3, _FOLDS),
        "uncalibrated": Prior(0.0, 0.5, "an importance matrix takes off a sixth to a half (llama.cpp #4930)"),
        "uncalibrated:low": Prior(0.0, 0.3, "likewise, more below 5 bits"),
        "pure": Prior(0.0, 0.5, _FOLDS),
        "recovered:*": Prior(0.0, 1.0, "18 to 96 % of the loss regained (torchao's QAT page)"),
        "kv:*": Prior(0.0, 2.0, _FREE),
        "kv:fam:*": Prior(0.0, 0.7, _FOLDS),
        "kvt": Prior(0.0, 1.0, _FOLDS),
        "kvt:*": Prior(0.0, 0.7, _FOLDS),
        "size": Prior(0.0, 1.0, _FREE),
        "year": Prior(0.0, 0.3, _FOLDS),
        "small:low": Prior(0.0, 0.5, _FOLDS),
        "year:low": Prior(0.0, 0.3, _FOLDS),
        "moe*": Prior(0.0, 0.3, _FOLDS),
        "moe:sparsity": Prior(0.0, 0.2, _FOLDS),
        "fam:*": Prior(0.0, 0.7, _FOLDS),
        "model:*": Prior(0.0, 0.5, _FOLDS),
        "t:*": Prior(0.0, 1.0, _FOLDS),
        "t:size": Prior(0.0, 0.5, _FOLDS),
        "t:fam:*": Prior(0.0, 0.15, _FOLDS),
        "t:model:*": Prior(0.0, 0.15, _FOLDS),
        "t:dataset:*": Prior(0.0, 0.4, _FOLDS),
        "t:by:*": Prior(0.0, 0.3, _FOLDS),
        "t:act:*": Prior(0.0, 0.8, _FOLDS),
        "t:act:below-*": Prior(0.0, 1.5, "as a:below"),
        "o:*": Prior(0.0, 0.3, "perplexity ratios of one configuration differ so between corpora"),
        "s:*": Prior(0.0, 0.7, "sources of one configuration differ so (`floor_between_sources`)"),
        "k0": Prior(0.0, 1.0, _FREE),
        "p:*": Prior(1.0, 0.15, "loss in proportion to damage, unless measured otherwise"),
    }
)
