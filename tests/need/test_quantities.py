"""Numbers as people write them."""

import pytest

from advisor.documents.quantities import MOST_AMOUNT
from advisor.errors import UsageError
from advisor.need import quantities


class TestPercent:
    @pytest.mark.parametrize(
        ("text", "value"), [("1%", 1.0), ("0.5 %", 0.5), ("3", 3.0), ("0", 0.0), ("100%", 100.0)]
    )
    def test_reads(self, text: str, value: float) -> None:
        """A percentage is read with or without its sign."""
        assert value == quantities.percent(text, "--max-loss")

    @pytest.mark.parametrize("text", ["nan", "-1%", "101", "a lot", "", "inf"])
    def test_refuses(self, text: str) -> None:
        """What is no percentage between 0 and 100 is refused, naming the option."""
        with pytest.raises(UsageError, match="--max-loss"):
            quantities.percent(text, "--max-loss")


class TestSeconds:
    @pytest.mark.parametrize(("text", "value"), [("2s", 2.0), ("500ms", 0.5), ("1.5", 1.5), ("1min", 60.0)])
    def test_reads(self, text: str, value: float) -> None:
        """Times take ms, s or min, and seconds when nothing is said."""
        assert value == quantities.seconds(text, "--max-ttft")

    @pytest.mark.parametrize("text", ["0", "-2s", "nan", "2 hours", ""])
    def test_refuses(self, text: str) -> None:
        """A time that is not above zero, or in no known unit, is refused."""
        with pytest.raises(UsageError, match="--max-ttft"):
            quantities.seconds(text, "--max-ttft")


class TestCount:
    @pytest.mark.parametrize(
        ("text", "value"), [("8192", 8192), ("8k", 8192), ("32K", 32768), ("1M", 1_048_576)]
    )
    def test_reads(self, text: str, value: int) -> None:
        """k is 1024, as context lengths are stated."""
        assert value == quantities.count(text, "--context")

    @pytest.mark.parametrize("text", ["0", "-8", "1.5", "many", "", "nan"])
    def test_refuses(self, text: str) -> None:
        """Anything but a whole number above zero is refused."""
        with pytest.raises(UsageError, match="--context"):
            quantities.count(text, "--context")


def test_an_amount_that_no_document_may_hold_is_refused() -> None:
    """An answer repeats the need: beyond its schema's bound it would be no valid document."""
    assert quantities.rate("1e30", "--min-speed") == MOST_AMOUNT
    with pytest.raises(UsageError, match=r"--min-speed 1e308: give at most 1e\+30"):
        quantities.rate("1e308", "--min-speed")
