"""Judge command lines with the tools' own argument parsers: SGLang, LMDeploy, MLX-LM, AutoRound, hf.

Reads JSON lines {argv} and prints one JSON line each: {accepted, said}; accepted is null where the engine's
package is not installed.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any


def _sglang() -> Callable[[list[str]], object]:
    from sglang.srt.server_args import ServerArgs

    parser = ArgumentParser()
    ServerArgs.add_cli_args(parser)
    return lambda words: parser.parse_args(words[3:])


def _lmdeploy() -> Callable[[list[str]], object]:
    from lmdeploy.cli.cli import CLI
    from lmdeploy.cli.lite import SubCliLite
    from lmdeploy.cli.serve import SubCliServe

    SubCliServe.add_parsers()
    SubCliLite.add_parsers()
    return lambda words: CLI.parser.parse_args(words[1:])


def _mlx() -> Callable[[list[str]], object]:
    import mlx_lm.server

    mlx_lm.server.ModelProvider = lambda args: None
    mlx_lm.server.run = lambda *args: None

    def parse(words: list[str]) -> object:
        sys.argv = words
        return mlx_lm.server.main()

    return parse


def _autoround() -> Callable[[list[str]], object]:
    from auto_round.cli.parser import build_quantize_parser

    return lambda words: build_quantize_parser().parse_args(words[1:])


def _hub() -> Callable[[list[str]], object]:
    from huggingface_hub.cli.hf import app

    group: Any = app

    def parse(words: list[str]) -> object:
        context = group.make_context("hf", words[1:])
        name, command, rest = group.resolve_command(context, words[1:])
        return command.make_context(name, rest, parent=context)

    return parse


_PARSERS = {
    "hf": _hub,
    "python": _sglang,
    "lmdeploy": _lmdeploy,
    "mlx_lm.server": _mlx,
    "auto-round": _autoround,
    "auto-round-best": _autoround,
}


def main() -> None:
    """One answer for each line of standard input."""
    ready: dict[str, Callable[[list[str]], object] | None] = {}
    for line in sys.stdin:
        argv = json.loads(line)["argv"]
        if argv[0] not in ready:
            try:
                ready[argv[0]] = _PARSERS[argv[0]]()
            except (ImportError, KeyError):
                ready[argv[0]] = None
        parse, said = ready[argv[0]], io.StringIO()
        if parse is None:
            print(json.dumps({"accepted": None, "said": "not installed"}), flush=True)
            continue
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                parse(argv)
            print(json.dumps({"accepted": True, "said": ""}), flush=True)
        except (SystemExit, Exception) as error:
            print(
                json.dumps({"accepted": False, "said": (said.getvalue() or repr(error))[-300:]}), flush=True
            )


if __name__ == "__main__":
    main()
