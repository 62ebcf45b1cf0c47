"""Names and shapes of the tensors llama.cpp stores."""

import csv
from dataclasses import replace

import pytest

from advisor.catalog.models import all_models, find_model
from advisor.data import folder
from advisor.documents.model import ModelProfile, StoredTensor
from advisor.errors import UnsupportedError
from advisor.sizing.tensors import Tensor, gguf_architecture, is_modelled, tensors

TOWER_IN_COUNT = {
    # the catalogue counts the vision and audio towers too, and has no count of the text model alone
    "Gemma-3n-E2B", "Gemma-3n-E4B", "Gemma-4-E2B", "Gemma-4-E4B", "Gemma-4-12B",
    # the count leaves out the output matrix the checkpoint carries
    "Falcon-7B", "Falcon-40B",
    # the count holds prediction blocks of unstated size
    "MiMo-V2-Flash", "MiMo-V2.5", "Step-3.5-Flash",
}  # fmt: skip

INCOMPLETE = {"Trinity-Large-399B-A13B", "Trinity-Nano-6B-A1B"}
"""No source states their dense layers and shared expert."""


def counts() -> dict[str, list[float]]:
    """Parameters of each catalogue model: recomputed from its configuration, and as its repository states
    them."""
    with (folder("profiles") / "models.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["name"]: [float(row[key]) * 1e9 for key in ("recomputed_b", "params_b") if row[key]]
            for row in csv.DictReader(file)
        }


def n_params(model: ModelProfile) -> int:
    """Weights over all tensors."""
    return sum(t.n_elements for t in tensors(model))


def modelled() -> list[ModelProfile]:
    """Catalogue models whose tensors can be derived."""
    found = []
    for model in all_models():
        try:
            tensors(model)
        except UnsupportedError:
            continue
        found.append(model)
    return found


def test_parameters_are_those_of_the_catalogue():
    """The tensors of every modelled architecture sum up to the published parameter count within 0.1 %."""
    published = counts()
    wrong = {
        model.name: n_params(model)
        for model in modelled()
        if model.name not in TOWER_IN_COUNT | INCOMPLETE
        and min(abs(n_params(model) / count - 1) for count in published[model.name]) > 1e-3
    }
    assert wrong == {}


def test_most_of_the_catalogue_is_modelled():
    """At least 290 of the catalogue's models have known tensors."""
    assert len(modelled()) >= 290


@pytest.mark.parametrize(
    ("small", "large"), [("Gemma-3n-E2B", "Gemma-3n-E4B"), ("Gemma-4-E2B", "Gemma-4-E4B")]
)
def test_the_uncounted_towers_are_the_same_size(small, large):
    """Where only the count with towers is published, what is missing is one and the same tower (within 3
    M)."""
    missing = [find_model(name).n_params - n_params(find_model(name)) for name in (small, large)]
    assert missing[0] == pytest.approx(missing[1], abs=3e6)


def test_names_are_unique():
    """No layout names a tensor twice."""
    twice = [m.name for m in modelled() if len({t.name for t in tensors(m)}) != len(tensors(m))]
    assert twice == []


def test_names_are_those_of_the_gguf_package():
    """Every tensor name of a layout is one the gguf package lists for that architecture."""
    constants = pytest.importorskip("gguf").constants
    listed = {
        name: {constants.TENSOR_NAMES[t].replace("blk.{bid}.", "") for t in constants.MODEL_TENSORS[kind]}
        for kind, name in constants.MODEL_ARCH_NAMES.items()
    }
    # Tensors every architecture may have, and newer names than the package's.
    common = {
        "rope_freqs",
        "rope_factors_long",
        "rope_factors_short",
        "output",
        "ffn_gate_inp",
        "attn_qkv",
        "ssm_norm",
    }
    unknown = {
        (gguf_architecture(model), stem)
        for model in modelled()
        if gguf_architecture(model) in listed
        for stem in {stem_of(t) for t in tensors(model)}
        if stem not in listed[gguf_architecture(model)] | common
    }
    assert unknown == set()


def stem_of(tensor: Tensor) -> str:
    """The name without layer and suffix."""
    stem = tensor.name.split(".", 2)[2] if tensor.layer is not None else tensor.name
    return stem.rsplit(".", 1)[0] if stem.endswith((".weight", ".bias", ".scale")) else stem


def test_shapes_are_in_ggml_order():
    """The row length of a projection is its input width; experts are the last dimension."""
    by_name = {t.name: t.shape for t in tensors(find_model("Qwen3-30B-A3B"))}
    assert by_name["blk.0.ffn_down_exps.weight"] == (768, 2048, 128)
    assert by_name["blk.0.attn_output.weight"] == (4096, 2048)


def test_latent_attention_is_split():
    """DeepSeek's key and value up-projections are two 3-D tensors, and R1's queries are compressed."""
    by_name = {t.name: t.shape for t in tensors(find_model("DeepSeek-R1"))}
    assert by_name["blk.5.attn_k_b.weight"] == (128, 512, 128)
    assert by_name["blk.5.attn_v_b.weight"] == (512, 128, 128)
    assert by_name["blk.5.attn_q_b.weight"] == (1536, 128 * 192)


