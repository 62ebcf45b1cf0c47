"""A plan as a program takes it: words, environment, files, and what the machine must have. No shell text."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A small file that a command reads."""

    name: str
    """Relative to the folder the command runs in; never absolute and never with `..`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One program with its words; nothing in it has to be quoted or expanded."""

    argv: tuple[str, ...]
    """The program and its words; a word is exactly what the program receives."""
    env: dict[str, str] = field(default_factory=dict)
    files: tuple[TextFile, ...] = ()
    """Written before the program starts."""
    note: str = ""
    """What a person should know before running it."""
    makes: str = ""
    """The file or folder that stands when it has succeeded; empty when there is none to look for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What one replica takes. Bytes; None where nobody computed it."""

    gpus: int = 0
    """Of all nodes together."""
    gpu_name: str | None = None
    gpu_vendor: str | None = None
    gpu_memory_bytes: int | None = None
    """Of the fullest GPU."""
    main_memory_bytes: int | None = None
    disk_bytes: int | None = None
    """The weights' file."""
    making_bytes: int | None = None
    """Disk that making it takes, full-precision weights and file included; None when it is not made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything needed to start a plan and to know that it runs."""

    schema_version: str = "1.0"
    name: str = ""
    """What services and units are called; empty takes the model's name."""
    model: str
    scheme: str
    engine: str
    engine_version: str
    """The version of the engine the words are written for."""
    repository: str | None = None
    """Where the weights are downloaded from; None for weights that lie on disk or must be made."""
    revision: str | None = None
    """Of the repository; None = its main branch, which may move."""
    weights: str
    """The file or folder the engine reads, or the repository it downloads itself."""
    ready_made: bool
    """Whether the weights exist already: on disk, or published."""
    backend: str = ""
    """What the engine must be built for: cuda, rocm, cpu …"""
    image: str | None = None
    """A container image that holds the engine built for that backend."""
    image_program: str = ""
    """The program inside the image; empty where the run's first word is found there."""
    make: tuple[Command, ...] = ()
    """In order; empty when nothing has to be made."""
    run: Command
    then: tuple[Command, ...] = ()
    """To be run once the server answers."""
    workers: tuple[Command, ...] = ()
    """What the other nodes run, by rank from 1; the run is rank 0. Empty for a plan on one node."""
    over_ray: Command | None = None
    """The same, started once where the nodes form a Ray cluster, in place of a command on each."""
    replicas: int = 1
    """Equal servers, one on each node, each with its share of the requests."""
    leader: str = ""
    """The address of the node that runs rank 0, as it stands in the words; empty for one node."""
    host: str = "127.0.0.1"
    port: int | None = None
    """None for a program that serves nobody."""
    health_path: str | None = None
    """A GET that answers 200 once the model is loaded."""
    secrets: tuple[str, ...] = ()
    """Names of environment variables the run needs; their values never stand in a plan."""
    resources: Resources
    warnings: tuple[str, ...] = ()
