"""The engine inside this process: llama.cpp through the `cyllama` wheel, loaded only to measure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from advisor.catalog.gguf.types import TYPES
from advisor.engines.kv_types import GGML
from advisor.errors import BadFileError, UsageError

KV_TYPES = {row[0].lower(): number for number, row in TYPES.items() if row[0].lower() in ("f32", *GGML)}
"""Name -> number of ggml's type."""
MEND = "install llama.cpp, or run `pip install 'quant-advisor[engine]'`"


def library() -> Any:
    """The compiled module. Raises UsageError with the mend when it is not installed."""
    try:
        from cyllama.llama import llama_cpp
    except ImportError as error:
        raise UsageError(f"no engine to measure with; {MEND}") from error
    return llama_cpp


def version() -> str:
    """'cyllama 0.2.18, llama.cpp b64739e'."""
    from importlib.metadata import version as installed

    return f"cyllama {installed('cyllama')}, llama.cpp {library().ggml_commit()}"


class Engine:
    """One model loaded, one context of *context* tokens; a context manager. Not to be shared between
    threads."""

    def __init__(
        self, path: Path, context: int, threads: int, *, kv_type: str = "f16", gpu_layers: int = -1
    ) -> None:
        cpp = library()
        if kv_type not in KV_TYPES:
            raise UsageError(
                f"the engine has no KV cache of type {kv_type!r}; choose from {', '.join(KV_TYPES)}"
            )
        cpp.disable_logging()
        cpp.llama_backend_init()
        self._cpp = cpp
        self._model: Any = None
        self._context: Any = None
        self._batch: Any = None
        parameters = cpp.LlamaModelParams()
        parameters.n_gpu_layers = gpu_layers
        try:
            self._model = _model_class()(str(path), parameters, False)
        except (ValueError, RuntimeError, MemoryError, OSError) as error:
            raise BadFileError(f"llama.cpp cannot load {path}: {error}") from None
        self._model.n_vocab = self._model.get_vocab().n_vocab
        options = cpp.LlamaContextParams()
        options.n_ctx, options.n_threads, options.n_threads_batch = context, threads, threads
        options.type_k = options.type_v = KV_TYPES[kv_type]
        options.n_batch = max(512, min(context, 2048))
        try:
            self._context = cpp.LlamaContext(self._model, options, False)
        except (ValueError, RuntimeError, MemoryError) as error:
            self.close()
            raise UsageError(
                f"llama.cpp cannot make a context of {context} tokens for {path.name}: {error}"
            ) from None
        self._size = options.n_batch
        self._batch = cpp.LlamaBatch(n_tokens=self._size, embd=0, n_seq_max=1)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back, in the order llama.cpp wants it."""
        for part in (self._batch, self._context, self._model):
            if part is not None:
                part.close()
        self._batch = self._context = self._model = None

    @property
    def n_vocab(self) -> int:
        """Number of tokens of the vocabulary."""
        return int(self._model.n_vocab)

    @property
    def description(self) -> str:
        """As llama.cpp calls the model: 'llama 1B Q4_K - Medium'."""
        return str(self._model.desc)

    @property
    def on_gpu(self) -> bool:
        """Whether the engine found a GPU."""
        return any(device["type"] != "CPU" for device in self._cpp.ggml_backend_dev_info())

    def tokenize(self, text: str) -> list[int]:
        """The tokens of *text*, with BOS where the model wants one; UsageError for a file without a
        tokenizer."""
        vocabulary = self._model.get_vocab()
        if not vocabulary.vocab_type:
            raise UsageError(
                "the reference file has no tokenizer, so a text cannot be scored; give a complete model"
            )
        return list(vocabulary.tokenize(text, True, False))

    @property
    def bos(self) -> int | None:
        """The token a text begins with, where the model wants one."""
        vocabulary = self._model.get_vocab()
        return int(vocabulary.token_bos()) if vocabulary.get_add_bos() else None

    def clear(self) -> None:
        """Forget what was read."""
        self._context.kv_cache_clear()

    def cut(self, depth: int) -> None:
        """Forget everything after *depth* tokens; where the model cannot, forget all and read the first
        *depth* anew."""
        if not self._context.memory_seq_rm(0, depth, -1):
            self.clear()
            self.read([0] * depth, 0)

    def read(self, tokens: Sequence[int], position: int) -> float:
        """Decode *tokens* from *position* on; the seconds it took."""
        begin = time.perf_counter()
        for start in range(0, len(tokens), self._size):
            self._decode(tokens[start : start + self._size], position + start, keep=None)
        return time.perf_counter() - begin

    def write(self, tokens: Sequence[int], position: int) -> float:
        """Decode *tokens* one at a time, as an answer is written; the seconds it took."""
        begin = time.perf_counter()
        for offset, token in enumerate(tokens):
            self._decode([token], position + offset, keep=None)
        return time.perf_counter() - begin

    def logits(self, tokens: Sequence[int], first: int) -> Any:
        """Logits at positions first … len(tokens) - 1 of a text read from an empty cache: array (n,
        n_vocab) of float32."""
        import numpy as np

        self.clear()
        out = np.empty((len(tokens) - first, self.n_vocab), dtype=np.float32)
        for start in range(0, len(tokens), self._size):
            part = tokens[start : start + self._size]
            self._decode(part, start, keep=first - start)
            for index in range(max(0, first - start), len(part)):
                out[start + index - first] = self._context.get_logits_ith(index)
        return out

    def _decode(self, tokens: Sequence[int], position: int, *, keep: int | None) -> None:
        """*keep*: logits from this index on; None keeps the last only, as an engine that samples does."""
        batch = self._batch
        batch.clear()
        last = len(tokens) - 1
        for index, token in enumerate(tokens):
            batch.add(token, position + index, [0], index == last if keep is None else index >= keep)
        self._context.decode(batch)
        self._context.synchronize()


def _model_class() -> type:
    """The wheel's `get_logits_ith` asks the model for a `n_vocab` that its class does not have."""
    return type("Model", (library().LlamaModel,), {"n_vocab": 0})
