"""A GGUF file of a model's real shapes with random weights: its speed is the real one, before anything is
downloaded.

Every tensor has the type llama-quantize would give it. Its data are blocks that the real quantizer made of
random numbers, laid one after another; the run of blocks is no divisor of a row, so that no two rows are
alike and a router chooses different experts. Needs the `engine` extra (cyllama, gguf).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from advisor.documents.model import ModelProfile
from advisor.documents.scheme import SchemeProfile
from advisor.errors import UnsupportedError, UsageError
from advisor.sizing.blocks import BLOCKS, padded, tensor_bytes
from advisor.sizing.tensors import gguf_architecture, tensors
from advisor.sizing.types import assign

N_BLOCK_ROWS = 1021
"""Rows of 256 numbers in a run of blocks: a prime, so that it fits no row evenly."""
_SEED = 20240229
_CHUNK_BYTES = 8 << 20


def synthetic_model(model: ModelProfile, layers: int | None) -> ModelProfile:
    """*model* with its first *layers* layers; None is all of them."""
    if layers is None or model.n_layers is None:
        return model
    if not 1 <= layers <= model.n_layers:
        raise UsageError(f"{model.name} has {model.n_layers} layers; give 1 to {model.n_layers}")
    return replace(model, n_layers=layers, tensors=())


def write_synthetic(
    model: ModelProfile,
    scheme: SchemeProfile,
    path: Path,
    progress: Callable[[float], None] = lambda done: None,
) -> int:
    """Write *model* under *scheme* to *path*; returns its bytes.

    Raises UnsupportedError for shapes or a scheme that no GGUF file can hold, UsageError without the extra.
    """
    if scheme.ftype is None:
        raise UnsupportedError(f"{scheme.name} is no GGUF scheme; synthetic files are GGUF")
    if not model.has_shapes:
        raise UnsupportedError(
            f"the shapes of {model.name} are unknown; name a catalogue model or a config.json"
        )
    gguf, np = _gguf()
    listed = tensors(model)
    types = assign(model, listed, _ftype(scheme), True)
    architecture = gguf_architecture(model)
    if architecture is None:
        raise UnsupportedError(f"llama.cpp has no architecture for {model.name}")
    writer = gguf.GGUFWriter(str(path), architecture)
    _add_keys(writer, model, architecture, gguf)
    for tensor, name in zip(listed, types, strict=True):
        writer.add_tensor_info(
            tensor.name,
            tuple(reversed(_stored_shape(name, tensor.shape, gguf))),
            np.dtype("uint8"),
            tensor_bytes(name, tensor.shape),
            raw_dtype=gguf.GGMLQuantizationType[name],
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    total, done = sum(padded(tensor_bytes(n, t.shape)) for n, t in zip(types, listed, strict=True)), 0
    with path.open("r+b") as file:
        file.seek(padded(file.seek(0, 2)))
        for tensor, name in zip(listed, types, strict=True):
            n_bytes = tensor_bytes(name, tensor.shape)
            _write_tensor(file, name, tensor.name, n_bytes)
            file.write(bytes(padded(n_bytes) - n_bytes))
            done += padded(n_bytes)
            progress(done / total)
        return file.tell()


def _add_keys(writer: Any, model: ModelProfile, architecture: str, gguf: Any) -> None:
    """What llama.cpp wants to know before it looks at tensors."""
    from advisor.measuring.sparse_gguf import hyperparameters

    kinds = gguf.GGUFValueType
    of = {bool: kinds.BOOL, str: kinds.STRING, float: kinds.FLOAT32, int: kinds.UINT32, list: kinds.ARRAY}
    for key, value in hyperparameters(model).items():
        full = key if key.startswith(("tokenizer.", "xielu.")) else f"{architecture}.{key}"
        writer.add_key_value(full, value, of[type(value)])


def _ftype(scheme: SchemeProfile) -> str:
    return f"{scheme.ftype}-pure" if scheme.name.endswith("-pure") else str(scheme.ftype)


def _stored_shape(name: str, shape: tuple[int, ...], gguf: Any) -> tuple[int, ...]:
    """In bytes, as the writer takes quantized data."""
    block, size = BLOCKS[name]
    return (shape[0] // block * size, *shape[1:])


def _write_tensor(file: BinaryIO, name: str, tensor_name: str, n_bytes: int) -> None:
    data = _norm_blocks(tensor_name) if name == "F32" else _blocks(name)
    many = data * max(1, _CHUNK_BYTES // len(data))
    left = n_bytes
    while left > 0:
        file.write(many[:left])
        left -= min(left, len(many))


def _norm_blocks(tensor_name: str) -> bytes:
    """F32 tensors: norms near one, routers and the rest random."""
    import numpy as np

    rng = np.random.default_rng(_SEED)
    spread = rng.standard_normal(256 * N_BLOCK_ROWS, dtype=np.float32) * 0.02
    return (spread + (1.0 if "norm" in tensor_name else 0.0)).astype(np.float32).tobytes()


@cache
def _blocks(name: str) -> bytes:
    """A run of blocks of a ggml type: the real quantizer's, or made up where it wants an importance
    matrix."""
    import numpy as np

    numbers = np.random.default_rng(_SEED).standard_normal(
        (N_BLOCK_ROWS, 256), dtype=np.float32
    ) * np.float32(0.02)
    if name == "F16":
        return numbers.astype(np.float16).tobytes()
    if name == "BF16":
        return (numbers.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    return _quantized(name, numbers) or _made_up(name)


def _made_up(name: str) -> bytes:
    """Random bits under a small scale: any bits are a valid IQ block, which begins with its scale as an F16.

    IQ1_M alone spreads its scale over the block; its blocks are zeros.
    """
    import numpy as np

    size = tensor_bytes(name, (256, 1))
    if name == "IQ1_M":
        return bytes(size * N_BLOCK_ROWS)
    blocks = np.random.default_rng(_SEED).integers(0, 256, (N_BLOCK_ROWS, size), dtype=np.uint8)
    blocks[:, :2] = np.frombuffer(np.float16(1e-3).tobytes(), dtype=np.uint8)
    return blocks.tobytes()


def _quantized(name: str, numbers: Any) -> bytes | None:
    """The numbers as the real quantizer stores them; None when it refuses."""
    from advisor.measuring.llama_quantize import FTYPES

    gguf, np = _gguf()
    ftype = FTYPES.get(
        {"Q3_K": "Q3_K_M", "Q4_K": "Q4_K_M", "Q5_K": "Q5_K_M", "MXFP4": "MXFP4_MOE"}.get(name, name)
    )
    if ftype is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.gguf", Path(folder) / "b.gguf"
        writer = gguf.GGUFWriter(str(source), "llama")
        for key, value in (
            ("block_count", 1),
            ("context_length", 64),
            ("embedding_length", 256),
            ("feed_forward_length", N_BLOCK_ROWS),
            ("attention.head_count", 4),
        ):
            writer.add_uint32(f"llama.{key}", value)
        writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
        writer.add_tensor("token_embd.weight", numbers[:256])
        writer.add_tensor("blk.0.ffn_up.weight", numbers)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        if not quantize(source, target, ftype):
            return None
        for tensor in gguf.GGUFReader(str(target)).tensors:
            if tensor.name == "blk.0.ffn_up.weight" and tensor.tensor_type.name == name:
                data: bytes = np.asarray(tensor.data).tobytes()
                return data
    return None


def quantize(source: Path, target: Path, ftype: int, pure: bool = True) -> bool:
    """Run the real quantizer; False when it refuses the type."""
    from advisor.measuring.engine import library

    engine = library()
    parameters = engine.LlamaModelQuantizeParams()
    parameters.ftype, parameters.pure, parameters.nthread = ftype, pure, 2
    engine.disable_logging()
    try:
        engine.model_quantize(str(source), str(target), parameters)
    except RuntimeError:
        return False
    return True


def _gguf() -> tuple[Any, Any]:
    try:
        import gguf
        import numpy
    except ImportError as error:
        raise UsageError(
            "the GGUF writer is not installed; run `pip install 'quant-advisor[engine]'`"
        ) from error
    return gguf, numpy
