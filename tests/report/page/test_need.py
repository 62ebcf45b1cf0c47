"""A need in words."""

from advisor.documents.requirements import Requirements, TaskNeed
from advisor.report.page.need import need_rows


def test_defaults_are_said():
    """What was not asked for but decides the answer stands there too."""
    rows = dict(need_rows(Requirements()))
    assert ("no limit", "90 %", "8192 tokens a request") == (
        rows["Accuracy to lose"],
        rows["Confidence"],
        rows["Context"],
    )


def test_limits_are_said():
    """Each task with its own limit, and the others with their units."""
    need = Requirements(
        tasks=(TaskNeed(task="math", max_loss_pct=1.0), TaskNeed(task="code")),
        min_decode_tokens_per_s=20.0,
        max_ttft_s=2.0,
        context_tokens="max",
        calibration_allowed=False,
    )
    rows = dict(need_rows(need))
    assert "math (at most 1 %), code" == rows["Tasks"]
    assert "at least 20 tokens/s a request" == rows["Speed"]
    assert "after at most 2 s" == rows["First token"]
    assert "as many tokens as fit" == rows["Context"]
    assert "not allowed" == rows["Calibration"]
