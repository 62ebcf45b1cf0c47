"""llama-server's words, which llama.cpp and its forks share.

Flags are those of https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md and
https://github.com/ikawrakow/ik_llama.cpp/blob/main/docs/parameters.md.
"""

from __future__ import annotations

from advisor.documents.deployment import Command
from advisor.documents.outcome import DeviceMemory
from advisor.engines import kv_types
from advisor.engines.launch import Launch, Started, words

ALL_BUILDS = (
    "cuda",
    "rocm",
    "metal",
    "vulkan",
    "sycl",
    "opencl",
    "cann",
    "webgpu",
    "cpu",
    "cpu-amx",
    "cpu-repack",
    "cpu-repack-arm",
)
"""Rows of `ggml_backends` in schemes.json."""
PORT = 8080


def llama_server(launch: Launch, experts_flag: str, *more: str) -> Started:
    """llama-server; `-c` is the total context that the `-np` slots share."""
    source = ("-hf", launch.weights) if launch.downloads else ("-m", as_path(launch.weights))
    argv = words("llama-server", *source, "-c", launch.context_tokens * launch.concurrency)
    argv += words("-np", launch.concurrency)
    argv += _placement(launch, experts_flag)
    if launch.kv_type not in kv_types.FULL and launch.kv_type != "auto":
        # a quantized V cache is refused without flash attention
        argv += words("-ctk", launch.kv_type, "-ctv", launch.kv_type, "-fa", "on")
    argv += more
    return Started(run=Command(argv=argv + words("--host", launch.host, "--port", PORT)))


def projector_of(weights: str) -> str:
    """The projector's file beside *weights*, named as publishers name it."""
    folder, slash, _ = as_path(weights).rpartition("/")
    return f"{folder}{slash}mmproj-F16.gguf"


def as_path(path: str) -> str:
    """*path* as a word no program takes for an option."""
    return f"./{path}" if path.startswith("-") else path


def _placement(launch: Launch, experts_flag: str) -> tuple[str, ...]:
    place = launch.placement
    if place is None:
        return words("-t", launch.threads) if launch.backend == "cpu" and launch.threads else ()
    argv = words("-ngl", place.gpu_layers if place.kind != "cpu" else 0)
    if place.cpu_expert_layers:
        argv += words(experts_flag, place.cpu_expert_layers)
    if place.n_gpus > 1:
        argv += words("-sm", "row" if place.tensor_parallel > 1 else "layer")
        split = _tensor_split(launch)
        argv += words("-ts", split) if split else ()
    argv += _devices(launch)
    if place.kind in ("cpu", "split", "experts-on-cpu"):
        argv += words("-t", launch.threads) if launch.threads else ()
        argv += words("--numa", "distribute") if _sockets(launch) > 1 else ()
    return argv


def _sockets(launch: Launch) -> int:
    """Processors that weights in main memory are spread over: reading from the far one halves the
    speed unless the threads are spread likewise."""
    return (launch.hardware.cpu.sockets or 1) if launch.hardware else 1


def _on_gpus(launch: Launch) -> list[DeviceMemory]:
    devices = launch.placement.devices if launch.placement else ()
    return [device for device in devices if device.device.upper().startswith("GPU")]


def _tensor_split(launch: Launch) -> str | None:
    """Shares of the layers; None when they are equal, which is the default.

    llama.cpp cuts the layers by these shares before experts leave the GPUs: with experts in main memory the
    shares are counted in layers as the plan lays them, else they follow what each GPU may hold, in GiB.
    """
    place = launch.placement
    devices = _on_gpus(launch)
    if place is not None and place.layers_per_gpu:
        return ",".join(map(str, place.layers_per_gpu))
    sizes = [device.available_bytes for device in devices]
    if len(sizes) < 2 or any(size is None for size in sizes):
        return None
    shares = [max(1, round(size / 2**30)) for size in sizes if size is not None]
    return None if len(set(shares)) == 1 else ",".join(map(str, shares))


_DEVICE_NAMES = {"cuda": "CUDA", "rocm": "ROCm", "vulkan": "Vulkan", "sycl": "SYCL"}
"""What `--list-devices` calls the GPUs of a backend."""


def _devices(launch: Launch) -> tuple[str, ...]:
    """`--device` where the machine has more GPUs than the plan uses: llama.cpp would take all."""
    gpus = launch.hardware.gpus if launch.hardware else ()
    name = _DEVICE_NAMES.get(launch.backend)
    if name is None or not launch.gpus or launch.gpus >= len(gpus):
        return ()
    numbers = [device.device.split(":")[0].split()[-1] for device in _on_gpus(launch)]
    if len(numbers) != launch.gpus or not all(number.isdigit() for number in numbers):
        return ()
    return words("--device", ",".join(f"{name}{number}" for number in numbers))


def hugging_face_name(repository: str, scheme: str, ollama_tag: str | None) -> str:
    """What `-hf` takes: the repository and the scheme of one of its files."""
    return f"{repository}:{scheme}"
