"""MLX-LM's server."""

from __future__ import annotations

from advisor.catalog.kernels import backends_of
from advisor.engines import engine_for, facts, find_engine

MLX = facts("mlx")


def test_the_server_takes_requests_together(line):
    """Both prompts and answers of several requests; alone it is told nothing."""
    assert line("mlx", concurrency=4) == (
        "mlx_lm.server --model ./weights --decode-concurrency 4 --prompt-concurrency 4 "
        "--host 127.0.0.1 --port 8080"
    )
    assert line("mlx") == "mlx_lm.server --model ./weights --host 127.0.0.1 --port 8080"


def test_a_quantized_cache_is_quantized_from_its_first_token(line):
    """In groups of 64, which the size of the plan counts on."""
    assert " --kv-bits 4 --kv-group-size 64 --quantized-kv-start 0 " in line("mlx", kv_type="q4_0")


def test_a_quantized_cache_serves_one_request_at_a_time(started):
    """`--kv-bits` turns batching off in its server: the plan says so and asks for none."""
    found = started("mlx", kv_type="q8_0", concurrency=4)
    assert "--decode-concurrency" not in found.run.argv
    assert found.warnings == ("mlx_lm.server answers one request at a time with a quantized cache",)


def test_where_it_runs_and_what_it_is_called(families):
    """Apple's GPUs alone, wholly in their memory."""
    assert (MLX.systems, backends_of("mlx"), MLX.outside_gpu) == (("macos",), {"metal"}, "")
    assert (families["mlx"], engine_for("mlx"), find_engine("MLX-LM")) == ({"none", "mlx"}, "mlx", "mlx")
