"""A shell script: checks first, every step once, the server last."""

from __future__ import annotations

from advisor.deploy.script import script_of
from advisor.deploy.targets._target import Target

TARGET = Target(name="script", help="a shell script that makes the weights and serves them", write=script_of)
