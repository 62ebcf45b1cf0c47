"""The real quantizer, asked for its choices without quantizing: llama.cpp through the `cyllama` wheel.

A GGUF file of any shape is written sparse (header only, the data are holes), and llama.cpp's `dry_run` names
the type of every tensor. Needs the `engine` extra (cyllama, gguf).
"""

from __future__ import annotations

import ctypes
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from advisor.documents.model import ModelProfile
from advisor.errors import UsageError
from advisor.sizing.tensors import tensors

from .sparse_gguf import write_sparse

FTYPES = {
    "F32": 0,
    "F16": 1,
    "Q4_0": 2,
    "Q4_1": 3,
    "Q8_0": 7,
    "Q5_0": 8,
    "Q5_1": 9,
    "Q2_K": 10,
    "Q3_K_S": 11,
    "Q3_K_M": 12,
    "Q3_K_L": 13,
    "Q4_K_S": 14,
    "Q4_K_M": 15,
    "Q5_K_S": 16,
    "Q5_K_M": 17,
    "Q6_K": 18,
    "IQ2_XXS": 19,
    "IQ2_XS": 20,
    "Q2_K_S": 21,
    "IQ3_XS": 22,
    "IQ3_XXS": 23,
    "IQ1_S": 24,
    "IQ4_NL": 25,
    "IQ3_S": 26,
    "IQ3_M": 27,
    "IQ2_S": 28,
    "IQ2_M": 29,
    "IQ4_XS": 30,
    "IQ1_M": 31,
    "BF16": 32,
    "TQ1_0": 36,
    "TQ2_0": 37,
    "MXFP4_MOE": 38,
    "Q1_0": 40,
}
"""enum llama_ftype (https://github.com/ggml-org/llama.cpp/blob/master/include/llama.h)."""

_LINE = re.compile(
    r"\[\s*\d+/\s*\d+\]\s+(\S+)\s+- \[[^\]]*\], type =\s+(\S+), size = .*?(?:->.*?\((\w+)\))?\s*$"
)
_IMATRIX_OFFSET = 24
"""Of the pointer in llama_model_quantize_params: four 32-bit fields, six flags, padding."""


def engine_commit() -> str:
    """The llama.cpp commit inside the installed wheel; raises UsageError when it is not installed."""
    return str(_engine().ggml_commit())


def _engine() -> Any:
    try:
        from cyllama.llama import llama_cpp
    except ImportError as error:
        raise UsageError(
            "the real quantizer is not installed; run `pip install 'quant-advisor[engine]'`"
        ) from error
    return llama_cpp


@contextmanager
def sparse_file(model: ModelProfile) -> Iterator[Path]:
    """A GGUF file with the model's tensors as F16 and F32 holes, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        write_sparse(model, path)
        yield path


def quantizer_types(path: Path, ftype: str, imatrix: bool) -> dict[str, str] | None:
    """Tensor name -> ggml type the quantizer would store; None when it refuses the run.

    With *imatrix* the quantizer is handed a matrix without entries, which is all its choice of types looks
    at.
    """
    engine = _engine()
    lines: list[str] = []
    engine.set_log_callback(lambda _level, text: lines.append(text))
    parameters = engine.LlamaModelQuantizeParams()
    parameters.ftype, parameters.dry_run, parameters.nthread = FTYPES[ftype], True, 1
    keep = _give_imatrix(parameters) if imatrix else None
    try:
        engine.model_quantize(str(path), str(path) + ".out", parameters)
    except RuntimeError:
        return None
    finally:
        engine.disable_logging()
        del keep
    found: dict[str, str] = {}
    for line in "".join(lines).splitlines():
        match = _LINE.match(line)
        if match:
            found[match[1]] = _canonical(match[3] or match[2])
    return found


def loads(model: ModelProfile) -> str:
    """Let llama.cpp load the layout of *model*: '' when it finds every tensor it wants in its shape and none
    too
    many, else its complaint."""
    engine = _engine()
    lines: list[str] = []
    with sparse_file(model) as path:
        engine.set_log_callback(lambda _level, text: lines.append(text))
        parameters = engine.LlamaModelParams()
        parameters.n_gpu_layers = 0
        try:
            loaded = engine.LlamaModel(str(path), parameters)
        except (RuntimeError, ValueError) as error:
            text = "".join(lines)
            found = re.search(r"error loading model: (.*)", text)
            return found[1] if found else str(error)
        finally:
            engine.disable_logging()
    expected = sum(t.n_elements for t in tensors(model))
    return "" if loaded.n_params == expected else f"{loaded.n_params} parameters, not {expected}"


class _ImatrixEntry(ctypes.Structure):
    """struct llama_model_imatrix_data."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("data", ctypes.POINTER(ctypes.c_float)),
        ("size", ctypes.c_size_t),
    )


def _give_imatrix(parameters: Any) -> object:
    """Point the C structure inside *parameters* at an imatrix: the wheel offers the field for reading
    only."""
    threads, ftype = parameters.nthread, parameters.ftype
    parameters.nthread = mark = 0x5EED5EED
    memory = (ctypes.c_char * 160).from_address(id(parameters)).raw
    offset = memory.find(mark.to_bytes(4, "little") + int(ftype).to_bytes(4, "little"))
    parameters.nthread = threads
    if offset < 0:
        raise UsageError(
            "this cyllama lays its parameters out differently; install the version named in pyproject.toml"
        )
    one = (ctypes.c_float * 1)(1.0)
    entries = (_ImatrixEntry * 2)(_ImatrixEntry(b"none", one, 1), _ImatrixEntry(None, None, 0))
    ctypes.c_void_p.from_address(id(parameters) + offset + _IMATRIX_OFFSET).value = ctypes.addressof(entries)
    return one, entries


def _canonical(name: str) -> str:
    return name.upper()
