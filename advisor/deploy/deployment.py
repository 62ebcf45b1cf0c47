"""A chosen plan -> the Deployment document: structure first, every text is made from it."""

from __future__ import annotations

from advisor.deploy import make_gguf
from advisor.deploy.chosen import Chosen
from advisor.deploy.download_commands import download_published
from advisor.documents.deployment import Command, Deployment, Resources
from advisor.engines import offered
from advisor.engines.launch import DEFAULT_HOST, LEADER
from advisor.errors import UnsupportedError

TOKEN = "HF_TOKEN"
"""What the Hugging Face tools read; its value never stands in a plan
(https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables)."""

_FULL_BYTES = 2
"""Of one weight in the checkpoint that everything is made from."""


def deployment(chosen: Chosen, host: str = DEFAULT_HOST) -> Deployment:
    """Everything that starts the plan; UnsupportedError for an engine without a known command line."""
    engine = chosen.facts
    if engine.start is None:
        known = ", ".join(other.name for other in offered() if other.start)
        raise UnsupportedError(f"no command line is known for {engine.name}; one is for {known}")
    started = engine.start(chosen.launch(host))
    weights, fetched = chosen.weights
    make = made_by(chosen)
    repository = _repository(chosen)
    return Deployment(
        model=chosen.model.hf_id or chosen.model.name,
        scheme=chosen.scheme.name,
        engine=engine.name,
        engine_version=engine.version,
        repository=repository,
        revision=chosen.published.revision if chosen.published else None,
        weights=weights,
        ready_made=chosen.on_disk or fetched or chosen.published is not None,
        backend=chosen.backend,
        image=engine.images.get(chosen.backend),
        image_program=engine.image_program,
        make=(*engine.setup, *make),
        run=started.run,
        then=started.then,
        workers=started.workers,
        over_ray=started.over_ray,
        replicas=chosen.replicas,
        leader=LEADER if any(LEADER in word for word in started.run.argv) else "",
        host=host,
        port=engine.port,
        health_path=engine.health_path,
        secrets=(TOKEN,) if repository else (),
        resources=_resources(chosen, make),
        warnings=(*started.warnings, *_warnings(chosen, make, host)),
    )


def made_by(chosen: Chosen) -> tuple[Command, ...]:
    """The commands that get or make the plan's weights, in order; none when there is nothing to do.

    Nothing is made for a file or checkpoint that has the scheme already, for schemes the engine makes while
    loading, and for full precision outside GGUF.
    """
    if chosen.on_disk:
        return ()
    if chosen.published:
        return download_published(chosen)
    if chosen.as_published and not chosen.facts.reads_gguf:
        return ()
    if chosen.scheme.is_gguf and (chosen.facts.reads_gguf or not chosen.scheme.reference):
        return make_gguf.make_gguf(chosen)
    from advisor.deploy.make_checkpoint import make_checkpoint  # deferred: most plans pull theirs

    return make_checkpoint(chosen)


def _repository(chosen: Chosen) -> str | None:
    if chosen.published:
        return chosen.published.repository
    return None if chosen.model.file_path else chosen.model.hf_id


def _resources(chosen: Chosen, make: tuple[Command, ...]) -> Resources:
    place = chosen.placement
    devices = place.devices if place else ()
    gpus = [device.total_bytes for device in devices if device.device.upper().startswith("GPU")]
    host = [device.total_bytes for device in devices if not device.device.upper().startswith("GPU")]
    cards = chosen.hardware.gpus if chosen.hardware and gpus else ()
    return Resources(
        gpus=place.n_gpus if place else 0,
        gpu_name=cards[0].catalog_name or cards[0].name if cards else None,
        gpu_vendor=cards[0].vendor if cards else None,
        gpu_memory_bytes=max(gpus, default=None),
        main_memory_bytes=sum(host) if host else None,
        disk_bytes=chosen.file_size_bytes,
        making_bytes=_making_bytes(chosen) if make and not chosen.published else None,
    )


def _making_bytes(chosen: Chosen) -> int | None:
    """The checkpoint, for GGUF the same once more as one file, and what is made of it."""
    params, size = chosen.model.n_params, chosen.file_size_bytes
    if not params or not size:
        return None
    copies = (chosen.source == chosen.model.hf_id) + (
        chosen.scheme.is_gguf and chosen.full_precision != chosen.model.file_path
    )
    return copies * params * _FULL_BYTES + size


def _warnings(chosen: Chosen, make: tuple[Command, ...], host: str) -> list[str]:
    found = []
    if chosen.replicas > 1:
        found.append(
            f"one server on each of {chosen.replicas} nodes: something in front of them spreads the requests"
        )
    if chosen.published and chosen.published.doubt:
        found.append(chosen.published.doubt)
    if not make and not chosen.on_disk and not chosen.weights[1]:
        from advisor.deploy import make_checkpoint  # deferred: most plans pull theirs

        reason = make_gguf.no_recipe(chosen) if chosen.scheme.is_gguf else make_checkpoint.no_recipe(chosen)
        if reason:
            found.append(reason)
    if host != DEFAULT_HOST:
        found.append("the server is reachable from other machines and asks nobody for a password")
    return found
