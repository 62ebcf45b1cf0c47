"""Judge deployment files with their platforms' own schemas: SkyPilot's tasks, Ray Serve's applications, the
definition of LeaderWorkerSet.

Reads JSON lines {form, text} and prints one JSON line each: {accepted, said}; accepted is null where the
platform's package is not installed, or $LWS_CRD names no definition
(config/crd/bases/leaderworkerset.x-k8s.io_leaderworkersets.yaml of kubernetes-sigs/lws).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml


def _skypilot(text: str) -> None:
    """The task, its resources and its service, each by its own schema."""
    import jsonschema
    from sky.utils import schemas

    task = yaml.safe_load(text)
    jsonschema.validate(task, schemas.get_task_schema())
    jsonschema.validate(task["resources"], schemas.get_resources_schema())
    if "service" in task:
        jsonschema.validate(task["service"], schemas.get_service_schema())


def _ray(text: str) -> None:
    """The application; its model's configuration too where vLLM is installed beside Ray."""
    from ray.serve.schema import ServeDeploySchema

    document = yaml.safe_load(text)
    ServeDeploySchema(**document)
    try:
        from ray.serve.llm import LLMConfig
    except ImportError:
        return
    for application in document["applications"]:
        args = application["args"]
        for config in args.get("llm_configs") or [args["llm_config"]]:
            LLMConfig(**config)


def _lws(text: str) -> None:
    import jsonschema

    path = os.environ.get("LWS_CRD")
    if not path:
        raise ImportError("LWS_CRD names no definition")
    definition = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    _strict(schema)
    schema["properties"]["metadata"] = {"type": "object"}
    group = next(d for d in yaml.safe_load_all(text) if d["kind"] == "LeaderWorkerSet")
    jsonschema.validate(group, schema)


def _strict(node: Any) -> None:
    """Unknown keys are refused, as `kubectl apply --validate=strict` does."""
    if isinstance(node, list):
        for item in node:
            _strict(item)
    if not isinstance(node, dict):
        return
    if node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", bool(node.get("x-kubernetes-preserve-unknown-fields")))
    if node.get("x-kubernetes-int-or-string"):
        node.pop("type", None)
        node.pop("anyOf", None)
    for item in node.values():
        _strict(item)


_JUDGES: dict[str, Callable[[str], None]] = {"skypilot": _skypilot, "ray-serve": _ray, "lws": _lws}


def judge(case: dict[str, str]) -> dict[str, object]:
    """One file."""
    try:
        _JUDGES[case["form"]](case["text"])
    except ImportError as error:
        return {"accepted": None, "said": str(error)}
    except Exception as error:
        return {"accepted": False, "said": str(error).splitlines()[0][:200]}
    return {"accepted": True, "said": ""}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(judge(json.loads(line))), flush=True)
