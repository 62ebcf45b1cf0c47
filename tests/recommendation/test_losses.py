"""What a plan is expected to lose, before anything is placed."""

import pytest

from advisor.catalog.resolve import resolve_hardware
from advisor.recommendation.candidates import candidates
from advisor.recommendation.judge import Setting, Trial
from advisor.recommendation.losses import losses_of


def _cases(need_of, model, **asked):
    """The cases of llama.cpp's plans on an RTX 3060, and their need."""
    profile, need = need_of(model, engine=("llama.cpp",), **asked)
    hardware = resolve_hardware("RTX 3060")
    found, _ = candidates(need, hardware, profile)
    return [Trial(one, need, Setting(hardware, profile), None).judged().case for one in found], need


@pytest.mark.parametrize("model", ["Llama-3.1-8B", "Qwen2.5-7B", "gemma-3-12b", "gpt-oss-20b"])
def test_a_quantized_cache_never_loses_less(need_of, model):
    """Every scheme loses at least as much with 8 or 4 bits of cache as with 16: noises add."""
    cases, need = _cases(need_of, model, task=("code", "chat"))
    gains = [
        (case.scheme.name, kv_type)
        for case in cases
        for kv_type in ("q8_0", "q4_0")
        if (full := losses_of(case._replace(kv_type="f16"), need).expected)
        and losses_of(case._replace(kv_type=kv_type), need).expected.value < full.value - 1e-9
    ]
    assert [] == gains


def test_neither_machine_nor_context_changes_the_loss(need_of):
    """What a scheme loses is the same on another card and in a shorter context."""
    cases, need = _cases(need_of, "Llama-3.1-8B")
    moved = [case._replace(hardware=resolve_hardware("H100 SXM"), context_tokens=512) for case in cases]
    assert [losses_of(case, need) for case in cases] == [losses_of(case, need) for case in moved]
