"""A deployment as text: what a person copies, a script, a Modelfile."""

from __future__ import annotations

from advisor.deploy import shell
from advisor.deploy.chosen import Chosen, expected_file_name
from advisor.deploy.deployment import deployment, made_by
from advisor.deploy.targets import all_targets, write
from advisor.documents.deployment import Deployment
from advisor.engines import ollama
from advisor.engines.launch import DEFAULT_HOST
from advisor.errors import UnsupportedError

__all__ = [
    "Chosen",
    "deployment",
    "expected_file_name",
    "formats",
    "make_command",
    "modelfile",
    "render",
    "run_command",
    "run_text",
    "script",
]


def formats() -> tuple[str, ...]:
    """What a plan is printed as: what a person copies, an Ollama Modelfile, and every file in `targets`."""
    return ("command", "modelfile", *all_targets())


def run_command(chosen: Chosen) -> str:
    """Shell text that runs the plan; UnsupportedError for an engine without a known command line."""
    return run_text(deployment(chosen))


def run_text(plan: Deployment) -> str:
    """Shell text that runs a deployment whose weights are there."""
    run = shell.block(plan.run)
    if plan.workers:
        address = f", whose address stands for {plan.leader}" if plan.leader else ""
        lines = [shell.comment(f"on the node of rank 0{address}"), run]
        for rank, command in enumerate(plan.workers, 1):
            lines += [shell.comment(f"on the node of rank {rank}"), shell.block(command)]
        if plan.over_ray:
            lines += [shell.comment("or once, where the nodes are a Ray cluster"), shell.block(plan.over_ray)]
        return "\n".join(lines)
    if plan.replicas > 1:
        run = f"{shell.comment(f'on each of {plan.replicas} nodes')}\n{run}"
    if not plan.then:
        return run
    return "\n".join([f"{run} &", *(shell.block(command) for command in plan.then)])


def make_command(chosen: Chosen) -> str:
    """Shell text that gets or makes the plan's weights; '' when there is nothing to do."""
    return "\n".join(shell.block(command) for command in made_by(chosen))


def script(chosen: Chosen, host: str = DEFAULT_HOST) -> str:
    """A shell script that makes the weights and runs them; it may be run again after any failure."""
    return write(deployment(chosen, host), "script")


def modelfile(chosen: Chosen) -> str:
    """An Ollama Modelfile; UnsupportedError for a scheme that is not GGUF."""
    if not chosen.scheme.is_gguf:
        raise UnsupportedError(
            f"Ollama runs GGUF files; {chosen.scheme.name} is not one: add --engine ollama"
        )
    served = chosen._replace(engine=ollama.ENGINE.name)
    return ollama.modelfile(served.launch())


def render(chosen: Chosen, form: str, host: str = DEFAULT_HOST) -> str:
    """The plan in one of `formats()`; UnsupportedError where the form cannot say it."""
    if form == "modelfile":
        return modelfile(chosen)
    plan = deployment(chosen, host)
    return run_text(plan) if form == "command" else write(plan, form)
