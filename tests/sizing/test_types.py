"""llama-quantize's choice of types, against its own dry runs."""

from collections import Counter

import pytest

from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.errors import UnsupportedError
from advisor.evaluation.sizes.evaluate import DRY_RUN_NAMES
from advisor.sizing.blocks import tensor_bytes
from advisor.sizing.tensors import tensors
from advisor.sizing.type_rules import BASE_TYPES, Facts, Position, by_position, choose, more_bits
from advisor.sizing.types import assign, fallback, is_quantized
from advisor.training.data.tables import load


def types_of(model_name: str, ftype: str, imatrix: bool = False) -> dict[str, str]:
    """Tensor name -> type."""
    model = find_model(model_name)
    return dict(
        zip((t.name for t in tensors(model)), assign(model, tensors(model), ftype, imatrix), strict=True)
    )


def test_every_dry_run_is_reproduced_to_the_byte():
    """All rows of measurements/gguf_sizes: total bytes and the number of tensors of each type."""
    wrong = []
    for row in load("gguf_sizes").to_dict("records"):
        model = find_model(DRY_RUN_NAMES.get(row["model"], row["model"]))
        types = assign(model, tensors(model), row["ftype"], row["imatrix"] == "yes")
        size = sum(tensor_bytes(name, t.shape) for name, t in zip(types, tensors(model), strict=True))
        histogram = ";".join(f"{name}:{n}" for name, n in sorted(Counter(types).items()))
        if (size, histogram) != (row["total_tensor_bytes"], row["tensor_type_histogram"]):
            wrong.append((row["model"], row["ftype"], row["imatrix"]))
    assert wrong == []


def test_what_needs_an_imatrix_is_known():
    """The types that a dry run refused without an importance matrix are those the catalogue says require
    one."""
    rows = [row for row in load("gguf_sizes").to_dict("records") if row["imatrix"] == "no"]
    refused = {row["ftype"] for row in rows if row["requires_imatrix"] == "yes"}
    asked = {row["ftype"] for row in rows if find_scheme(row["ftype"]).calibration == "required"}
    assert asked == refused


def test_exactly_five_ftypes_change_with_an_imatrix():
    """An imatrix changes the size of Q4_0, Q5_0, IQ4_NL, IQ4_XS and IQ3_XXS, and of no other."""
    frame = load("gguf_sizes").pivot_table(
        index=["model", "ftype"], columns="imatrix", values="total_tensor_bytes"
    )
    changed = {ftype for (_, ftype), row in frame.iterrows() if row["yes"] != row["no"]}
    assert changed == {"Q4_0", "Q5_0", "IQ4_NL", "IQ4_XS", "IQ3_XXS"}


@pytest.mark.parametrize(("n", "expected"), [(24, 12), (26, 13), (32, 16), (34, 17), (80, 40)])
def test_half_the_layers_get_more_bits(n, expected):
    """First and last eighth and every third between: half the layers at common depths."""
    assert sum(more_bits(i, n) for i in range(n)) == expected


def test_tied_embeddings_are_the_output():
    """Gemma's token embedding is stored as the output matrix would be."""
    assert types_of("Gemma-3-1B", "Q4_K_M")["token_embd.weight"] == "Q8_0"
    assert types_of("Llama-3.1-8B", "Q4_K_M")["token_embd.weight"] == "Q4_K"


def test_seventy_b_spares_attention_values():
    """attn_v of an 80-layer Llama is Q5_K where an 8B's is Q4_K; Qwen2-72B counts as 70B too."""
    assert types_of("Llama-3.1-8B", "Q2_K")["blk.10.attn_v.weight"] == "Q4_K"
    assert types_of("Llama-3.1-70B", "Q2_K")["blk.10.attn_v.weight"] == "Q5_K"
    assert types_of("Qwen2.5-72B", "Q2_K")["blk.10.attn_v.weight"] == "Q5_K"


def test_eight_experts_get_more():
    """Mixtral's attention keys and values are Q8_0, its output projection Q5_K."""
    types = types_of("Mixtral-8x7B", "Q4_K_M")
    assert [types[f"blk.9.attn_{name}.weight"] for name in ("k", "v", "output")] == ["Q8_0", "Q8_0", "Q5_K"]


def test_mxfp4_touches_experts_only():
    """MXFP4_MOE: 3-D tensors MXFP4, other matrices Q8_0; a dense model is Q8_0 throughout."""
    types = types_of("gpt-oss-20b", "MXFP4_MOE")
    assert types["blk.0.ffn_up_exps.weight"] == "MXFP4"
    assert types["blk.0.attn_q.weight"] == "Q8_0"
    assert set(types_of("Qwen3-8B", "MXFP4_MOE").values()) == {"F32", "Q8_0"}


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("Q4_K", 896, "Q5_0"),
        ("IQ2_XXS", 896, "IQ4_NL"),
        ("Q6_K", 896, "Q8_0"),
        ("Q4_K", 1000, "F16"),
        ("Q4_K", 512, "Q4_K"),
    ],
)
def test_rows_that_do_not_divide(name, row, expected):
    """A row the block does not divide takes the fallback, F16 when 32 does not divide it either."""
    assert fallback(name, row) == expected


def test_pure_puts_one_type_everywhere():
    """`-pure` stores every quantizable matrix alike, embeddings included; norms stay F32."""
    assert set(types_of("Llama-3.1-8B", "Q4_K-pure").values()) == {"Q4_K", "F32"}


def test_q1_0_has_no_fallback():
    """A row 128 does not divide cannot be Q1_0: the run fails, and so do we."""
    with pytest.raises(UnsupportedError, match="128"):
        types_of("Falcon-7B", "Q1_0")


def test_an_unknown_ftype_is_named():
    """The error lists what llama-quantize makes."""
    with pytest.raises(UnsupportedError, match="Q4_K_M"):
        types_of("Llama-3.1-8B", "Q4_K_XXL")


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("blk.0.attn_q.weight", (4096, 4096), True),
        ("blk.0.attn_norm.weight", (4096,), False),
        ("blk.0.ffn_gate_inp.weight", (4096, 8), False),
        ("blk.0.ffn_up_exps.bias", (2880, 32), False),
        ("blk.0.ssm_conv1d.weight", (4, 8192), False),
        ("blk.0.attn_k_norm.weight", (128, 8), False),
        ("per_layer_token_embd.weight", (7680, 262144), True),
    ],
)
def test_what_is_never_quantized(name, shape, expected):
    """Norms, routers, biases and convolutions stay as they are."""
    assert is_quantized(name, shape) is expected


@pytest.mark.parametrize("category", ["attn_v", "attn_k", "attn_output", "ffn_up", "ffn_gate", "other"])
def test_only_stated_ftypes_look_at_the_position(category):
    """Where `by_position` says no, every tensor of a category gets one type, whatever the model."""
    for ftype, base in BASE_TYPES.items():
        if by_position(ftype, category):
            continue
        for architecture, experts, gqa, is_70b in (
            ("llama", 0, 4, False),
            ("llama", 8, 1, False),
            ("falcon", 0, 8, False),
            ("llama", 0, 8, True),
        ):
            known = Facts(architecture, 32, 32, gqa, experts, is_70b, tied=False)
            for imatrix in (True, False):
                types = {
                    choose(known, ftype, base, imatrix, Position(category, number, (4096, 4096)))
                    for number in range(32)
                }
                assert len(types) == 1, (ftype, architecture, types)
