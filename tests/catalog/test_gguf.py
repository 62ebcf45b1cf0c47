"""GGUF headers are read exactly, in any state of the file, and hostile ones are refused by name."""

from __future__ import annotations

import contextlib
import importlib.util
import struct
import tracemalloc
from pathlib import Path

import gguf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.catalog.gguf import read_gguf
from advisor.catalog.gguf_header import read_header
from advisor.catalog.gguf_scheme import recognise
from advisor.catalog.gguf_types import FILE_TYPES
from advisor.catalog.models import find_model
from advisor.catalog.schemes import find_scheme
from advisor.documents.model import StoredTensor
from advisor.errors import BadFileError
from advisor.sizing.tensors import tensors
from advisor.sizing.types import assign
from advisor.sizing.weights import weigh

pytest.importorskip("gguf")
_spec = importlib.util.spec_from_file_location("gguf_files", Path(__file__).with_name("gguf_files.py"))
files = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(files)


@pytest.fixture(scope="module")
def q4_k_m(tmp_path_factory) -> Path:
    """A small Q4_K_M file."""
    return files.write_gguf(
        tmp_path_factory.mktemp("gguf") / "tiny.gguf", vocabulary=[f"t{i}" for i in range(512)]
    )


def test_tensors_are_those_the_gguf_package_reads(q4_k_m) -> None:
    """Names, types and bytes agree with the format's own reader."""
    model = read_gguf(q4_k_m)
    assert files.sizes_by_name(q4_k_m) == files.as_pairs(model.tensors)
    assert q4_k_m.stat().st_size == model.file_size_bytes


def test_shapes(q4_k_m) -> None:
    """The header's settings become the profile's fields."""
    model = read_gguf(q4_k_m)
    assert (
        model.name,
        model.source,
        model.architecture,
        model.n_layers,
        model.hidden_size,
        model.intermediate_size,
        model.n_heads,
        model.n_kv_heads,
        model.head_dim,
        model.vocab_size,
        model.tie_embeddings,
        model.context_length,
        model.attention,
    ) == ("Tiny Test", "gguf", "LlamaForCausalLM", 2, 256, 512, 8, 2, 32, 512, False, 4096, "gqa")
    assert model.n_params == sum(t.shape[0] * (t.shape[1] if len(t.shape) > 1 else 1) for t in model.tensors)


def test_header_alone_is_enough(q4_k_m, tmp_path) -> None:
    """A prefix that ends with the header gives the same tensors and the whole file's size, and says so."""
    header = read_header(q4_k_m)
    prefix = tmp_path / "prefix.gguf"
    prefix.write_bytes(q4_k_m.read_bytes()[: header.data_start])
    whole, part = read_gguf(q4_k_m), read_gguf(prefix)
    assert whole.tensors == part.tensors
    assert abs(whole.file_size_bytes - part.file_size_bytes) < 32
    assert "sizes come from its header" in part.notes[0]


@pytest.mark.parametrize(
    ("settings_", "expected"),
    [
        ({}, "Q4_K_M"),
        ({"file_type": 7}, "Q4_K_M"),
        ({"better": None, "file_type": 14}, "Q4_K_S"),
        ({"embedding": "Q8_0", "output": "Q8_0"}, "Q4_K_L"),
        ({"embedding": "Q8_0", "output": None}, "Q4_K_L"),
        ({"better": None, "output": "Q4_K"}, "Q4_K-pure"),
        ({"body": "Q6_K", "embedding": "Q6_K", "file_type": 18}, "Q6_K"),
        ({"body": "Q8_0", "better": None, "embedding": "Q8_0", "output": "Q8_0", "file_type": 7}, "Q8_0"),
        ({"body": "F16", "better": None, "embedding": "F16", "output": "F16", "file_type": 1}, "F16"),
        ({"better": "Q5_K", "file_type": 14}, "Q4_K_S"),
        ({"body": "Q3_K", "better": "Q5_K", "file_type": 12}, "Q3_K_L"),
        ({"better": "IQ3_S", "extra": {"general.quantized_by": "Unsloth"}}, "UD-Q4_K_XL"),
    ],
)
def test_scheme_is_what_the_tensors_are(tmp_path, settings_: dict, expected: str) -> None:
    """The mix decides, whatever the header or the file's name says."""
    path = files.write_gguf(tmp_path / "model-Q2_K.gguf", **settings_)
    assert expected == read_gguf(path).fixed_scheme


