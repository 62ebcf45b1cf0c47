"""Nothing passes the bus or the arithmetic peak."""

import math

import pytest

from advisor.prediction.local_speed.bounds import least_log_s, peak_log_s
from advisor.prediction.local_speed.work import Device, Share, Work

CARD = Device("card", "gpu", "NVIDIA", "cuda", "Ada", 1e12, matrix_flops=1e14, int8_ops=2e14)
SHARE = Share(CARD, 4e9, 4e9, 8e9, 32, 1e9)
WORK = Work(shares=(SHARE,), engine="llama.cpp", family="Q4_K", active_share=1.0, attention_flops=1e9)


def test_answers_read_everything_once():
    """Five gigabytes over a terabyte a second are five milliseconds; at half the peak they are ten."""
    assert peak_log_s("decode", WORK) == pytest.approx(math.log(0.005))
    assert least_log_s("decode", WORK, {"decode|gpu": 0.5}) == pytest.approx(math.log(0.01))


def test_prompts_take_the_fastest_arithmetic():
    """Sixteen billion operations at the rate of whole numbers."""
    assert peak_log_s("prefill", WORK) == pytest.approx(math.log(16e9 / 2e14))
