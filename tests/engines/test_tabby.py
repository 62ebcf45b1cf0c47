"""TabbyAPI, the server of both ExLlama generations."""

from __future__ import annotations

import pytest

from advisor.engines._tabby import SETUP, tabby


@pytest.mark.parametrize(
    ("weights", "folder", "name"),
    [("./m-EXL3", ".", "m-EXL3"), ("/srv/models/m", "/srv/models", "m")],
)
def test_a_model_is_named_inside_its_folder(launch, weights, folder, name):
    """TabbyAPI takes the folder of all models and one name in it."""
    argv = tabby(launch(weights=weights), str).run.argv
    assert argv[2:6] == ("--model-dir", folder, "--model-name", name)


@pytest.mark.parametrize(
    ("context", "requests", "cache"), [(8192, 2, 16384), (1000, 1, 1024), (1000, 3, 3072)]
)
def test_one_cache_in_whole_pages_holds_all_requests(launch, context, requests, cache):
    """A page has 256 tokens."""
    argv = tabby(launch(context_tokens=context, concurrency=requests), str).run.argv
    assert argv[argv.index("--cache-size") + 1] == str(cache)


def test_the_cache_mode_is_said_for_few_bits_only(launch):
    """In the words of the generation that reads it."""
    said = [tabby(launch(kv_type=kind), lambda bits: f"<{bits}>").run.argv for kind in ("q4_0", "f16")]
    assert ["<4>" in said[0], "--cache-mode" in said[1]] == [True, False]


def test_the_server_is_got_from_its_repository():
    """No package holds it."""
    assert [command.makes for command in SETUP] == ["tabbyAPI"]