def test_header_that_contradicts_its_tensors_is_told(tmp_path) -> None:
    """A file that says Q8_0 and holds Q4_K_M is called Q4_K_M with a note."""
    model = read_gguf(files.write_gguf(tmp_path / "a.gguf", file_type=7))
    assert "the header says Q8_0, the tensors say Q4_K_M" in model.notes


def test_importance_matrix_is_told(tmp_path) -> None:
    """llama-quantize leaves quantize.imatrix.* keys behind."""
    path = files.write_gguf(
        tmp_path / "a.gguf",
        extra={"quantize.imatrix.dataset": "wiki.train", "quantize.imatrix.chunks_count": 9},
    )
    model = read_gguf(path)
    assert "quantized with an importance matrix (wiki.train)" in model.notes
    assert model.metadata["quantize.imatrix.dataset"] == "wiki.train"


def test_what_sizing_reads_of_a_header_is_kept(tmp_path) -> None:
    """Where the data start, as the gguf package says, and a recurrent model's state sizes."""
    path = files.write_gguf(tmp_path / "a.gguf", extra={"llama.ssm.inner_size": 512})
    kept = read_gguf(path).metadata
    expected = {"data_offset_bytes": gguf.GGUFReader(path).data_offset, "llama.ssm.inner_size": 512}
    assert {key: kept[key] for key in expected} == expected


@pytest.mark.parametrize(
    "name", ["Llama-3.1-8B", "Qwen3-30B-A3B", "Gemma-2-9B", "Mixtral-8x7B", "Llama-2-13B", "Qwen2.5-0.5B"]
)
def test_every_type_of_llama_quantize_is_recognised(name: str) -> None:
    """The tensors llama-quantize would write for each of its types are recognised as that type, imatrix or
    not."""
    model = find_model(name)
    shapes = tensors(model)
    wrong = []
    for number, ftype in FILE_TYPES.items():
        # MXFP4_MOE is plain Q8_0 on a dense model and refused sizes elsewhere; the last three have rules of
        # their own
        if ftype in ("F32", "MXFP4_MOE", "NVFP4", "Q1_0", "Q2_0"):
            continue
        for imatrix in (False, True):
            stored = tuple(
                StoredTensor(name=tensor.name, shape=tensor.shape, type=kind, n_bytes=0)
                for tensor, kind in zip(shapes, assign(model, shapes, ftype, imatrix), strict=True)
            )
            header = {"general.file_type": number, "x.expert_count": model.n_experts or 0}
            found, _ = recognise(stored, header)
            if found != ftype:
                wrong.append((ftype, imatrix, found))
    assert [case for case in wrong if case[:2] != ("Q3_K_S", False) and case[:2] != ("Q3_K_S", True)] == []


def test_split_file(tmp_path) -> None:
    """Any part of a split file stands for all of them; a missing one is named."""
    first = files.write_gguf(tmp_path / "m-00001-of-00002.gguf")
    second = tmp_path / "m-00002-of-00002.gguf"
    with pytest.raises(BadFileError, match=r"m-00002-of-00002\.gguf is missing"):
        read_gguf(first)
    data = first.read_bytes()
    second.write_bytes(
        data.replace(b"blk.", b"blq.").replace(b"token_embd", b"token_embe").replace(b"output.w", b"outpux.w")
    )
    model = read_gguf(second)
    assert 2 * len(data) == model.file_size_bytes
    assert len(model.tensors) == 2 * 18


