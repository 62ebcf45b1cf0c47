"""Scheme names: what people type, what the grammar covers, and the facts each profile carries."""

from __future__ import annotations

import csv

import pytest

from advisor.catalog.schemes import all_schemes, find_scheme, split_kv
from advisor.catalog.schemes.table import scheme_file
from advisor.data import folder
from advisor.documents.origin import digest, read_origin
from advisor.documents.scheme import SchemeProfile
from advisor.engines import comparable, engine_names
from advisor.errors import UnknownNameError

ALIASES = {
    "fp8": "W8A8-FP-dynamic",
    "FP8_DYNAMIC": "W8A8-FP-dynamic",
    "W8A8-FP": "W8A8-FP-dynamic",
    "FP8-STATIC": "W8A8-FP-static",
    "FP8 block": "W8A8-FP-block",
    "fp8_block": "W8A8-FP-block",
    "fp8 weight-only": "W8A16-FP",
    "awq": "W4A16-INT-awq-g128",
    "AWQ-4bit": "W4A16-INT-awq-g128",
    "int4-awq": "W4A16-INT-awq-g128",
    "gptq-int4": "W4A16-INT-gptq-g128",
    "int4": "W4A16-INT-gptq-g128",
    "w4a16": "W4A16-INT-gptq-g128",
    "marlin": "W4A16-INT-gptq-g128",
    "GPTQ-Int8": "W8A16-INT-gptq-g128",
    "w8a16": "W8A16-INT",
    "gptq-4bit-32g": "W4A16-INT-gptq-g32",
    "auto-round": "W4A16-INT-autoround-g128",
    "int8": "W8A8-INT",
    "W8A8-INT8": "W8A8-INT",
    "smoothquant": "W8A8-INT",
    "w4afp8": "W4A8-FP-gptq-g128",
    "q4km": "Q4_K_M",
    "Q4_K_M.gguf": "Q4_K_M",
    "q4_k": "Q4_K_M",
    "4bit": "Q4_K_M",
    "4-bit": "Q4_K_M",
    "Q8": "Q8_0",
    "Meta-Llama-3.1-8B-Instruct-IQ2_XXS.gguf": "IQ2_XXS",
    "DeepSeek-R1-UD-Q2_K_XL-00001-of-00005.gguf": "UD-Q2_K_XL",
    "UD-Q4_K_XL": "UD-Q4_K_XL",
    "ud_q4_k_xl": "UD-Q4_K_XL",
    "Q4_K_XL": "UD-Q4_K_XL",
    "q4_k_l": "Q4_K_L",
    "nf4": "NF4",
    "bnb-4bit": "NF4",
    "LLM.int8()": "BNB-INT8",
    "exl3-4": "EXL3-4.0bpw",
    "exl2_3.5": "EXL2-3.5bpw",
    "4.25bpw-exl3": "EXL3-4.25bpw",
    "EXL3-4.0BPW-MUL1": "EXL3-4.0bpw",
    "mlx-4bit": "MLX-4bit-g64",
    "MLX-q8.5": "MLX-8bit-g64",
    "hqq": "HQQ-4bit-g64",
    "w4a16-hqq-g128": "HQQ-4bit-g128",
    "W4A4-NVFP4": "NVFP4",
    "NVFP4 (W4A4)": "NVFP4",
    "fp16": "F16",
    "bfloat16": "BF16",
    "QuIP-sharp-2bit": "QuIP#-2bit",
    "aqlm": "AQLM-2bit-1x16",
}
NAMED = [
    "Q4_0",
    "Q4_1",
    "Q5_0",
    "Q5_1",
    "Q8_0",
    "Q2_K",
    "Q2_K_S",
    "Q3_K_S",
    "Q3_K_M",
    "Q3_K_L",
    "Q4_K_S",
    "Q4_K_M",
    "Q5_K_S",
    "Q5_K_M",
    "Q6_K",
    "IQ1_S",
    "IQ1_M",
    "IQ2_XXS",
    "IQ2_XS",
    "IQ2_S",
    "IQ2_M",
    "IQ3_XXS",
    "IQ3_XS",
    "IQ3_S",
    "IQ3_M",
    "IQ4_NL",
    "IQ4_XS",
    "Q2_K_L",
    "Q3_K_XL",
    "Q4_K_L",
    "Q5_K_L",
    "Q6_K_L",
    "TQ1_0",
    "TQ2_0",
    "MXFP4_MOE",
    "Q1_0",
    "Q2_0",
    "HQQ-8bit-g64",
    "HQQ-4bit-g64",
    "HQQ-3bit-g64",
    "HQQ-2bit-g64",
    "HQQ-1bit-g64",
    "W8A8-FP-dynamic",
    "W8A8-FP-static",
    "W8A8-INT",
    "W4A16-INT-gptq-g128",
    "W4A16-INT-awq-g128",
    "W4A16-INT-autoround-g128",
    "W8A16-INT",
    "NVFP4",
    "MXFP4",
    "NF4",
    "BNB-INT8",
    "EXL2-4.0bpw",
    "EXL3-4.0bpw",
    "MLX-2bit-g64",
    "MLX-3bit-g64",
    "MLX-4bit-g64",
    "MLX-5bit-g64",
    "MLX-6bit-g64",
    "MLX-8bit-g64",
    "AQLM-2bit-1x16",
    "QuIP#-2bit",
    "BF16",
    "F16",
    "IQ4_KS",
    "IQ2_KT",
    "IQ3_K",
    "IQ5_KS",
    "IQ6_K",
    "Q6_0",
    "UD-Q4_K_XL",
]
PARAMETRIC = (
    "W3A16-INT-gptq-g64",
    "HQQ-3bit-g32",
    "EXL2-3.5bpw",
    "EXL3-4.25bpw",
    "MLX-6bit-g32",
    "W4A8-INT-rtn-g256",
    "W4A4-INT-quarot-perchannel",
    "W2A16-INT-omniquant-g128",
    "AQLM-PV-2bit-1x16g8",
    "Q4_K-pure",
    "IQ4_KS-pure",
    "IQ4_KS_R4",
    "Q8_0-pure",
    "W4A16-INT-awq-g32",
)


