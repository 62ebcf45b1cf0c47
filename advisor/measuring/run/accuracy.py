"""Damage of quantized files against their reference: perplexity, KL divergence and top-1 agreement, chunk
by chunk.

The text is cut as llama-perplexity cuts it
(https://github.com/ggml-org/llama.cpp/tree/master/tools/perplexity): chunks of n_ctx tokens, each read from
an empty cache, the second half of each scored. Every finished chunk is in the store, so that an interrupted
run goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import math
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.documents.files import open_regular, read_text
from advisor.documents.hardware import HardwareProfile
from advisor.documents.model import ModelProfile
from advisor.engines import engine_for
from advisor.errors import BadFileError, UsageError
from advisor.measuring.complete import kept_model
from advisor.measuring.host import host_of
from advisor.measuring.progress import Progress
from advisor.measuring.rows import Row
from advisor.measuring.run.speed import default_threads, scheme_of
from advisor.measuring.store import Origin, Store

if TYPE_CHECKING:
    from advisor.measuring.engine import Engine

_EDGE_BYTES = 1 << 20
SUMS = ("n", "nll", "nll2", "base", "diff", "diff2", "kld", "kld2", "top")
"""Per chunk: tokens; sums of the candidate's negative log likelihood and its square, of the reference's, of
their difference and its square, of KLD and its square; tokens on which both agree what is likeliest."""


@dataclass(frozen=True, kw_only=True)
class AccuracyTest:
    """What to measure."""

    reference: Path
    text: Path
    context_tokens: int = 512
    chunks: int | None = None
    threads: int | None = None
    gpu_layers: int = -1
    engine: str = "auto"
    """auto, llama-perplexity or cyllama."""
    anew: bool = False


def measure_accuracy(
    candidates: list[Path],
    test: AccuracyTest,
    hardware: HardwareProfile,
    *,
    keep: bool = True,
    bar: bool | None = None,
) -> list[Row]:
    """Rows of every candidate: ppl, ppl_ratio, kld_mean and top1_agreement_pct with standard errors, and
    the reference's ppl. Raises BadFileError, UsageError."""
    from advisor.catalog.resolve import resolve_model
    from advisor.measuring.run.perplexity import PROGRAM, with_llama_perplexity

    models = [resolve_model(str(path)) for path in (test.reference, *candidates)]
    with Store() as store:
        if test.engine == PROGRAM or (test.engine == "auto" and shutil.which(PROGRAM)):
            results, tool = with_llama_perplexity(candidates, test, store)
        else:
            results, tool = _in_process(candidates, test, hardware, store, bar)
        rows = []
        for path, model, figures in zip((test.reference, *candidates), models, results, strict=True):
            rows += _rows(path, model, figures, tool, test, hardware)
        if keep:
            store.add(rows, Origin(format="measured here"))
    return rows


def _in_process(
    candidates: list[Path], test: AccuracyTest, hardware: HardwareProfile, store: Store, shown: bool | None
) -> tuple[list[dict[str, Any]], tuple[str, str]]:
    """Figures of the reference and of every candidate."""
    from advisor.measuring.engine import version

    made = version()
    text = read_text(test.text)
    runs = {path: run_key(test.reference, path, text, test.context_tokens, made) for path in candidates}
    if test.anew:
        for run in runs.values():
            store.forget_run(run)
    threads = test.threads or default_threads(hardware)
    for group in _groups(candidates, test.reference, hardware):
        _measure_group(group, runs, replace(test, threads=threads), text, store, shown)
    totals = {path: totalled(store.chunk_sums(runs[path]), test.chunks) for path in candidates}
    first = totals[candidates[0]]
    reference = {"ppl": (math.exp(first["base"] / first["n"]), None, int(first["n"]))}
    return [reference, *(figures(totals[path]) for path in candidates)], ("advisor measure", made)


def _groups(candidates: list[Path], reference: Path, hardware: HardwareProfile) -> list[list[Path]]:
    """Candidates whose files fit into memory together with the reference are measured in one pass over the
    text."""
    free = hardware.memory.available_bytes
    total = sum(path.stat().st_size for path in (reference, *candidates))
    return [candidates] if free is None or total < free else [[path] for path in candidates]


