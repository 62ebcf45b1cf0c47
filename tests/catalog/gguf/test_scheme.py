"""The scheme of a file is what its tensors are."""

from __future__ import annotations

import pytest

from advisor.catalog.gguf import read_gguf
from advisor.catalog.gguf.scheme import recognise
from advisor.catalog.gguf.types import FILE_TYPES
from advisor.catalog.models import find_model
from advisor.documents.model import StoredTensor
from advisor.sizing.tensors import tensors
from advisor.sizing.types import assign


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
def test_scheme_is_what_the_tensors_are(gguf_files, tmp_path, settings_: dict, expected: str) -> None:
    """The mix decides, whatever the header or the file's name says."""
    path = gguf_files.write_gguf(tmp_path / "model-Q2_K.gguf", **settings_)
    assert expected == read_gguf(path).fixed_scheme


def test_header_that_contradicts_its_tensors_is_told(gguf_files, tmp_path) -> None:
    """A file that says Q8_0 and holds Q4_K_M is called Q4_K_M with a note."""
    model = read_gguf(gguf_files.write_gguf(tmp_path / "a.gguf", file_type=7))
    assert "the header says Q8_0, the tensors say Q4_K_M" in model.notes


def test_importance_matrix_is_told(gguf_files, tmp_path) -> None:
    """llama-quantize leaves quantize.imatrix.* keys behind."""
    path = gguf_files.write_gguf(
        tmp_path / "a.gguf",
        extra={"quantize.imatrix.dataset": "wiki.train", "quantize.imatrix.chunks_count": 9},
    )
    model = read_gguf(path)
    assert "quantized with an importance matrix (wiki.train)" in model.notes
    assert model.metadata["quantize.imatrix.dataset"] == "wiki.train"


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