@pytest.mark.parametrize(("text", "name"), ALIASES.items())
def test_an_alias_means_its_scheme(text, name):
    """Every spelling people use leads to one canonical name."""
    assert find_scheme(text).name == name


@pytest.mark.parametrize("name", NAMED)
def test_every_scheme_people_meet_is_offered(name):
    """The schemes the project promises are listed under their canonical names."""
    assert name in {scheme.name for scheme in all_schemes()}


@pytest.mark.parametrize("name", [*PARAMETRIC, *(scheme.name for scheme in all_schemes())])
def test_a_canonical_name_finds_itself_in_any_case(name):
    """find_scheme(scheme.name).name == scheme.name, upper and lower case alike."""
    assert find_scheme(name).name == name
    assert find_scheme(name.lower()).name == name
    assert find_scheme(name.upper()).name == name


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("W4A16-INT-gptq-g128", 4 + (16 + 4) / 128),
        ("W4A16-INT-awq-g32", 4 + (16 + 4) / 32),
        ("W4A16-INT-rtn-g128", 4 + 16 / 128),
        ("HQQ-4bit-g64", 4.5),
        ("HQQ-2bit-g16", 4.0),
        ("MLX-4bit-g64", 4.5),
        ("MLX-8bit-g32", 9.0),
        ("NF4", 4.5),
        ("NVFP4", 4.5),
        ("MXFP4", 4.25),
        ("EXL3-4.25bpw", 4.25),
        ("W4A16-INT-gptq-perchannel", 4.0),
        ("BF16", 16),
    ],
)
def test_bits_per_weight_count_scales_and_zero_points(name, bits):
    """The overhead of a group is its scale and zero point spread over its weights."""
    assert find_scheme(name).bpw == pytest.approx(bits)


def test_a_short_name_means_what_the_engines_users_mean():
    """'mxfp4' and '4bit' are different files under llama.cpp, MLX and transformers."""
    found = [
        find_scheme(text, engine).name
        for text, engine in (
            ("mxfp4", "llama.cpp"),
            ("mxfp4", "mlx"),
            ("mxfp4", "vllm"),
            ("4bit", "mlx"),
            ("4bit", "transformers"),
            ("4bit", "llama.cpp"),
            ("nvfp4", "ollama"),
        )
    ]
    assert found == ["MXFP4_MOE", "MLX-MXFP4", "MXFP4", "MLX-4bit-g64", "NF4", "Q4_K_M", "GGUF-NVFP4"]


@pytest.mark.parametrize(
    "text", ["Q4_K_Q", "HQQ-7bit", "EXL3-99bpw", "", "banana", "W4A16-INT-gptq-g128-hot", "KV8"]
)
def test_an_unknown_name_is_an_error_with_the_mend(text):
    """No name is guessed: the error offers the nearest ones or says what is wrong."""
    with pytest.raises(UnknownNameError):
        find_scheme(text)


