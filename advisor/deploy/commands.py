"""A plan as commands of a real engine: how to run it, and how to make its weights."""

from __future__ import annotations

from collections.abc import Callable

from advisor.deploy import local, serving
from advisor.deploy.local import modelfile as _modelfile
from advisor.deploy.make_checkpoint import make_checkpoint
from advisor.deploy.make_gguf import make_gguf
from advisor.deploy.plan import Plan, expected_file_name
from advisor.errors import UnsupportedError

__all__ = [
    "FORMATS",
    "Plan",
    "expected_file_name",
    "make_command",
    "modelfile",
    "render",
    "run_command",
    "script",
]

FORMATS = ("command", "script", "modelfile")
_RUN: dict[str, Callable[[Plan], str]] = {
    "llama.cpp": local.llama_server,
    "ik_llama.cpp": local.llama_server,
    "ollama": local.ollama,
    "vllm": serving.vllm,
    "sglang": serving.sglang,
    "tensorrt-llm": serving.tensorrt_llm,
    "lmdeploy": serving.lmdeploy,
    "mlx": local.mlx,
    "exllamav2": local.exllama,
    "exllamav3": local.exllama,
    "transformers": local.transformers,
}


def run_command(plan: Plan) -> str:
    """Shell text that runs *plan*; raises UnsupportedError for an engine without a known command line."""
    write = _RUN.get(plan.engine)
    if write is None:
        raise UnsupportedError(f"no command line is known for {plan.engine}; one is for {', '.join(_RUN)}")
    return write(plan)


def make_command(plan: Plan) -> str:
    """Shell text that makes the plan's weights; '' when there is nothing to make.

    Nothing is made for a file or checkpoint that has the scheme already, for schemes the engine makes while
    loading, and for full precision outside GGUF.
    """
    if plan.ready_made or plan.model.fixed_scheme == plan.scheme.name:
        return ""
    gguf_engine = plan.engine in ("llama.cpp", "ik_llama.cpp", "ollama")
    if plan.scheme.is_gguf and (gguf_engine or not plan.scheme.reference):
        return make_gguf(plan)
    return make_checkpoint(plan)


def script(plan: Plan) -> str:
    """A shell script that makes the weights and runs them."""
    make = make_command(plan)
    parts = ["#!/usr/bin/env bash", "set -euo pipefail"]
    if make:
        parts += ["", f"# make {plan.file}", make]
    return "\n".join([*parts, "", f"# run on {plan.engine}", run_command(plan), ""])


def modelfile(plan: Plan) -> str:
    """An Ollama Modelfile; raises UnsupportedError for a scheme that is not GGUF."""
    if not plan.scheme.is_gguf:
        raise UnsupportedError(f"an Ollama Modelfile needs a GGUF scheme; {plan.scheme.name} is not one")
    return _modelfile(plan)


def render(plan: Plan, form: str) -> str:
    """The plan in one of FORMATS; raises UnsupportedError as the writers do and KeyError for another form."""
    return {"command": run_command, "script": script, "modelfile": modelfile}[form](plan)
