"""Weights of a model under a scheme: totals, shares, and honest intervals where they are not exact."""

from dataclasses import replace

import pytest

from advisor.catalog.models import all_models, find_model
from advisor.catalog.schemes import all_schemes, find_scheme
from advisor.documents.model import ModelProfile, StoredTensor
from advisor.errors import NotMeasuredError, UnsupportedError
from advisor.sizing.blocks import BLOCKS, tensor_bytes
from advisor.sizing.recipes import UNSLOTH_LADDER
from advisor.sizing.weights import weigh
from advisor.training.data.tables import load


def weights(model: str, scheme: str, imatrix: bool | None = None):
    """Weights by names."""
    return weigh(find_model(model), find_scheme(scheme), imatrix)


def test_gguf_bytes_and_bpw_are_the_dry_runs():
    """Llama-3.1-8B Q4_K_M: total tensor bytes and bits per weight as llama-quantize prints them."""
    frame = load("gguf_sizes")
    row = frame[(frame.model == "llama-3.1-8b") & (frame.ftype == "Q4_K_M") & (frame.imatrix == "no")].iloc[0]
    found = weights("Llama-3.1-8B", "Q4_K_M", False)
    assert (found.total_bytes.value, round(found.bpw, 4)) == (row["total_tensor_bytes"], row["bpw"])
    assert found.total_bytes.basis == "exact"


def test_a_header_is_mostly_tokenizer():
    """32 k SentencePiece tokens take about 0.7 MB, Qwen's 152 k 5 to 6 MB, Llama 3's 128 k 7 to 8 MB."""
    headers = [
        weights(name, "Q8_0").file_bytes.value - weights(name, "Q8_0").total_bytes.value
        for name in ("Llama-2-7B", "Qwen2.5-7B", "Llama-3.1-8B")
    ]
    assert [round(size / 1e6, 1) for size in headers] == pytest.approx([0.7, 5.5, 7.5], abs=0.5)


@pytest.mark.parametrize(
    "model", ["Llama-3.1-8B", "Qwen2.5-0.5B", "Qwen3-30B-A3B", "Gemma-3n-E2B", "DeepSeek-R1"]
)
@pytest.mark.parametrize("scheme", ["Q4_K_M", "W4A16-INT-gptq-g128", "BF16"])
def test_the_parts_are_the_whole(model, scheme):
    """Embedding, output, layers and the rest sum up to the total, and so do the roles."""
    found = weights(model, scheme)
    parts = found.embedding_bytes + found.output_bytes + found.other_bytes + sum(found.layer_bytes)
    assert parts == found.total_bytes.value
    assert sum(found.by_role_bytes.values()) == found.total_bytes.value


def test_layers_and_experts():
    """A mixture of experts lists its experts by layer, smaller than the layer; a dense model has none."""
    found = weights("Qwen3-30B-A3B", "Q4_K_M")
    assert len(found.layer_bytes) == len(found.layer_expert_bytes) == 48
    assert {True} == {
        0 < expert < layer for expert, layer in zip(found.layer_expert_bytes, found.layer_bytes, strict=True)
    }
    assert set(weights("Qwen3-8B", "Q4_K_M").layer_expert_bytes) == {0}


def test_leading_dense_layers_have_no_experts():
    """DeepSeek-V3's first three layers are dense."""
    assert [size == 0 for size in weights("DeepSeek-V3", "Q4_K_M").layer_expert_bytes[:4]] == [True] * 3 + [
        False
    ]


def test_what_one_token_reads():
    """All layers and the output, but of the embedding one row only; of 128 experts, eight."""
    dense = weights("Llama-3.1-8B", "Q4_K_M")
    assert dense.active_bytes_per_token == dense.total_bytes.value - dense.embedding_bytes
    sparse = weights("Qwen3-30B-A3B", "Q4_K_M")
    experts = sum(sparse.layer_expert_bytes)
    expected = sparse.total_bytes.value - sparse.embedding_bytes - experts * (1 - 8 / 128)
    assert sparse.active_bytes_per_token == pytest.approx(expected, abs=1)


def test_a_tied_model_reads_its_embedding_as_output():
    """Tied: output_bytes is 0, and the embedding is read whole for the logits."""
    found = weights("Qwen2.5-0.5B", "Q4_K_M")
    assert (found.tied, found.output_bytes) == (True, 0)
    assert found.active_bytes_per_token == found.total_bytes.value


