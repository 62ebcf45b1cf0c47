"""The same figures through an installed llama-perplexity: the reference's logits go to a file, each
candidate is compared with it. A candidate that is done is kept in the store; a file of logits that is whole
is used again."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from advisor.data import user_folder
from advisor.errors import UsageError
from advisor.measuring.importers.llama_cpp.perplexity import read
from advisor.measuring.program import run_program
from advisor.measuring.rows import Row
from advisor.measuring.store import Store

if TYPE_CHECKING:
    from advisor.measuring.run.accuracy import AccuracyTest

PROGRAM = "llama-perplexity"


def with_llama_perplexity(
    candidates: list[Path], test: AccuracyTest, store: Store
) -> tuple[list[dict[str, tuple[float, float | None, int]]], tuple[str, str]]:
    """Figures of the reference and of every candidate, and the tool. Raises UsageError when it fails."""
    from advisor.measuring.run.accuracy import identity

    program = shutil.which(PROGRAM)
    if program is None:
        raise UsageError(f"{PROGRAM} is not on the PATH; install llama.cpp, or use --engine cyllama")
    said = f"{identity(test.reference)} {identity(test.text)} {test.context_tokens} {test.chunks}"
    base = user_folder() / "perplexity" / f"{hashlib.sha256(said.encode()).hexdigest()[:16]}.logits"
    common = [program, "-c", str(test.context_tokens)]
    if test.threads:
        common += ["-t", str(test.threads)]
    if test.chunks:
        common += ["--chunks", str(test.chunks)]
    if test.gpu_layers >= 0:
        common += ["-ngl", str(test.gpu_layers)]
    reference = _done(store, said, test.anew)
    results = {path: _done(store, f"{said} {identity(path)}", test.anew) for path in candidates}
    waiting = [path for path in candidates if results[path] is None]
    if reference is None or (waiting and not base.exists()):
        base.parent.mkdir(parents=True, exist_ok=True)
        partial = base.with_suffix(".partial")
        files = ["-m", str(test.reference), "-f", str(test.text), "--kl-divergence-base", str(partial)]
        reference = _run([*common, *files])
        os.replace(partial, base)
        store.keep_chunk(_key(said), 0, {"rows": reference})
    for path in waiting:
        result = _run([*common, "-m", str(path), "--kl-divergence-base", str(base), "--kl-divergence"])
        store.keep_chunk(_key(f"{said} {identity(path)}"), 0, {"rows": result})
        results[path] = result
    found = [one for one in (reference, *(results[path] for path in candidates)) if one is not None]
    base.unlink(missing_ok=True)  # gigabytes, and of no use once every candidate is done
    return [{metric: (value, sd, n) for metric, (value, sd, n) in one["figures"].items()} for one in found], (
        PROGRAM,
        found[0]["version"],
    )


def _key(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def _done(store: Store, said: str, anew: bool) -> dict[str, Any] | None:
    if anew:
        store.forget_run(_key(said))
    kept = store.chunk_sums(_key(said)).get(0)
    return kept["rows"] if kept else None


def _run(command: list[str]) -> dict[str, Any]:
    """Its figures, from all it prints."""
    said = run_program(command)
    rows: list[Row] = read(said)
    if not rows:
        last = said.strip().splitlines()[-1:] or ["it printed nothing"]
        raise UsageError(f"{PROGRAM} gave no figures: {last[0][:300]}")
    return {
        "version": rows[0].tool_version,
        "figures": {row.metric: (row.value, row.sd, row.n) for row in rows},
    }
