"""The figures of given cases: one on the command line, or a file of them, one JSON object a line.

Input keys: id, hardware, n_devices, memory {kind, rate_mt_per_s, channels, total_bytes}, bandwidth, backend,
engine, model, scheme, imatrix, kv_type or kv_bits, gpu_layers, n_cpu_moe, threads, ubatch, flash_attn, depth,
task, workload {prompt_tokens, output_tokens, context_tokens, concurrency}; `advisor schema batch-case`. One
answer a line, same order; a case that cannot be answered is a line with `error`.

--ray hands the lines of a file to a Ray cluster, a few hundred at a time: the same bytes come out. Files that
cases name must be on every node.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from collections.abc import Iterator
from typing import Any

from advisor.cluster import ADDRESSES
from advisor.documents.files import lines_of
from advisor.errors import (
    AdvisorError,
    BadFileError,
    ExitCode,
    NotMeasuredError,
    StoreError,
    UnsupportedError,
    UsageError,
)

_MOST_DIGITS = 19
"""Of a number of requests: what 64 bits hold."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `advisor predict`."""
    parser.add_argument(
        "--batch", metavar="FILE", help="a file of cases, one JSON object a line; - reads standard input"
    )
    parser.add_argument("--ray", metavar="ADDRESS", help=f"with --batch: {ADDRESSES}")
    parser.add_argument("--model", metavar="M", help="a model name or file")
    parser.add_argument("--scheme", metavar="S", help="a scheme, e.g. Q4_K_M")
    parser.add_argument("--hardware", metavar="H", help="a machine; without one no speed is predicted")
    parser.add_argument("--engine", metavar="E", help="llama.cpp, vllm … (default: one that runs the scheme)")
    parser.add_argument("--task", metavar="T", help="chat, code, math … (default chat)")
    parser.add_argument("--kv-cache", metavar="TYPE", help="f16, q8_0, q4_0, fp8 … (default f16)")
    parser.add_argument(
        "--context", metavar="TOKENS", help="room for each request (default: prompt and answer)"
    )
    parser.add_argument("--prompt", metavar="TOKENS", help="prompt tokens of a request")
    parser.add_argument("--output", metavar="TOKENS", help="answer tokens of a request")
    parser.add_argument(
        "--concurrency", metavar="N", help="requests at once, or max: as many as the memory holds (default 1)"
    )
    parser.add_argument("--json", action="store_true", help="JSON is the only format; accepted for symmetry")


def run(args: argparse.Namespace) -> int:
    """Write one answer for each case; the exit code is 0 while any case is answered, else that of usage."""
    if args.batch is None:
        return _one(args)
    if args.model or args.scheme:
        raise UsageError("--batch reads its cases from the file: leave out --model and --scheme")
    from advisor.recommendation.batch import UNEXPECTED

    codes: set[str] = set()
    out = sys.stdout  # a cluster says its own on sys.stdout, which is standard error meanwhile
    with _lines(args.batch) as lines:
        for text, found in _on_ray(lines, args.ray) if args.ray is not None else _here(lines):
            codes |= found
            out.write(text)
    if UNEXPECTED in codes:
        return ExitCode.UNEXPECTED
    return ExitCode.USAGE if codes and "" not in codes else ExitCode.OK


def _one(args: argparse.Namespace) -> int:
    from advisor.api import answer_case

    if args.ray is not None:
        raise UsageError("--ray is for many cases: give --batch FILE", field="ray")
    answer = answer_case(_case(args))
    if "error" in answer:
        raise _failure(answer["error"]["code"], answer["error"]["message"])
    print(json.dumps(answer, indent=2, ensure_ascii=False))
    return ExitCode.OK


def _here(lines: Iterator[str]) -> Iterator[tuple[str, set[str]]]:
    """Line by line: an answer is out before the next case is read."""
    from advisor.api import answer_line
    from advisor.recommendation.batch import code_of, written

    for line in lines:
        answer = answer_line(line)
        yield written(answer) + "\n", {code_of(answer)}


def _on_ray(lines: Iterator[str], address: str) -> Iterator[tuple[str, frozenset[str]]]:
    from advisor.cluster.batch import answered
    from advisor.cluster.connection import connected

    with connected(address) as cluster:
        yield from answered(lines, cluster)


def _failure(code: str, message: str) -> AdvisorError:
    """The failure that an answer in a batch only describes."""
    from advisor.recommendation.batch import UNEXPECTED

    kinds: tuple[type[AdvisorError], ...] = (BadFileError, StoreError, NotMeasuredError, UnsupportedError)
    other = AdvisorError if code == UNEXPECTED else UsageError
    error = next((kind for kind in kinds if kind.code == code), other)(message)
    error.code = code
    return error


def _case(args: argparse.Namespace) -> dict[str, Any]:
    from advisor.need.quantities import count

    if not args.model or not args.scheme:
        raise UsageError("give --model and --scheme, or --batch FILE")
    concurrency = args.concurrency
    if concurrency is not None and concurrency != "max":
        if not (concurrency.isascii() and concurrency.isdigit() and len(concurrency) < _MOST_DIGITS):
            raise UsageError(f"--concurrency {concurrency[:60]}: give a whole number or max")
        concurrency = int(concurrency)
    tokens = {
        name: count(stated, f"--{name}")
        for name in ("prompt", "output", "context")
        if (stated := getattr(args, name)) is not None
    }
    workload = {f"{name}_tokens": number for name, number in tokens.items()}
    if concurrency is not None:
        workload["concurrency"] = concurrency
    case = {
        "hardware": args.hardware,
        "engine": args.engine,
        "model": args.model,
        "scheme": args.scheme,
        "task": args.task,
        "kv_type": args.kv_cache,
        "workload": workload,
    }
    return {key: value for key, value in case.items() if value is not None}


@contextlib.contextmanager
def _lines(path: str) -> Iterator[Iterator[str]]:
    """The file's lines; a byte that is no UTF-8 spoils its own line and no other."""
    if path == "-":
        if sys.stdin is None:
            raise BadFileError("standard input is closed; give the file of cases")
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        yield lines_of(sys.stdin)
        return
    # A pipe is as good as standard input here: lines are answered one by one.
    try:
        file = open(path, encoding="utf-8", errors="replace")  # noqa: SIM115  (closed by the with below)
    except (OSError, ValueError) as error:  # a NUL in the path
        raise BadFileError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    with file:
        yield lines_of(file)