def test_the_nearest_names_are_offered():
    """A slip of the finger finds its way back."""
    with pytest.raises(UnknownNameError) as caught:
        find_scheme("Q4_K_MM")
    assert "Q4_K_M" in caught.value.nearest


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("UD-Q4_K_XL+KV-q8_0", ("UD-Q4_K_XL", "q8_0")),
        ("EXL2-4.0bpw+KV-q4", ("EXL2-4.0bpw", "q4_0")),
        ("W4A4KV16-QuaRot", ("W4A4-QuaRot", "f16")),
        ("W8A8-FP-KV8", ("W8A8-FP", "q8_0")),
        ("Q4_K_M", ("Q4_K_M", None)),
    ],
)
def test_a_kv_type_is_split_off(text, parts):
    """Sources glue the KV cache's type to the scheme; it is a parameter of its own here."""
    assert split_kv(text) == parts


def test_imatrix_is_required_where_llama_quantize_refuses_without_one():
    """The refused types of llama.cpp, and no other llama-quantize type."""
    own = {
        s.name
        for s in all_schemes()
        if s.is_gguf and s.calibration == "required" and not s.name.startswith("UD-")
    }
    refused = {"IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ2_M", "IQ3_XXS", "IQ3_XS", "Q2_K_S"}
    assert own == refused


def test_community_mixes_force_the_vocabulary_to_eight_bits():
    """Q4_K_L is Q4_K_M with the vocabulary at Q8_0; Q3_K_L is llama.cpp's own, the community's is Q3_K_XL."""
    found = {
        name: (find_scheme(name).ftype, find_scheme(name).embedding_type)
        for name in ("Q4_K_L", "Q3_K_L", "Q3_K_XL")
    }
    assert found == {"Q4_K_L": ("Q4_K_M", "Q8_0"), "Q3_K_L": ("Q3_K_L", None), "Q3_K_XL": ("Q3_K_L", "Q8_0")}


def test_only_sixteen_bits_are_the_reference():
    """Loss is measured against BF16 and F16."""
    assert {s.name for s in all_schemes() if s.reference} == {"F16", "BF16"}


def test_every_profile_says_what_making_it_costs_and_where_that_is_said():
    """No scheme without a cost; every cost but the empty one with its source."""
    assert [s.name for s in all_schemes() if not s.make_cost or not s.source.startswith("https://")] == []


def test_every_support_has_a_source():
    """Who runs what is a fact of a page."""
    assert [
        s.name for s in all_schemes() for r in s.supports if not r.source_url.startswith("https://")
    ] == []


@pytest.mark.parametrize("name", ["schemes", "tasks", "recovery"])
def test_the_data_file_is_the_one_its_origin_describes(name):
    """The SHA-256 beside each data file is that of the file."""
    data = folder("profiles") / f"{name}.json"
    assert read_origin(data).sha256 == digest(data)


def test_no_alias_belongs_to_two_schemes():
    """In comparison form every alias and name is unique."""
    table = scheme_file()
    pairs = [(comparable(alias), name) for name, aliases in table["aliases"].items() for alias in aliases]
    pairs += [(comparable(name), name) for name in (*table["gguf"], *table["fixed"], *table["listed"])]
    seen: dict[str, set[str]] = {}
    for wanted, name in pairs:
        seen.setdefault(wanted, set()).add(name)
    assert {wanted: names for wanted, names in seen.items() if len(names) > 1} == {}


@pytest.mark.parametrize("engine", engine_names())
def test_a_count_of_bits_means_a_scheme_the_engine_runs(engine):
    """'4bit' beside an engine is one of its own schemes wherever it runs any of that width; so is '8bit'."""
    widths = {s.weight_bits for s in all_schemes() if _runs(engine, s)}
    meant = {bits: find_scheme(f"{bits}bit", engine) for bits in (4, 8) if bits in widths}
    assert {bits: scheme.name for bits, scheme in meant.items() if not _runs(engine, scheme)} == {}


def _runs(engine: str, scheme: SchemeProfile) -> bool:
    return any(support.engine == engine for support in scheme.supports)


@pytest.mark.parametrize(
    ("kind", "share"), [("accuracy", 0.80), ("speed_local", 0.97), ("speed_serving", 0.97)]
)
def test_scheme_names_of_the_measurements_are_understood_or_refused(kind, share):
    """Nearly all measured rows name a scheme the grammar covers; the rest, mixes that one person made for one
    file ('IQ3_K-mix(COSSIM)'), are refused, and none crashes."""
    known = total = 0
    for path in sorted((folder("measurements") / kind).glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                total += 1
                known += _understood(row["scheme"])
    assert known / total > share


def _understood(text: str) -> bool:
    try:
        return bool(find_scheme(split_kv(text)[0]))
    except UnknownNameError:
        return False
