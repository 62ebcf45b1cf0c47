"""The bytes of a file that exists, in place of those computed for its scheme."""

from __future__ import annotations

from advisor.documents.outcome import Estimate

from .parts import Weights, stretched

_HEADER = 0.005
"""Share of a file within which one of a public recipe differs by its header alone: the tokenizer's strings
and the publisher's notes (nine of ten published files of the catalogue's models)."""
_COPY = 0.1
"""A file of a model with tied embeddings that is larger by its embeddings, within this share, has them twice
(Qwen's own files of Qwen2.5-0.5B)."""


def as_published(weights: Weights, file: Estimate) -> Weights:
    """*weights* in a published *file*, all its parts together: exact, or as its page rounds it.

    A file of a public recipe keeps its computed tensors, and its computed size where its page only rounds;
    any other, as one too small for those tensors, is its publisher's own mixture: its parts are stretched to
    its total.
    """
    computed = weights.file_bytes
    slack = _HEADER * computed.value
    near = file.low - slack <= computed.value <= file.high + slack
    if weights.basis == "exact" and near and weights.total_bytes.value < file.high:
        return weights._replace(file_bytes=file) if file.basis == "exact" else weights
    added = file.value - computed.value
    if weights.basis == "exact" and weights.tied and abs(added / weights.embedding_bytes - 1) < _COPY:
        return _untied(weights, file, round(added))
    beside = computed.value - weights.total_bytes.value  # header and padding
    ends = [max(1, round(end - beside)) for end in (file.value, file.low, file.high)]
    total = Estimate.of(ends, file.basis, file.evidence)
    found = stretched(weights, total.value / weights.total_bytes.value)
    return found._replace(total_bytes=total, file_bytes=file, basis=file.basis)


def _untied(weights: Weights, file: Estimate, copy_bytes: int) -> Weights:
    """*weights* with the output matrix stored beside the embeddings: a token still reads one of the two."""
    total = weights.total_bytes.value + copy_bytes
    return weights._replace(
        file_bytes=file,
        total_bytes=Estimate.of((total, total, total), file.basis, file.evidence),
        bpw=8 * total / weights.n_params,
        output_bytes=copy_bytes,
        by_role_bytes={**weights.by_role_bytes, "output": copy_bytes},
        tied=False,
        basis=file.basis,
    )
