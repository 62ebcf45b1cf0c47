"""Published files with their models, and order statistics."""

from advisor.catalog.schemes import find_scheme
from advisor.sizing.recipes import UNSLOTH_LADDER
from advisor.sizing.weights import weigh
from advisor.training.sizes.spread import published_checkpoints, quantiles


def test_published_unsloth_files_lie_in_the_interval():
    """Nine in ten files of Unsloth's own repositories lie in the interval of their mix."""
    inside = []
    for model, one in published_checkpoints():
        if one.publisher != "unsloth" or one.scheme not in UNSLOTH_LADDER or one.exact_bytes is None:
            continue
        if model.architecture != "GptOssForCausalLM" and not one.doubt:
            size = weigh(model, find_scheme(one.scheme)).file_bytes
            inside.append(0.995 * size.low <= one.exact_bytes <= 1.005 * size.high)
    assert len(inside) > 300
    assert sum(inside) / len(inside) >= 0.9


def test_a_quantile_lies_between_its_neighbours():
    """A quarter of the way through 0, 1, 2, 3 is 0.75; the ends are the ends."""
    assert quantiles([3.0, 0.0, 2.0, 1.0], 0.0, 0.25, 1.0) == [0.0, 0.75, 3.0]