def test_per_layer_embeddings_are_read_by_the_row():
    """Of Gemma-3n's per-layer embeddings a token reads one row; its tied embedding it reads whole."""
    found = weights("Gemma-3n-E2B", "Q4_K_M")
    per_layer = tensor_bytes("Q6_K", (256 * 30, 262400))
    assert found.active_bytes_per_token == found.total_bytes.value - per_layer
    assert found.embedding_bytes == per_layer + tensor_bytes("Q6_K", (2048, 262400))


def test_prediction_blocks_are_stored_but_not_read():
    """GLM-4.5's extra block is a layer of the file and no part of a decoded token."""
    found = weights("GLM-4.5-Air", "Q4_K_M")
    assert len(found.layer_bytes) == 47
    without = found.layer_bytes[46] - found.layer_expert_bytes[46]
    assert found.active_bytes_per_token < found.total_bytes.value - found.embedding_bytes - without


def test_more_bits_weigh_more():
    """F16 > Q8_0 > Q6_K > Q5_K_M > Q4_K_M > Q3_K_M > IQ2_M on a model whose rows divide."""
    order = ["F16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_M", "IQ2_M"]
    sizes = [weights("Llama-3.1-8B", name).total_bytes.value for name in order]
    assert sizes == sorted(sizes, reverse=True)


def test_the_l_recipe_forces_embeddings():
    """Q4_K_L is Q4_K_M with token_embd and output in Q8_0."""
    plain, large = weights("Llama-3.1-8B", "Q4_K_M"), weights("Llama-3.1-8B", "Q4_K_L")
    assert large.layer_bytes == plain.layer_bytes
    assert large.bits_by_role["token_embd"] == large.bits_by_role["output"] == 8.5


