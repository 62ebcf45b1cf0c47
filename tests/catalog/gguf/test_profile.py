"""GGUF headers are read exactly, in any state of the file."""

from __future__ import annotations

import gguf
import pytest

from advisor.catalog.gguf import read_gguf
from advisor.catalog.gguf.header import read_header
from advisor.catalog.schemes import find_scheme
from advisor.errors import BadFileError
from advisor.sizing.weights import weigh


def test_tensors_are_those_the_gguf_package_reads(gguf_files, q4_k_m) -> None:
    """Names, types and bytes agree with the format's own reader."""
    model = read_gguf(q4_k_m)
    assert gguf_files.sizes_by_name(q4_k_m) == gguf_files.as_pairs(model.tensors)
    assert q4_k_m.stat().st_size == model.file_size_bytes


def test_header_alone_is_enough(q4_k_m, tmp_path) -> None:
    """A prefix that ends with the header gives the same tensors and the whole file's size, and says so."""
    header = read_header(q4_k_m)
    prefix = tmp_path / "prefix.gguf"
    prefix.write_bytes(q4_k_m.read_bytes()[: header.data_start])
    whole, part = read_gguf(q4_k_m), read_gguf(prefix)
    assert whole.tensors == part.tensors
    assert abs(whole.file_size_bytes - part.file_size_bytes) < 32
    assert "sizes come from its header" in part.notes[0]


def test_what_sizing_reads_of_a_header_is_kept(gguf_files, tmp_path) -> None:
    """Where the data start, as the gguf package says, and a recurrent model's state sizes."""
    path = gguf_files.write_gguf(tmp_path / "a.gguf", extra={"llama.ssm.inner_size": 512})
    kept = read_gguf(path).metadata
    expected = {"data_offset_bytes": gguf.GGUFReader(path).data_offset, "llama.ssm.inner_size": 512}
    assert {key: kept[key] for key in expected} == expected


def test_split_file(gguf_files, tmp_path) -> None:
    """Any part of a split file stands for all of them; a missing one is named."""
    first = gguf_files.write_gguf(tmp_path / "m-00001-of-00002.gguf")
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


def test_directory_and_absent_file(tmp_path) -> None:
    """What cannot be opened is a bad file, too."""
    with pytest.raises(BadFileError, match="is no regular file"):
        read_gguf(tmp_path)
    with pytest.raises(BadFileError, match="cannot read"):
        read_gguf(tmp_path / "none.gguf")


@pytest.mark.parametrize(
    "name", ["blk.4000000000.attn_q.weight", "blk.99999.attn_q.weight", "blk.50.ffn_up.weight"]
)
def test_layers_beyond_the_header_are_refused(gguf_files, tmp_path, name) -> None:
    """A number in a tensor's name costs no memory: the file is refused in one line."""
    with pytest.raises(BadFileError, match="beyond the layers"):
        read_gguf(gguf_files.write_named(tmp_path / "m.gguf", name))


@pytest.mark.parametrize(
    "name", ["blk.", "blk.0", "blk.²", "blk.².x.weight", "blk.007.x.weight", "blk.-1.x.weight"]
)
def test_names_of_another_form_belong_to_no_layer(gguf_files, tmp_path, name) -> None:
    """A tensor whose name only begins like a layer's is counted once, outside the layers."""
    model = read_gguf(gguf_files.write_named(tmp_path / "m.gguf", name))
    weights = weigh(model, find_scheme("F16"))
    assert (weights.n_params, weights.layer_bytes) == (8 * 256 + 256 * 256, ())


def test_a_file_without_token_embedding_is_no_model(gguf_files, tmp_path) -> None:
    """A projector, an adapter or a lone norm is refused as what it is not."""
    with pytest.raises(BadFileError, match="no language model"):
        read_gguf(gguf_files.write_named(tmp_path / "m.gguf", "a.weight", embedding=False))


def test_a_file_without_matrices_is_sized(gguf_files, tmp_path) -> None:
    """An embedding and nothing to quantize is still counted."""
    model = read_gguf(gguf_files.write_named(tmp_path / "m.gguf"))
    assert weigh(model, find_scheme("F32")).n_params == 8 * 256