def test_large_vocabulary_is_counted_not_kept(tmp_path) -> None:
    """150,000 tokens are skipped: the profile stays small and the vocabulary is known by its length."""
    words = [f"token {index}" for index in range(150_000)]
    path = files.write_gguf(tmp_path / "a.gguf", vocabulary=words)
    tracemalloc.start()
    header = read_header(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert header.array_lengths["tokenizer.ggml.tokens"] == 150_000
    assert peak < 2_000_000


def _pair(key: bytes, kind: int, value: bytes) -> bytes:
    return struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + value


def _head(n_tensors: int, n_values: int, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, n_tensors, n_values)


def _entry(name: bytes = b"t", shape: tuple[int, ...] = (32,), kind: int = 0, offset: int = 0) -> bytes:
    return (
        struct.pack("<Q", len(name))
        + name
        + struct.pack("<I", len(shape))
        + b"".join(struct.pack("<Q", length) for length in shape)
        + struct.pack("<IQ", kind, offset)
    )


PAD = b"\0" * 4096
HOSTILE = {
    "empty": (b"", "fewer than the header"),
    "short": (b"GGUF", "fewer than the header"),
    "wrong magic": (b"PK\3\4" + PAD, "instead of 'GGUF'"),
    "old format": (b"tjgg" + PAD, "before GGUF"),
    "version 1": (_head(0, 0, 1) + PAD, "version 1"),
    "version 99": (_head(0, 0, 99) + PAD, "version 99"),
    "big endian": (b"GGUF" + struct.pack(">IQQ", 3, 1, 1) + PAD, "big-endian"),
    "countless tensors": (_head(1 << 60, 0) + PAD, "more than"),
    "countless values": (_head(0, (1 << 64) - 1) + PAD, "more than"),
    "overlong key": (_head(0, 1) + struct.pack("<Q", 1 << 40) + PAD, "key"),
    "overlong text": (_head(0, 1) + _pair(b"a", 8, struct.pack("<Q", 1 << 62)) + PAD, "does not fit"),
    "overlong array": (_head(0, 1) + _pair(b"a", 9, struct.pack("<IQ", 4, 1 << 61)) + PAD, "does not fit"),
    "overlong text array": (
        _head(0, 1) + _pair(b"a", 9, struct.pack("<IQ", 8, 1 << 61)) + PAD,
        "does not fit",
    ),
    "text array beyond the end": (
        _head(0, 1) + _pair(b"a", 9, struct.pack("<IQQ", 8, 1, 1 << 50)) + PAD,
        "beyond",
    ),
    "nested array": (_head(0, 1) + _pair(b"a", 9, struct.pack("<IQIQ", 9, 1, 9, 1)) + PAD, "cannot hold"),
    "unknown value type": (_head(0, 1) + _pair(b"a", 77, b"") + PAD, "unknown type 77"),
    "key twice": (_head(0, 2) + 2 * _pair(b"a", 0, b"\1") + PAD, "twice"),
    "odd alignment": (
        _head(0, 1) + _pair(b"general.alignment", 4, struct.pack("<I", 24)) + PAD,
        "power of two",
    ),
    "no alignment": (
        _head(0, 1) + _pair(b"general.alignment", 4, struct.pack("<I", 0)) + PAD,
        "power of two",
    ),
    "five dimensions": (_head(1, 0) + _entry(shape=(1, 1, 1, 1, 1)) + PAD, "5 dimensions"),
    "no dimension": (_head(1, 0) + _entry(shape=()) + PAD, "0 dimensions"),
    "empty tensor": (_head(1, 0) + _entry(shape=(0, 4)) + PAD, "impossible shape"),
    "overflowing tensor": (_head(1, 0) + _entry(shape=(1 << 40, 1 << 40)) + PAD, "impossible shape"),
    "negative size": (_head(1, 0) + _entry(shape=((1 << 64) - 32,)) + PAD, "impossible shape"),
    "unknown tensor type": (_head(1, 0) + _entry(kind=999) + PAD, "unknown type 999"),
    "offset outside": (_head(1, 0) + _entry(offset=1 << 40) + PAD, "was expected"),
    "overlapping tensors": (_head(2, 0) + _entry(b"a", (64,)) + _entry(b"b", (64,)) + PAD, "was expected"),
    "name twice": (_head(2, 0) + _entry(b"a", (8,)) + _entry(b"a", (8,), offset=32) + PAD, "same name"),
    "no tensors": (_head(0, 0) + PAD, "no tensors"),
    "no architecture": (_head(1, 0) + _entry() + PAD, "architecture"),
    "truncated in a value": (_head(0, 2) + _pair(b"a", 0, b"\1") + b"\0" * 5, "the middle of a value"),
}


@pytest.mark.parametrize(("data", "cause"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused_by_name(tmp_path, data: bytes, cause: str) -> None:
    """Each lie in a header has its own one-line error."""
    path = tmp_path / "hostile.gguf"
    path.write_bytes(data)
    with pytest.raises(BadFileError, match=cause) as caught:
        read_gguf(path)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 6


def test_directory_and_absent_file(tmp_path) -> None:
    """What cannot be opened is a bad file, too."""
    with pytest.raises(BadFileError, match="is no regular file"):
        read_gguf(tmp_path)
    with pytest.raises(BadFileError, match="cannot read"):
        read_gguf(tmp_path / "none.gguf")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=8)), max_size=4),
)
def test_damaged_files_are_read_or_refused(q4_k_m, tmp_path, cut: float, changes: list) -> None:
    """However a real header is cut or overwritten: an answer or a named error, in little memory."""
    good = q4_k_m.read_bytes()
    data = bytearray(good[: int(len(good) * cut)])
    for place, patch in changes:
        start = int(place * min(len(data), 12_000))
        data[start : start + len(patch)] = patch
    path = tmp_path / "damaged.gguf"
    path.write_bytes(data)
    with contextlib.suppress(BadFileError):
        assert read_gguf(path).tensors


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.binary(max_size=600), n_tensors=st.integers(0, 9), n_values=st.integers(0, 9))
def test_random_bytes_after_a_good_start_are_refused(
    tmp_path, tail: bytes, n_tensors: int, n_values: int
) -> None:
    """Noise behind a valid magic never crashes the reader."""
    path = tmp_path / "noise.gguf"
    path.write_bytes(_head(n_tensors, n_values) + tail)
    with pytest.raises(BadFileError):
        read_gguf(path)