def _measure_group(
    group: list[Path],
    runs: dict[Path, str],
    test: AccuracyTest,
    text: str,
    store: Store,
    shown: bool | None,
) -> None:
    from advisor.measuring.engine import Engine

    n_ctx = test.context_tokens
    with ExitStack() as stack:

        def load(path: Path) -> Engine:
            return stack.enter_context(Engine(path, n_ctx, test.threads or 1, gpu_layers=test.gpu_layers))

        base = load(test.reference)
        tokens = base.tokenize(text)
        n_chunks = min(len(tokens) // n_ctx, test.chunks or 1 << 62)
        if n_chunks < 1:
            raise UsageError(
                f"{test.text} has {len(tokens)} tokens; a chunk needs {n_ctx}: "
                "give more text or less --context"
            )
        done = {path: set(store.chunk_sums(runs[path])) for path in group}
        needed = [path for path in group if len(done[path] & set(range(n_chunks))) < n_chunks]
        engines = {path: load(path) for path in needed}
        for path, engine in engines.items():
            if engine.n_vocab != base.n_vocab:
                raise UsageError(
                    f"{path.name} has another vocabulary than {test.reference.name}; is it the same model?"
                )
        progress = Progress(n_chunks * (1 + len(needed)), shown)
        for chunk in range(n_chunks):
            waiting = [path for path in needed if chunk not in done[path]]
            if not waiting:
                progress.skip(1 + len(needed))
                continue
            part = tokens[chunk * n_ctx : (chunk + 1) * n_ctx]
            if base.bos is not None:
                part[0] = base.bos
            wanted = base.logits(part, n_ctx // 2)[:-1]
            progress.step(1, f"chunk {chunk + 1} of {n_chunks}")
            for path in waiting:
                got = engines[path].logits(part, n_ctx // 2)[:-1]
                store.keep_chunk(runs[path], chunk, compare(wanted, got, part[n_ctx // 2 + 1 :]))
                progress.step(1, f"chunk {chunk + 1} of {n_chunks}")
        progress.end()


def compare(base: Any, other: Any, answers: list[int]) -> dict[str, float]:
    """The sums of one chunk from the logits (n, n_vocab) of reference and candidate and the n tokens that
    followed."""
    import numpy as np

    sums = dict.fromkeys(SUMS, 0.0)
    for p, q, answer in zip(base, other, answers, strict=True):
        log_p, log_q = _log_softmax(p), _log_softmax(q)
        nll_p, nll_q = -float(log_p[answer]), -float(log_q[answer])
        kld = float(np.dot(np.exp(log_p), log_p - log_q))
        for name, value in (
            ("n", 1.0),
            ("nll", nll_q),
            ("nll2", nll_q**2),
            ("base", nll_p),
            ("diff", nll_q - nll_p),
            ("diff2", (nll_q - nll_p) ** 2),
            ("kld", kld),
            ("kld2", kld**2),
            ("top", float(int(p.argmax()) == int(q.argmax()))),
        ):
            sums[name] += value
    if not all(math.isfinite(value) for value in sums.values()):
        raise BadFileError(
            "the engine gave figures that are no numbers; the file is damaged, or its scheme overflows"
        )
    return sums


def _log_softmax(logits: Any) -> Any:
    import numpy as np

    shifted = logits.astype(np.float64) - float(logits.max())
    return shifted - math.log(float(np.exp(shifted).sum()))


def totalled(chunks: dict[int, dict[str, float]], most: int | None = None) -> dict[str, float]:
    """The sums over chunks, in their order."""
    chosen = [sums for chunk, sums in sorted(chunks.items()) if most is None or chunk < most]
    return {name: math.fsum(sums[name] for sums in chosen) for name in SUMS}


def figures(total: dict[str, float]) -> dict[str, tuple[float, float | None, int]]:
    """Metric -> value, standard error, tokens."""
    n = int(total["n"])
    ppl, ratio = math.exp(total["nll"] / n), math.exp(total["diff"] / n)
    top = total["top"] / n
    return {
        "ppl": (ppl, ppl * _standard_error(total["nll"], total["nll2"], n), n),
        "ppl_ratio": (ratio, ratio * _standard_error(total["diff"], total["diff2"], n), n),
        "kld_mean": (total["kld"] / n, _standard_error(total["kld"], total["kld2"], n), n),
        "top1_agreement_pct": (100 * top, 100 * math.sqrt(top * (1 - top) / max(n - 1, 1)), n),
    }


def _standard_error(total: float, squares: float, n: int) -> float:
    return math.sqrt(max(squares / n - (total / n) ** 2, 0.0) / max(n - 1, 1))


def run_key(reference: Path, candidate: Path, text: str, n_ctx: int, tool: str) -> str:
    """The same for the same files, text, chunks and engine: what an interrupted run is found again by."""
    said = "\0".join(
        (
            identity(reference),
            identity(candidate),
            hashlib.sha256(text.encode()).hexdigest(),
            str(n_ctx),
            tool,
        )
    )
    return hashlib.sha256(said.encode()).hexdigest()


def identity(path: Path) -> str:
    """Size, first and last megabyte of a file: reading all of 40 GB would cost minutes."""
    with open_regular(path) as file:
        digest = hashlib.sha256(file.read(_EDGE_BYTES))
        size = file.seek(0, 2)
        file.seek(max(0, size - _EDGE_BYTES))
        digest.update(file.read(_EDGE_BYTES))
    return f"{size}:{digest.hexdigest()}"


def _rows(
    path: Path,
    model: ModelProfile,
    found: dict[str, tuple[float, float | None, int]],
    tool: tuple[str, str],
    test: AccuracyTest,
    hardware: HardwareProfile,
) -> list[Row]:
    name, profile = kept_model(model)
    host, machine = host_of(hardware)
    facts: dict[str, Any] = {
        "file": path.name,
        "reference": test.reference.name,
        "n_ctx": test.context_tokens,
    }
    if profile:
        facts["model_profile"] = profile
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        Row(
            kind="accuracy",
            metric=metric,
            value=value,
            sd=error,
            n=n,
            model=name,
            scheme=scheme_of(model, path),
            engine=engine_for("gguf"),
            host=host,
            hardware=machine,
            dataset=test.text.name,
            task="language-modelling",
            measured_at=now,
            tool=tool[0],
            tool_version=tool[1],
            facts=facts,
        )
        for metric, (value, error, n) in found.items()
    ]
