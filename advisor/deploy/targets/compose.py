"""Docker Compose: https://github.com/compose-spec/compose-spec/blob/main/spec.md."""

from __future__ import annotations

from typing import Any

from advisor.deploy.targets._target import (
    CACHE,
    MODELS,
    Target,
    as_yaml,
    container_env,
    first_make,
    folder_of_weights,
    header,
    name_of,
    one_node,
    served,
)
from advisor.documents.deployment import Command, Deployment

_FORM = "compose"
_START_PERIOD = "15m"
"""Downloading and loading tens of gigabytes; failures before its end do not count."""


def _write(plan: Deployment) -> str:
    one_node(plan, _FORM)
    run = served(plan, _FORM)
    service, configs = _service(plan, run), _configs(run)
    document: dict[str, Any] = {"name": name_of(plan), "services": {"server": service}}
    if folder_of_weights(plan) is None:
        document["volumes"] = {"cache": {}}
    if configs:
        document["configs"] = configs
        service["configs"] = [
            {"source": name, "target": f"{MODELS}/{file.name}"}
            for name, file in zip(configs, run.files, strict=True)
        ]
    return header(plan, *first_make(plan)) + as_yaml([document])


def _service(plan: Deployment, run: Command) -> dict[str, Any]:
    folder = folder_of_weights(plan)
    service: dict[str, Any] = {
        "image": plan.image,
        "entrypoint": [_word(run.argv[0])],
        "command": [_word(word) for word in run.argv[1:]],
    }
    env = {name: _word(value) for name, value in container_env(plan, run).items()}
    env |= {name: f"${{{name}:-}}" for name in plan.secrets}
    if env:
        service["environment"] = env
    if folder is not None or run.files:
        service["working_dir"] = MODELS
    if folder is None:
        service["volumes"] = [f"cache:{CACHE}"]
    else:
        inside = MODELS if folder == "." else folder
        service["volumes"] = [
            {"type": "bind", "source": _word(folder), "target": _word(inside), "read_only": True}
        ]
    service |= {
        "ipc": "host",  # tensor parallelism shares memory between its processes
        "ports": [f"{_published_host(plan.host)}:{plan.port}:{plan.port}"],
        "restart": "unless-stopped",
    }
    if plan.health_path:
        url = f"http://localhost:{plan.port}{plan.health_path}"
        service["healthcheck"] = {
            "test": ["CMD", "curl", "-f", url],
            "interval": "30s",
            "start_period": _START_PERIOD,
        }
    return service | _devices(plan)


def _published_host(host: str) -> str:
    """A literal IPv6 address stands in brackets."""
    return f"[{host}]" if ":" in host else host


def _devices(plan: Deployment) -> dict[str, Any]:
    """https://docs.docker.com/compose/how-tos/gpu-support/ and
    https://rocm.docs.amd.com/projects/install-on-linux/en/latest/how-to/docker.html."""
    wanted = plan.resources
    if not wanted.gpus:
        return {}
    if plan.backend == "cuda":
        device = {"driver": "nvidia", "count": wanted.gpus, "capabilities": ["gpu"]}
        return {"deploy": {"resources": {"reservations": {"devices": [device]}}}}
    nodes = ["/dev/kfd", "/dev/dri"] if plan.backend == "rocm" else ["/dev/dri"]
    return {"devices": [f"{node}:{node}" for node in nodes], "group_add": ["video"]}


def _configs(run: Command) -> dict[str, Any]:
    return {f"file-{number}": {"content": _word(file.text)} for number, file in enumerate(run.files)}


def _word(text: str) -> str:
    """Compose replaces $NAME and ${NAME}; two dollars stand for one."""
    return text.replace("$", "$$")


TARGET = Target(name=_FORM, help="a Docker Compose file", write=_write)
