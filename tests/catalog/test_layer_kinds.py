"""The kind of every layer, from every way configurations and the catalogue say it."""

from __future__ import annotations

import pytest

from advisor.catalog.layer_kinds import (
    attention_letters,
    feed_forward_letters,
    from_table,
    n_layers_listed,
    per_layer,
    ratio_schedule,
)

SLIDING_THEN_FULL = ["sliding_attention"] * 3 + ["full_attention"]


@pytest.mark.parametrize(
    ("config", "letters"),
    [
        ({"layer_types": SLIDING_THEN_FULL * 2}, "SSSFSSSF"),
        ({"layer_types": ["linear_attention", "full_attention"] * 4}, "LFLFLFLF"),
        ({"layer_types": ["conv", "conv", "full_attention", "conv"] * 2}, "CCFCCCFC"),
        (
            {"layers_block_type": ["mamba", "moe", "mamba", "mlp", "attention", "moe", "mamba", "moe"]},
            "M-M-F-M-",
        ),
        ({"hybrid_override_pattern": "M-M*-ME-"}, "M-MF-M--"),
        ({"hybrid_layer_pattern": [0, 1, 1, 1, 1, 0, 1, 1]}, "FSSSSFSS"),
        ({"attn_type_list": [0, 0, 0, 1, 0, 0, 0, 1]}, "LLLFLLLF"),
        ({"compress_ratios": [0, 0, 4, 128, 4, 128, 4, 128, 0]}, "SSKKKKKK"),
        ({"linear_attn_config": {"full_attn_layers": [4, 8], "kda_layers": [1, 2, 3, 5, 6, 7]}}, "LLLFLLLF"),
        ({"cross_attention_layers": [3, 7]}, "FFFXFFFX"),
        ({"full_attn_idxs": [2, 5]}, "CCFCCFCC"),
        ({"full_attention_interval": 4, "linear_num_key_heads": 16}, "LLLFLLLF"),
        ({"attn_layer_period": 8, "attn_layer_offset": 4}, "MMMMFMMM"),
        ({"layer_group_size": 4, "kv_lora_rank": 512}, "LLLFLLLF"),
        ({"sliding_window_pattern": "LLLG"}, "SSSFSSSF"),
        ({"sliding_window_pattern": 4, "sliding_window": 512}, "SSSFSSSF"),
        ({"no_rope_layers": [1, 1, 1, 0, 1, 1, 1, 0], "attention_chunk_size": 8192}, "SSSFSSSF"),
        ({"layer_types": ["full_attention"]}, ""),
        ({}, ""),
    ],
)
def test_attention_of_each_layer(config, letters):
    """Eight layers, one letter each; a list too short says nothing."""
    assert attention_letters(config, 8) == letters


@pytest.mark.parametrize(
    ("config", "letters"),
    [
        ({"mlp_layer_types": ["dense", "sparse", "sparse", "sparse"]}, "DEEE"),
        ({"moe_layer_freq": [0, 1, 1, 1]}, "DEEE"),
        ({"moe_layers_enum": "2,3"}, "DDEE"),
        ({"decoder_sparse_step": 2, "mlp_only_layers": []}, "DEDE"),
        ({"decoder_sparse_step": 1, "mlp_only_layers": [0]}, "DEEE"),
        ({"interleave_moe_layer_step": 2}, "DEDE"),
        ({"expert_layer_period": 2, "expert_layer_offset": 1}, "DEDE"),
        ({"moe_layer_start_index": 1}, "DEEE"),
        ({"layers_block_type": ["mamba", "moe", "attention", "mlp"]}, "-E-D"),
        ({"hybrid_override_pattern": "M-*E"}, "-D-E"),
        ({"layer_types": ["mamba", "attention"] * 2}, ""),
    ],
)
def test_feed_forward_of_each_layer(config, letters):
    """Dense, experts or none, by list, by period or by exception."""
    assert feed_forward_letters(config, 4) == letters


def test_blocks_that_differ_give_heads_and_widths():
    """DeciLM: groups of 8 of 64 heads, two thirds of twice the factor rounded up to 256; 0 for no block."""
    plain = {"attention": {"n_heads_in_group": 8}, "ffn": {"ffn_mult": 2.625}}
    without = {"attention": {"no_op": True}, "ffn": {"ffn_mult": 5.25}}
    config = {"num_attention_heads": 64, "hidden_size": 8192, "block_configs": [plain, without]}
    assert per_layer(config, 2) == {"kv_heads": "8,0", "ffn_widths": "14336,28672"}
    assert attention_letters(config, 2) == "F-"


def test_layers_that_are_listed_are_counted():
    """Where `num_hidden_layers` is missing, the list of layers is as long as the model."""
    assert n_layers_listed({"layers_block_type": ["mamba", "moe"] * 54}) == 108
    assert n_layers_listed({"hidden_size": 8}) is None


@pytest.mark.parametrize(
    ("pattern", "n", "letters"),
    [
        ("linear x3, full x1 (69+23)", 8, "LLLFLLLF"),
        ("full x1, sliding x3 (2 full + 6 window 512); dense FFN x3", 8, "FSSSFSSS"),
        ("full,sliding x3 repeated (2 full, 6 window 128)", 8, "FSSSFSSS"),
        ("KDA x3, MLA x1 (69+24; last layer MLA)", 9, "LLLFLLLFF"),
        ("linear(KDA)x5, MLA x1 repeated (35+7); KDA 32 heads x128, conv 4", 6, "LLLLLF"),
        ("full x1, sliding x4, then full x1, sliding x5 ... (2 full + 9 window 128)", 11, "FSSSSFSSSSS"),
        ("full x3, block-sparse x57", 60, "F" * 60),
        ("cross-attention at 3,8; 8 self-attention layers", 10, "FFFXFFFFXF"),
        ("compress_ratios 0x2,(4,128)x2,4,0(MTP); window 128", 7, "SSKKKKK"),
        ("full x2, sliding x3, full x1 ...", 46, ""),
        ("full x1, sliding x3 (9 full + 3 window 512)", 8, ""),
        ("not seen", 40, ""),
    ],
)
def test_patterns_of_the_catalogue(pattern, n, letters):
    """What is drawn is read; what contradicts its own count or breaks off says nothing."""
    assert from_table(pattern, n) == letters


def test_a_compression_schedule_is_read():
    """'128x2,(4,128) alternating' goes on to the last layer."""
    assert ratio_schedule("compress_ratios 128x2,(4,128) alternating over 6 layers", 6) == [
        128,
        128,
        4,
        128,
        4,
        128,
    ]