@pytest.mark.parametrize("scheme", ["UD-Q4_K_XL", "UD-IQ1_S", "IQ4_KS"])
def test_mixes_without_public_rules_are_estimates(scheme):
    """Unsloth's and ik_llama.cpp's mixes carry an interval and say why."""
    found = weights("Llama-3.1-8B", scheme).total_bytes
    assert found.basis == "interpolated"
    assert found.low < found.value < found.high
    assert "estimated" in found.evidence[0] or "not public" in found.evidence[0]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("W8A8-FP-dynamic", 4096 * 4096 + 4096 * 2),  # a 16-bit scale a row
        ("W8A8-FP-block", 4096 * 4096 + 32 * 32 * 4),  # an f32 scale per 128 x 128
        ("W8A8-INT", 4096 * 4096 + 4096 * 2),
        # codes, f16 scales and packed 4-bit zero points per 128; GPTQ adds an int32 per column
        ("W4A16-INT-awq-g128", 4096 * 4096 // 2 + 4096 * 32 * 2 + 4096 * 32 // 2),
        ("W4A16-INT-gptq-g128", 4096 * 4096 // 2 + 4096 * 32 * 2 + 4096 * 32 // 2 + 4096 * 4),
        # symmetric: codes, 16-bit scales and the shape as two int64
        ("W4A16-INT-rtn-g128", 4096 * 4096 // 2 + 4096 * 32 * 2 + 16),
        ("NVFP4", 4096 * 4096 // 2 + 4096 * 256 + 8),
        ("MXFP4", 4096 * 4096 // 2 + 4096 * 128),
        ("HQQ-4bit-g64", 4096 * 4096 // 2 + 4096 * 64 * 4),
        ("HQQ-3bit-g64", round(4096 * 4096 * 0.4) + 4096 * 64 * 4),  # ten codes to 32 bits
        ("MLX-4bit-g64", 4096 * 4096 // 2 + 4096 * 64 * 4),
        ("EXL3-4.0bpw", 4096 * 4096 // 2 + 2 * 4096 * 2),
        ("AQLM-2bit-1x16", 4096 * 4096 // 4 + 65536 * 8 * 2 + 4096 * 2),
        ("BF16", 4096 * 4096 * 2),
    ],
)
def test_one_matrix_in_each_format(scheme, expected):
    """attn_output of Llama-3.1-8B (4096 x 4096), 32 times, as the format packs it."""
    assert weights("Llama-3.1-8B", scheme).by_role_bytes["attn_output"] == 32 * expected


def test_embeddings_stay_16_bit_but_where_the_format_quantizes_them():
    """compressed-tensors leaves embeddings and output; MLX quantizes both; ExLlama the output, to six
    bits."""
    bits = {name: weights("Llama-3.1-8B", name).bits_by_role for name in
            ("W8A8-INT", "MLX-4bit-g64", "EXL3-4.0bpw")}  # fmt: skip
    assert [bits[name]["token_embd"] for name in bits] == [16, 4.5, 16]
    assert [bits[name]["output"] for name in bits] == [16, 4.5, 6]


@pytest.mark.parametrize(("scheme", "published_gib"), [("MLX-8bit-g64", 29.62), ("MLX-4bit-g64", 15.74)])
def test_a_published_mlx_checkpoint(scheme, published_gib):
    """GLM-4.7-Flash as the MLX comparison in measurements/accuracy lists it: within 0.5 %."""
    found = weights("GLM-4.7-Flash", scheme).total_bytes.value
    assert found / 2**30 == pytest.approx(published_gib, rel=5e-3)


def test_gpt_oss_keeps_everything_but_experts_at_16_bits():
    """OpenAI's MXFP4 checkpoints hold the experts in 4.25 bits and all else as it was."""
    bits = weights("gpt-oss-20b", "MXFP4").bits_by_role
    assert (bits["expert_up"], bits["attn_q"], bits["output"]) == (4.25, 16, 16)


def test_producers_differ_on_experts():
    """A mixture of experts in a calibrated format has room above: matrices outside the experts may stay
    16-bit."""
    found = weights("Qwen3-30B-A3B", "W4A16-INT-gptq-g128").total_bytes
    assert found.basis == "interpolated"
    assert found.low <= found.value < found.high


def test_every_scheme_weighs_every_model():
    """No (model, scheme) of the catalogues fails but for shapes the scheme cannot store."""
    failed, weighed = set(), 0
    for model in [model for model in all_models() if model.n_params][::9]:
        for scheme in all_schemes():
            try:
                found = weigh(model, scheme)
            except UnsupportedError as error:
                failed.add((scheme.name, str(error).split(",")[0]))
                continue
            assert 0 < found.total_bytes.low <= found.total_bytes.value <= found.total_bytes.high
            assert 0 < found.active_bytes_per_token <= found.total_bytes.value
            weighed += 1
    assert weighed > 1000
    assert {name for name, _ in failed} <= {"Q1_0"}


def test_an_unmodelled_architecture_gets_an_interval():
    """Parameter count x bits with the spread of models of that size; never exact."""
    model = replace(find_model("Llama-3.1-8B"), architecture="NobodysModelForCausalLM")
    found = weigh(model, find_scheme("Q4_K_M"))
    true = weights("Llama-3.1-8B", "Q4_K_M").total_bytes.value
    assert found.total_bytes.basis == "interpolated"
    assert found.total_bytes.low <= true <= found.total_bytes.high
    assert len(found.layer_bytes) == 32
    assert any("not modelled" in line for line in found.total_bytes.evidence)


@pytest.mark.parametrize(
    "name", ["Llama-2-13B", "Mistral-7B-v0.3", "Qwen2.5-7B", "Qwen2.5-32B", "Gemma-2-9B"]
)
def test_a_bare_parameter_count_covers_models_of_that_name(name):
    """`--params 13B`: the interval holds the size of real 13B models."""
    nominal = float(next(part for part in name.split("-") if part.endswith("B"))[:-1]) * 1e9
    found = weigh(
        ModelProfile(name=name, source="user", n_params=int(nominal)), find_scheme("Q4_K_M")
    ).total_bytes
    assert found.low <= weights(name, "Q4_K_M").total_bytes.value <= found.high


def test_nothing_known_is_an_error():
    """Without shapes and parameter count there is no size."""
    with pytest.raises(NotMeasuredError, match="--params"):
        weigh(ModelProfile(name="x", source="user"), find_scheme("Q4_K_M"))


def test_a_file_weighs_what_it_holds():
    """A GGUF file keeps its own bytes under its own scheme, whatever its types."""
    stored = (
        StoredTensor(name="token_embd.weight", shape=(256, 1000), type="Q6_K", n_bytes=210_000),
        StoredTensor(name="blk.0.attn_q.weight", shape=(256, 256), type="IQ3_S", n_bytes=28_160),
        StoredTensor(name="blk.0.attn_norm.weight", shape=(256,), type="F32", n_bytes=1024),
    )
    model = ModelProfile(
        name="file", source="gguf", tensors=stored, n_layers=1, fixed_scheme="Q4_K_M", vocab_size=1000,
        file_size_bytes=250_000,
    )  # fmt: skip
    found = weigh(model, find_scheme("Q4_K_M"))
    assert found.total_bytes.value == 239_184
    assert found.histogram == {"Q6_K": 1, "IQ3_S": 1, "F32": 1}
    assert found.file_bytes.value == 250_000


def test_results_are_kept():
    """The same question on the same profile is answered from memory."""
    model, scheme = find_model("Llama-3.1-8B"), find_scheme("Q4_K_M")
    assert weigh(model, scheme) is weigh(model, scheme)


def test_kept_types_are_known():
    """Every type of a GGUF histogram is in the block table."""
    kinds = {name for scheme in ("Q4_K_M", "IQ2_M", "IQ4_KS", "MXFP4_MOE") for name in
             weights("Qwen3-30B-A3B", scheme).histogram}  # fmt: skip
    assert kinds <= set(BLOCKS)


def test_a_hybrid_dense_model_is_not_counted_at_16_bits():
    """Qwen3.6-27B in 4 bits: 16 to 19 GiB expected, under 25 GiB at most; in 8 bits under 41 GiB."""
    four, eight = (
        weights("Qwen3.6-27B", name).total_bytes for name in ("W4A16-INT-awq-g128", "W8A8-FP-dynamic")
    )
    assert 16 < four.value / 2**30 < 19
    assert four.high / 2**30 < 25
    assert eight.high / 2**30 < 41


def test_each_part_of_a_mixed_checkpoint_has_its_own_bits():
    """Attention in FP8, dense blocks and output in NVFP4, as the checkpoint says; nothing is in doubt."""
    said = "attention=W8A8-FP-static;mlp=NVFP4A16;output=NVFP4A16"
    model = replace(find_model("Qwen3.6-27B"), fixed_scheme="NVFP4A16", metadata={"schemes_by_part": said})
    found = weigh(model, find_scheme("NVFP4A16"))
    bits = {role: round(found.bits_by_role[role], 1) for role in ("attn_q", "ffn_up", "output", "token_embd")}
    assert bits == {"attn_q": 8.0, "ffn_up": 4.5, "output": 4.5, "token_embd": 16.0}
    assert 17 < found.total_bytes.value / 1e9 < 23
    assert found.total_bytes.high == found.total_bytes.value


def test_the_index_of_a_checkpoint_states_its_bytes():
    """Where the shards are not here, the total of their index is the size."""
    model = replace(find_model("Llama-3.1-8B"), fixed_scheme="W8A8-FP-dynamic", file_size_bytes=9_081_000_000)
    assert weigh(model, find_scheme("W8A8-FP-dynamic")).total_bytes.value == 9_081_000_000


@pytest.mark.parametrize(
    "name", ["Qwen3.6-27B", "Llama-3.1-8B", "Qwen3-30B-A3B", "GLM-4.5-Air", "gpt-oss-20b"]
)
def test_the_ladder_of_mixes_never_turns(name):
    """A mix named after more bits is never smaller."""
    sizes = [weights(name, mix).total_bytes.value for mix in UNSLOTH_LADDER]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("model", "scheme", "n_bytes"),
    [
        # https://huggingface.co/moonshotai/Kimi-K2-Thinking: 594 GB
        ("Kimi-K2-Thinking", "W4A16-INT-rtn-g32", (594, 594)),
        # all of Kimi-K2 but vocabulary, norms and routers in FP8: it is held by 8 x 141 GB
        ("Kimi-K2", "W8A8-FP-block", (1029, 1029)),
    ],
)
def test_the_format_a_vendor_trained_in_has_one_size(model, scheme, n_bytes) -> None:
    """What other producers leave in 16 bits says nothing of the vendor's own file (GB, low and high)."""
    size = weigh(find_model(model), find_scheme(scheme)).total_bytes
    assert n_bytes == (round(size.low / 1e9), round(size.high / 1e9))
