"""Which tensors a size rests on, and what stays in doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import ModelProfile
from advisor.errors import UnsupportedError
from advisor.sizing.context_params import ContextParams
from advisor.sizing.fitted import stored_spreads
from advisor.sizing.kv_cache import kv_cache_bytes
from advisor.sizing.listing import listing, stated_tensors
from advisor.sizing.weights import weigh


def unmodelled(**shapes) -> ModelProfile:
    """A mixture of experts of a class nobody modelled."""
    stated = {
        "n_layers": 4,
        "hidden_size": 1024,
        "n_heads": 8,
        "n_kv_heads": 2,
        "head_dim": 128,
        "vocab_size": 32000,
        "tie_embeddings": False,
        "n_experts": 16,
        "n_experts_used": 2,
        "moe_intermediate_size": 512,
    }
    return ModelProfile(
        name="new", source="hf-config", architecture="BrandNewForCausalLM", **{**stated, **shapes}
    )


def test_a_modelled_catalogue_row_is_not_in_doubt():
    """Llama-3.1-8B's tensors are its own."""
    assert listing(find_model("Llama-3.1-8B"), stored_spreads()).doubt is None


def test_a_configuration_its_weights_do_not_confirm_is_in_doubt():
    """The difference between derived and counted parameters is the share in doubt."""
    model = replace(find_model("Llama-3.1-8B"), source="hf-config")
    found = listing(replace(model, n_params=8_432_000_000), stored_spreads()).doubt
    assert listing(model, stored_spreads()).doubt is None
    assert (found.low, found.value, found.high) == pytest.approx((0.95, 1.0, 1.05), abs=1e-3)


def test_stated_shapes_make_the_tensors_of_an_unknown_class():
    """Four layers of 1024 with 16 experts of 512: vocabulary, attention, router and experts are counted."""
    norms = 4 * 2 * 1024 + 1024
    attention = 4 * (2 * 1024 * 1024 + 2 * 1024 * 256)
    experts = 4 * (16 * 1024 + 16 * 3 * 1024 * 512)
    found = sum(tensor.n_elements for tensor in stated_tensors(unmodelled()))
    assert found == 2 * 32000 * 1024 + norms + attention + experts


def test_an_unknown_class_says_so_and_keeps_an_interval():
    """The basis is interpolated, and the evidence names the class."""
    size = weigh(unmodelled(), find_scheme("Q4_K_M")).total_bytes
    assert (size.basis, size.low <= size.value < size.high) == ("interpolated", True)
    assert "BrandNewForCausalLM is not modelled" in size.evidence[0]


@pytest.mark.parametrize("scheme", ["Q4_K_M", "NVFP4", "W4A16-INT-gptq-g128", "BF16"])
def test_an_unknown_mixture_reads_its_active_experts(scheme):
    """Two of sixteen experts are read for a token, in every format."""
    weights = weigh(unmodelled(), find_scheme(scheme))
    idle = sum(weights.layer_expert_bytes) * (1 - 2 / 16)
    read = weights.total_bytes.value - weights.embedding_bytes - idle
    assert weights.active_bytes_per_token == pytest.approx(read, rel=1e-6)


def test_a_stated_count_settles_what_the_shapes_leave_out():
    """One per cent more parameters than the shapes make: the size is one per cent more."""
    plain = unmodelled()
    counted = sum(tensor.n_elements for tensor in stated_tensors(plain))
    more = weigh(replace(plain, n_params=round(1.01 * counted)), find_scheme("BF16"))
    assert more.total_bytes.value == pytest.approx(
        1.01 * weigh(plain, find_scheme("BF16")).total_bytes.value, rel=1e-6
    )


def test_a_missing_width_is_named():
    """Without the width of the feed-forward block no tensor can be derived."""
    with pytest.raises(UnsupportedError, match="width of its feed-forward"):
        stated_tensors(unmodelled(n_experts=None, moe_intermediate_size=None))


def test_latent_experts_work_in_their_own_width():
    """Experts behind a latent projection are as wide as that, and the two projections are counted."""
    plain, latent = unmodelled(), unmodelled(metadata={"moe_latent_size": 256})
    count = {m: sum(t.n_elements for t in stated_tensors(m) if "_exps" in t.name) for m in (plain, latent)}
    assert count[latent] * 4 == count[plain]
    assert [t.shape for t in stated_tensors(latent) if "latent" in t.name][:2] == [(1024, 256), (256, 1024)]


def test_an_n_gram_table_is_read_by_rows_and_kept_apart():
    """Sixteen tables of 1000 rows, 16 wide each: no token reads them whole."""
    keys = {"ngram_size": 3, "heads_per_ngram": 8, "ngram_vocab_size_base": 1000, "ple_embed_dim": 256}
    weights = weigh(unmodelled(metadata=keys), find_scheme("BF16"))
    assert weights.lookup_bytes == 16 * 1000 * 16 * 2
    assert weights.active_bytes_per_token == weigh(unmodelled(), find_scheme("BF16")).active_bytes_per_token


def test_cross_attention_layers_keep_no_text():
    """A layer that attends to an image holds weights, but no cache of the prompt."""
    crossing = unmodelled(metadata={"attention_kinds": "FFXF"})
    every = kv_cache_bytes(unmodelled(), ContextParams(4096)).value
    assert kv_cache_bytes(crossing, ContextParams(4096)).value == every * 3 / 4
