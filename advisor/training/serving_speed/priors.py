"""What is believed of the step model's coefficients before a serving row is seen.

All are logarithms. Kernel efficiencies come from kernel timings (`kernels.efficiencies`) instead.
"""

from __future__ import annotations

from math import log

from advisor.training.fitting.priors import Prior, Priors

_NONE = "starts at none: what one thing adds to what all share"
_JUDGED = "an order of magnitude; hundreds of rows outweigh it"
_SHEET = "data sheets: NVLink 4 moves 900 GB/s both ways, PCIe 4 x16 32 GB/s"


def _around(median: float, sd: float, why: str) -> Prior:
    return Prior(log(median), sd, why)


PRIORS = Priors(
    {
        "read-expert": _around(0.9, 0.2, "many small matrices: somewhat below one large one"),
        "likeness": _around(0.1, 1.0, _JUDGED),
        "math-expert": _around(0.7, 0.5, _JUDGED),
        "padding": _around(16.0, 0.7, "the smallest block of rows of a tensor core product"),
        "read-arch:*": _around(1.0, 0.15, _NONE),
        "math-arch:*": _around(1.0, 0.2, _NONE),
        "math-arch:*unified": _around(1.0, 0.7, "vendors state sparse four-bit rates only"),
        "math-arch:jetson": _around(1.0, 0.7, "vendors state sparse rates only"),
        "read-on:*": _around(1.0, 0.1, _NONE),
        "math-on:*": _around(1.0, 0.2, _NONE),
        "math-by:*": _around(1.0, 0.3, _NONE),
        "math-on:*unified": _around(1.0, 0.5, "no kernel was timed there"),
        "read-by:*": _around(1.0, 0.2, _NONE),
        "layer-by:*": _around(1.0, 0.2, _NONE),
        "layer-by:*:*": _around(1.0, 0.3, "a kernel is as likely one publisher's own as everybody's"),
        "first-by:*": _around(1.0, 1.0, "front ends and how requests arrive differ from set-up to set-up"),
        "read:*": _around(0.6, 0.5, _JUDGED),
        "math:*": _around(0.5, 0.5, _JUDGED),
        "cache-heads": _around(0.7, 0.3, _JUDGED),
        "cache-latent": _around(0.7, 0.5, _JUDGED),
        "cache:*": _around(1.0, 0.3, _NONE),
        "between": _around(40.0, 0.7, "ten tensors of two bytes read and written between products"),
        "attention": _around(0.4, 0.5, _JUDGED),
        "bluntness:*": _around(1.0, 0.5, _NONE),
        "bluntness-on:*": _around(1.0, 0.3, _NONE),
        "bluntness": _around(1.0, 0.5, "between a maximum and a sum"),
        "layer": _around(30e-6, 1.0, "some ten kernel launches of microseconds"),
        "layer:*": _around(1.0, 0.4, _NONE),
        "layer-kernel:*": _around(1.0, 0.3, _NONE),
        "layer-arch:*": _around(1.0, 0.3, _NONE),
        "layer-moe": _around(2.0, 0.5, _JUDGED),
        "graphless": _around(6.0, 0.7, "a launch by the host takes some 5 us, from a graph under 1"),
        "layer-eager": _around(200e-6, 1.0, _JUDGED),
        "step-eager": _around(1e-3, 1.0, _JUDGED),
        "sequence-eager": _around(10e-6, 1.0, _JUDGED),
        "interleave-eager": _around(0.8, 0.3, _JUDGED),
        "burst-eager": _around(0.1, 1.0, _JUDGED),
        "first-eager": _around(10e-3, 1.0, _JUDGED),
        "wait-eager": _around(1.0, 1.0, _JUDGED),
        "step": _around(1e-3, 1.0, _JUDGED),
        "step:*": _around(1.0, 0.5, _NONE),
        "sequence": _around(10e-6, 1.0, _JUDGED),
        "sequence:*": _around(1.0, 0.5, _NONE),
        "crowding": _around(0.1, 1.0, _JUDGED),
        "reduce-nvlink": _around(10e-6, 0.7, _JUDGED),
        "reduce-pcie": _around(30e-6, 0.7, _JUDGED),
        "link-nvlink": _around(300e9, 0.7, _SHEET),
        "link-pcie": _around(20e9, 0.7, _SHEET),
        "interleave": _around(0.8, 0.3, _JUDGED),
        "interleave:*": _around(1.0, 0.2, _NONE),
        "burst": _around(0.1, 1.0, _JUDGED),
        "burst:*": _around(1.0, 0.5, _NONE),
        "first": _around(10e-3, 1.0, _JUDGED),
        "first:*": _around(1.0, 0.5, _NONE),
        "wait": _around(1.0, 1.0, _JUDGED),
        "wait:*": _around(1.0, 0.7, _NONE),
        "queue:*": _around(1.0, 0.3, _NONE),
        "at-once:*": _around(1.0, 0.3, "a batch that drains is slower than one kept full"),
        "unfilled": _around(1.0, 0.3, "a run counts its start and its tail; what one thing adds to others"),
        "by:*": _around(1.0, 0.35, "publishers scatter by that when left out; from 0.15 to 0.4 on those"),
        "by-first:*": _around(1.0, 0.3, "publishers of one configuration differ by about that"),
    }
)
