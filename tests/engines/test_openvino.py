"""OpenVINO Model Server and the export of its weights."""

from __future__ import annotations

import pytest

from advisor.catalog.kernels import backends_of
from advisor.engines import facts, find_engine

OPENVINO = facts("openvino")


@pytest.mark.parametrize(("backend", "device"), [("cpu", "CPU"), ("xpu", "GPU")])
def test_the_server_reads_the_folder_that_was_exported(line, backend, device):
    """Its options have underscores; the device is named in capitals."""
    assert line("openvino", backend=backend, concurrency=2) == (
        "ovms --rest_bind_address 127.0.0.1 --rest_port 8000 --model_repository_path models "
        f"--source_model weights --task text_generation --target_device {device} --max_num_seqs 2"
    )


@pytest.mark.parametrize(("kv_type", "flag"), [("q8_0", True), ("f16", False)])
def test_eight_bits_of_cache_are_u8(line, kv_type, flag):
    """Sixteen bits are left to the server."""
    assert (" --kv_cache_precision u8" in line("openvino", kv_type=kv_type)) is flag


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ("OV-INT4-g128", "--weight-format int4 --sym --group-size 128 --ratio 1.0"),
        (
            "OV-INT4-awq-g128",
            "--weight-format int4 --sym --group-size 128 --ratio 1.0 --awq --dataset wikitext2",
        ),
        ("OV-INT8", "--weight-format int8"),
        ("BF16", "--weight-format fp16"),
    ],
)
def test_weights_are_exported_with_optimum(launch, scheme, words):
    """Four bits everywhere and symmetric; AWQ brings its calibration text."""
    (made,) = OPENVINO.make(launch(scheme), "source", "out")
    assert " ".join(made.argv) == f"optimum-cli export openvino --model source {words} models/out"
    assert made.makes == "models/out"


def test_where_it_runs_and_what_it_is_called():
    """Intel's processors and GPUs, wholly on one of them; it downloads nothing itself."""
    assert (backends_of("openvino"), OPENVINO.outside_gpu, OPENVINO.fetches) == ({"cpu", "xpu"}, "", False)
    assert {"openvino"} == {find_engine(text) for text in ("OVMS", "OpenVINO GenAI", "openvino model server")}
