"""The figures of one load, from the speeds of one request."""

from advisor.documents.outcome import Estimate
from advisor.documents.requirements import Load
from advisor.prediction.figures import FIGURES, Speed, mixture, single_stream


def test_one_stream():
    """Alone, the first token takes the prompt, and the answer follows at the decode speed."""
    found = single_stream(
        Estimate(value=50.0, low=40.0, high=60.0, basis="interpolated"),
        Estimate(value=1000.0, low=500.0, high=2000.0, basis="extrapolated"),
        Load(prompt_tokens=500, output_tokens=100),
    )
    assert (0.5, 0.25, 1.0) == (
        found.time_to_first_token_s.value,
        found.time_to_first_token_s.low,
        found.time_to_first_token_s.high,
    )
    assert (2.5, "extrapolated") == (found.request_latency_s.value, found.request_latency_s.basis)
    assert 40.0 == found.throughput_tokens_per_s.value


def test_without_a_prompt_there_is_no_wait_for_it():
    """A case that only decodes has a latency of its answer alone."""
    found = single_stream(
        Estimate(value=50.0, low=40.0, high=60.0, basis="measured"),
        None,
        Load(prompt_tokens=0, output_tokens=100),
    )
    assert found.time_to_first_token_s is None


def test_a_prompt_is_read_no_slower_than_an_answer_is_written():
    """Token by token is always possible."""
    decode = Estimate(value=50.0, low=40.0, high=60.0, basis="measured")
    slow = Estimate(value=20.0, low=10.0, high=90.0, basis="extrapolated")
    found = single_stream(decode, slow, Load()).prefill_tokens_per_s
    assert (50.0, 40.0, 90.0, "extrapolated") == (found.value, found.low, found.high, found.basis)


def test_a_mixture_lacks_what_one_of_its_loads_lacks():
    """A figure that one load does not have is not made up for the mixture."""
    rate = Estimate.exact(50.0)
    known = Speed(**dict.fromkeys(FIGURES, rate))
    mixed = mixture([(Load(), known), (Load(), Speed(decode_tokens_per_s=rate))])
    assert {"decode_tokens_per_s"} == {name for name in FIGURES if getattr(mixed, name) is not None}


def test_rates_mix_by_the_time_they_take():
    """Half the tokens at 10 and half at 30 tokens/s take as long as all at 15."""
    slow, fast = (Speed(decode_tokens_per_s=Estimate.exact(rate)) for rate in (10.0, 30.0))
    assert 15.0 == round(mixture([(Load(), slow), (Load(), fast)]).decode_tokens_per_s.value, 9)
