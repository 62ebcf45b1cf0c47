"""OpenVINO: GenAI's kernels behind OpenVINO Model Server.

Server: https://docs.openvino.ai/2026/model-server/ovms_docs_parameters.html; weights are exported with
https://huggingface.co/docs/optimum-intel/openvino/export.
"""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.engines import kv_types
from advisor.engines.engine import Engine
from advisor.engines.launch import Launch, Started, flags, safe_name, words

PORT = 8000
_FOLDER = "models"


def _start(launch: Launch) -> Started:
    argv = words("ovms")
    # its options are spelled with underscores
    for name, value in {
        "rest_bind_address": launch.host,
        "rest_port": PORT,
        "model_repository_path": _FOLDER,
        "source_model": launch.weights.removeprefix("./"),
        "task": "text_generation",
        "target_device": "CPU" if launch.backend == "cpu" else "GPU",
        "max_num_seqs": launch.concurrency,
        "kv_cache_precision": "u8" if launch.kv_type in kv_types.EIGHT_BITS else None,
    }.items():
        argv += words(f"--{name}", value) if value is not None else ()
    return Started(run=Command(argv=argv))


def _make(launch: Launch, source: str, target: str) -> tuple[Command, ...] | None:
    scheme = launch.scheme
    argv = words("optimum-cli", "export", "openvino", "--model", source)
    bits = f"int{scheme.weight_bits:g}" if scheme.weight_bits < 16 else "fp16"
    four_bits = scheme.weight_bits == 4
    argv += flags(
        weight_format=bits,
        sym=four_bits,
        group_size=scheme.group_size if four_bits else None,
        ratio="1.0" if four_bits else None,
        awq=scheme.family == "awq",
        dataset="wikitext2" if scheme.family == "awq" else None,
    )
    made = f"{_FOLDER}/{target}"
    return (Command(argv=(*argv, made), makes=made, note=f"into the folder of {safe_name(launch.model)}"),)


ENGINE = Engine(
    name="openvino",
    aliases=("openvino genai", "openvino-genai", "ovms", "openvino model server", "openvino-model-server"),
    rank=11,
    repositories=r"^openvino/|[-_]ov$|[-_]openvino\b",
    systems=("linux", "windows"),
    formats=("ir",),
    outside_gpu="",
    kv_types=("f16", "q8_0"),
    program="ovms",
    package="openvino_genai",
    version="2026.4.1",
    images=dict.fromkeys(("cpu", "xpu", "sycl"), "openvino/model_server:2026.4.1-gpu"),
    port=PORT,
    health_path="/v2/health/ready",
    fetches=False,
    start=_start,
    make=_make,
)
