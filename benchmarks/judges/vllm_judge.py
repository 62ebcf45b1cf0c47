"""Judge `vllm serve` lines with vLLM itself: parser, configuration, and the model built on the meta device.

Reads JSON lines {argv, config, capability, gpus}, all of one machine, and prints one JSON line each:
{accepted, said}. Weights are not loaded and no kernel runs.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

_LACKS = ("Found no NVIDIA driver", "Failed to import Ray")
"""What is said where the model's code asks the GPU itself, and where Ray is not installed: no verdict."""
LAYERS = 4
"""Enough for a dense layer, an expert layer and both kinds of attention."""


class _Group:
    """A communication group of that many ranks, of which this is the first."""

    def __init__(self, size: int) -> None:
        import torch

        self.world_size, self.rank, self.local_rank, self.rank_in_group = size, 0, 0, 0
        self.first_rank, self.last_rank, self.ranks = 0, size - 1, list(range(size))
        self.is_first_rank = self.is_last_rank = True
        self.device, self.unique_name = torch.device("meta"), "pretended"
        self.device_group = self.cpu_group = self

    def size(self) -> int:
        return self.world_size

    def name(self) -> str:
        return "nccl"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


def _judge(case: dict[str, Any], parser: Any) -> str:
    """Empty when accepted, else what vLLM said."""
    import torch
    from vllm.config import set_current_vllm_config
    from vllm.distributed import parallel_state
    from vllm.engine.arg_utils import AsyncEngineArgs
    from vllm.model_executor.model_loader.utils import initialize_model
    from vllm.usage.usage_lib import UsageContext

    with contextlib.redirect_stderr(io.StringIO()):
        args = parser.parse_args(case["argv"][2:])
    args.model = args.model_tag or args.model
    args.enforce_eager = True
    if args.pipeline_parallel_size == 1:
        args.hf_overrides = {"num_hidden_layers": LAYERS}
    config = AsyncEngineArgs.from_cli_args(args).create_engine_config(UsageContext.OPENAI_API_SERVER)
    tensor, pipeline = args.tensor_parallel_size, args.pipeline_parallel_size
    parallel_state._TP, parallel_state._PP = _Group(tensor), _Group(pipeline)
    parallel_state._PP.is_last_rank = pipeline == 1
    parallel_state._EP = _Group(tensor)
    parallel_state._DP = parallel_state._PCP = parallel_state._DCP = _Group(1)
    parallel_state._WORLD, parallel_state._EPLB = _Group(tensor * pipeline), None
    with set_current_vllm_config(config), torch.device("meta"):
        torch.set_default_dtype(config.model_config.dtype)
        try:
            initialize_model(config)
        finally:
            torch.set_default_dtype(torch.float32)
    return ""


def main() -> None:
    """One answer for each line of standard input."""
    cases = [json.loads(line) for line in sys.stdin if line.strip()]
    sys.path.insert(0, str(Path(__file__).parent))
    from pretended_gpu import present

    present(cases[0]["capability"], cases[0]["gpus"])
    import vllm.model_executor.models.registry as registry
    from vllm.entrypoints.common.cli_args import make_arg_parser
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    registry._run_in_subprocess = lambda function: function()
    parser = make_arg_parser(FlexibleArgumentParser(prog="vllm serve"))
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for case in cases:
            target = Path(case["argv"][2])
            target.mkdir(parents=True, exist_ok=True)
            (target / "config.json").write_text(json.dumps(case["config"]))
            try:
                said = _judge(case, parser)
            except SystemExit:
                said = "the parser refused it"
            except Exception as error:  # whatever the engine raises is its verdict
                said = f"{type(error).__name__}: {error}".replace("\n", " ")
            accepted = None if any(lack in said for lack in _LACKS) else not said
            print(json.dumps({"accepted": accepted, "said": said[:300]}), flush=True)


if __name__ == "__main__":
    main()