@pytest.mark.parametrize(
    "name", ["blk.4000000000.attn_q.weight", "blk.99999.attn_q.weight", "blk.50.ffn_up.weight"]
)
def test_layers_beyond_the_header_are_refused(tmp_path, name) -> None:
    """A number in a tensor's name costs no memory: the file is refused in one line."""
    with pytest.raises(BadFileError, match="beyond the layers"):
        read_gguf(files.write_named(tmp_path / "m.gguf", name))


@pytest.mark.parametrize(
    "name", ["blk.", "blk.0", "blk.²", "blk.².x.weight", "blk.007.x.weight", "blk.-1.x.weight"]
)
def test_names_of_another_form_belong_to_no_layer(tmp_path, name) -> None:
    """A tensor whose name only begins like a layer's is counted once, outside the layers."""
    model = read_gguf(files.write_named(tmp_path / "m.gguf", name))
    weights = weigh(model, find_scheme("F16"))
    assert (weights.n_params, weights.layer_bytes) == (8 * 256 + 256 * 256, ())


def test_a_file_without_token_embedding_is_no_model(tmp_path) -> None:
    """A projector, an adapter or a lone norm is refused as what it is not."""
    with pytest.raises(BadFileError, match="no language model"):
        read_gguf(files.write_named(tmp_path / "m.gguf", "a.weight", embedding=False))


def test_a_file_without_matrices_is_sized(tmp_path) -> None:
    """An embedding and nothing to quantize is still counted."""
    model = read_gguf(files.write_named(tmp_path / "m.gguf"))
    assert weigh(model, find_scheme("F32")).n_params == 8 * 256