def test_tied_models_have_no_output():
    """A tied model stores no output.weight."""
    assert "output.weight" not in {t.name for t in tensors(find_model("Qwen2.5-0.5B"))}


def test_llama_31_stores_its_rope_factors_and_llama_3_does_not():
    """Only the scaled frequencies are a tensor."""
    assert "rope_freqs.weight" in {t.name for t in tensors(find_model("Llama-3.1-8B"))}
    assert "rope_freqs.weight" not in {t.name for t in tensors(find_model("Llama-3-8B"))}


def test_a_file_is_taken_as_it_is():
    """A profile read from a GGUF file keeps the file's tensors, with roles from their names."""
    stored = (
        StoredTensor(name="token_embd.weight", shape=(64, 100), type="Q4_K", n_bytes=10),
        StoredTensor(name="blk.3.ffn_up_exps.weight", shape=(64, 32, 8), type="Q4_K", n_bytes=10),
        StoredTensor(name="blk.3.ffn_down_shexp.weight", shape=(64, 32), type="Q4_K", n_bytes=10),
    )
    model = ModelProfile(name="file", source="gguf", tensors=stored)
    assert [(t.role, t.layer) for t in tensors(model)] == [
        ("token_embd", None),
        ("expert_up", 3),
        ("shared_expert", 3),
    ]


def test_an_unknown_architecture_says_so():
    """No layout is guessed."""
    model = replace(find_model("Llama-3.1-8B"), architecture="NobodysModelForCausalLM")
    with pytest.raises(UnsupportedError, match="not modelled"):
        tensors(model)


def test_a_missing_shape_says_which():
    """A profile without a vocabulary size names what is missing."""
    model = replace(find_model("Llama-3.1-8B"), vocab_size=None)
    with pytest.raises(UnsupportedError, match="vocab_size"):
        tensors(model)


CONFIGS = {
    # what a config.json states, in place of the catalogue's short form
    "Qwen3.5-0.8B": {
        "linear_num_key_heads": 16, "linear_key_head_dim": 128, "linear_num_value_heads": 16,
        "linear_value_head_dim": 128, "linear_conv_kernel_dim": 4,
    },
    "Qwen1.5-MoE-A2.7B": {"shared_expert_intermediate_size": 5632},
    "Granite-4.0-H-Tiny": {
        "mamba_n_heads": 48, "mamba_d_head": 64, "mamba_n_groups": 1, "mamba_d_conv": 4,
        "shared_intermediate_size": 1024,
    },
    "Llama-4-Maverick-17B-128E": {"interleave_moe_layer_step": 2},
    "Gemma-4-31B": {"global_head_dim": 512, "num_global_key_value_heads": 4, "attention_k_eq_v": True},
    "Command-R-Plus-104B": {"use_qk_norm": True},
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_gives_the_same_tensors_as_the_catalogue(name):
    """Shapes beyond the profile's fields are read from config.json values in the metadata."""
    model = find_model(name)
    configured = replace(model, extra=None, metadata={**model.metadata, **CONFIGS[name]})
    assert tensors(configured) == tensors(model)


def test_a_silent_configuration_has_its_class_default():
    """Gemma ties embeddings when config.json does not say; Llama does not."""
    gemma = replace(find_model("Gemma-2-2B"), tie_embeddings=None)
    llama = replace(find_model("Llama-3.1-8B"), tie_embeddings=None)
    outputs = ["output.weight" in {t.name for t in tensors(m)} for m in (gemma, llama)]
    assert outputs == [False, True]


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("Qwen2.5-7B", 7_615_616_512),
        ("Qwen3-8B", 8_190_735_360),
        ("Phi-3-mini-4k", 3_821_079_552),
        ("OLMo-2-13B", 13_716_198_400),
        ("StableLM-2-12B", 12_143_185_920),
        ("Gemma-3-4B", 3_880_099_328),
        ("Gemma-3n-E4B", 6_868_990_448),
        ("Qwen3-Next-80B-A3B", 79_674_391_296),
        ("Granite-4.0-H-Micro", 3_191_396_096),
        ("Nemotron-Nano-9B-v2", 8_888_227_328),
        ("Falcon-H1-7B", 7_585_654_880),
        ("LFM2-1.2B", 1_170_340_608),
        ("Jamba2-Mini", 51_570_323_328),
        ("Kimi-Linear-48B-A3B", 49_122_681_728),
        ("DeepSeek-V2-Lite", 15_706_484_224),
        ("DeepSeek-V3", 671_026_419_200),
        ("Mixtral-8x7B", 46_702_792_704),
        ("Qwen3-30B-A3B", 30_532_122_624),
        ("gpt-oss-20b", 20_914_757_184),
    ],
)
def test_weights_are_those_of_the_publisher(name: str, published: int) -> None:
    """To the digit, as published checkpoints count them: dense, mixtures, hybrids and latent attention."""
    assert published == n_params(find_model(name))


def test_a_model_is_modelled_where_its_tensors_are_known() -> None:
    """Llama's are; those of an architecture nobody wrote down are not."""
    known = find_model("Llama-3.1-8B")
    assert [True, False] == [
        is_modelled(known),
        is_modelled(replace(known, architecture="Nobodys", tensors=())),
    ]
