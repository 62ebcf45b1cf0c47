"""What a form is, and the words every form takes from a deployment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from advisor.deploy import shell
from advisor.documents.deployment import Command, Deployment
from advisor.errors import UnsupportedError

MODELS = "/models"
"""Where a container finds weights that were made beside it."""
CACHE = "/cache"
"""Where a program in a container keeps what it downloads, whoever it runs as: `XDG_CACHE_HOME` names it,
which the Hugging Face hub, vLLM and llama.cpp keep to (huggingface_hub's environment variables)."""

if TYPE_CHECKING:
    import yaml

ANYWHERE = "0.0.0.0"
"""Inside a container the server listens everywhere; what reaches it is the platform's to say."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_NAME = 40
"""A label of DNS has 63 characters; controllers append hashes to it."""


class Target(NamedTuple):
    """One form."""

    name: str
    """As `--format` takes it."""
    help: str
    write: Callable[[Deployment], str]
    """UnsupportedError for a plan it cannot say."""


def name_of(plan: Deployment) -> str:
    """A name for services, units and labels: lower-case letters, digits and dashes, a letter first."""
    stated = (plan.name or plan.model.rpartition("/")[2]).lower()
    plain = re.sub(r"[^a-z0-9]+", "-", stated).strip("-")[:_LONGEST_NAME]
    plain = plain.strip("-") or "model"
    return plain if plain[0].isalpha() else f"m-{plain}"


def header(plan: Deployment, *more: str) -> str:
    """Comment lines: what it is, what to know before it runs."""
    version = f"{plan.engine} {plan.engine_version}".rstrip()
    lines = (f"{plan.model} as {plan.scheme} on {version}", *more, *plan.warnings)
    return "".join(f"{shell.comment(line)}\n" for line in lines)


class Unsafe(str):
    """Text that Ansible must not read as a template."""

    __slots__ = ()


def as_yaml(documents: Iterable[Any]) -> str:
    """One or several YAML documents, keys in the order they were put in, every value written out."""
    import yaml

    return str(yaml.dump_all(documents, Dumper=_dumper(), sort_keys=False, width=110, allow_unicode=True))


@cache
def _dumper() -> type[yaml.SafeDumper]:
    """The safe writer, without anchors and with Ansible's tag (imported late: no answer needs it)."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    def unsafe(dumper: yaml.SafeDumper, text: Unsafe) -> yaml.ScalarNode:
        style = "|" if "\n" in text else None
        return dumper.represent_scalar("!unsafe", str(text), style=style)

    Dumper.add_representer(Unsafe, unsafe)
    return Dumper


def served(plan: Deployment, form: str, *, image: bool = True) -> Command:
    """The run of a server with plain words; UnsupportedError for what *form* cannot hold.

    With *image* the words are those inside the container: its program, listening everywhere.
    """
    if plan.port is None:
        raise UnsupportedError(
            f"{plan.engine} serves nobody, so {form} has nothing to start: --format script"
        )
    if plan.then:
        raise UnsupportedError(
            f"{plan.engine} needs commands once it answers, which {form} cannot say: --format script"
        )
    if image and plan.image is None:
        raise UnsupportedError(
            f"no container image of {plan.engine} for {plan.backend or 'this machine'} is known: "
            "--format script"
        )
    run = in_image(plan, plan.run) if image else plan.run
    refuse_control(run, form)
    return run


def one_node(plan: Deployment, form: str) -> None:
    """UnsupportedError for a plan on several nodes."""
    if plan.workers:
        raise UnsupportedError(
            f"the plan takes {1 + len(plan.workers)} nodes, and {form} starts one: --format lws or script"
        )


def in_image(plan: Deployment, command: Command) -> Command:
    """A command as it stands inside the image: the image's program, every address listened on."""
    program = plan.image_program or command.argv[0]
    words = (ANYWHERE if word == plan.host else word for word in command.argv[1:])
    return Command(argv=(program, *words), env=command.env, files=command.files, note=command.note)


def refuse_control(command: Command, form: str) -> None:
    """UnsupportedError for line breaks and other control characters in a word or a setting."""
    for text in (*command.argv, *command.env, *command.env.values()):
        if _CONTROL.search(text):
            raise UnsupportedError(f"{form} cannot hold {text!r}: rename the file or the model")


def folder_of_weights(plan: Deployment) -> str | None:
    """The folder on the machine that holds the weights: '.' for those that are made or downloaded there,
    None for weights that the engine fetches itself."""
    if plan.make or not plan.ready_made:
        return "."
    if plan.repository is not None:
        return None
    return str(PurePosixPath(plan.weights).parent) if plan.weights.startswith("/") else "."


def container_env(plan: Deployment, command: Command) -> dict[str, str]:
    """What a container's program finds in its environment: the command's, and where downloads are kept."""
    kept = {"XDG_CACHE_HOME": CACHE} if folder_of_weights(plan) is None else {}
    return kept | dict(command.env)


def first_make(plan: Deployment) -> tuple[str, ...]:
    """What to do before: a line that says where the weights must be."""
    if plan.make or not plan.ready_made:
        return (f"{plan.weights} must be there first: `advisor deploy --format script` makes it",)
    return ()
