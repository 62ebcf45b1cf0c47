"""Which plans a machine is offered before anything is computed."""

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.errors import AdvisorError
from advisor.recommendation.candidates import candidates


def test_only_the_engines_asked_for_are_candidates(need_of):
    """vLLM asked for: every candidate is vLLM's."""
    model, need = need_of("Llama-3.1-8B", engine=("vllm",))
    found, _ = candidates(need, resolve_hardware("RTX 4090"), model)
    assert {"vllm"} == {one.engine for one in found}


def test_fp8_before_ada_is_weights_only(need_of):
    """An RTX 3090 (8.6) unpacks FP8 weights, which is said; an RTX 4090 (8.9) multiplies them."""
    model, need = need_of("Llama-3.1-8B", engine=("vllm",))
    offered = {
        name: {
            (one.limited, one.note.partition(":")[0])
            for one in candidates(need, resolve_hardware(name), model)[0]
            if one.scheme.name == "W8A8-FP-dynamic"
        }
        for name in ("RTX 3090", "RTX 4090")
    }
    assert {"RTX 3090": {(True, "weights only")}, "RTX 4090": {(False, "")}} == offered


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("unsloth/Qwen3-8B-bnb-4bit", "vllm"),
        ("turboderp/Qwen3-8B-exl3:4.0bpw", "exllamav3"),
        ("someone/Qwen3-8B-hqq-4bit", "transformers"),
    ],
)
def test_a_checkpoint_is_run_by_the_engines_that_read_it(need_of, name, engine):
    """Also where none of those looked at unasked does: nothing else can be done with it."""
    model, need = need_of(name)
    found, _ = candidates(need, resolve_hardware("RTX 4090"), model)
    assert engine in {candidate.engine for candidate in found}


def test_every_candidate_has_a_kv_type(need_of):
    """The preferred one comes first, so there is always one to judge."""
    model, need = need_of("Qwen2.5-7B")
    found, _ = candidates(need, resolve_hardware("EPYC 9654 384GB"), model)
    assert [] == [one for one in found if not one.kv_types]


def test_an_engine_that_is_none_is_refused(need_of):
    """A name that no engine has ends in an error that names the nearest."""
    with pytest.raises(AdvisorError):
        need_of("Llama-3.1-8B", engine=("lama.cppp",))


@pytest.mark.parametrize(
    ("name", "machine", "reason"),
    [
        (
            "nvidia/Llama-3.1-8B-Instruct-FP8",
            "MI300X",
            "nvidia/Llama-3.1-8B-Instruct-FP8 is in ModelOpt's format, for NVIDIA GPUs alone",
        ),
        (
            "nvidia/Llama-3.3-70B-Instruct-FP4",
            "MI355X",
            "nvidia/Llama-3.3-70B-Instruct-FP4 is in ModelOpt's format, for NVIDIA GPUs alone",
        ),
        (
            "relaxml/Llama-2-70b-E8P-2Bit",
            "RTX 4090",
            "quip-sharp has no server that a command could start: its authors' own program runs it",
        ),
    ],
)
def test_a_copy_that_nothing_serves_here_says_why(need_of, name, machine, reason):
    """No plan is offered, and the reason is about the copy that was named."""
    model, need = need_of(name)
    found, rejected = candidates(need, resolve_hardware(machine), model)
    assert ([], [reason]) == (found, [one.reason for one in rejected])


def test_another_publishers_copy_of_the_same_scheme_is_served(need_of):
    """compressed-tensors loads on AMD's cards too."""
    model, need = need_of("RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic")
    found, _ = candidates(need, resolve_hardware("MI300X"), model)
    assert {("vllm", "rocm")} <= {(one.engine, one.backend) for one in found}
