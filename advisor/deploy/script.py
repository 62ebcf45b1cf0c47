"""A deployment as one shell script: checks first, every step once, the server last."""

from __future__ import annotations

from advisor.deploy import shell
from advisor.documents.deployment import Command, Deployment

_WAIT_S = 600
"""Loading a model of hundreds of gigabytes takes minutes."""
_STEP = """\
# step FILE COMMAND...: run once; FILE.done remembers that it succeeded
step() {
  local made=$1
  shift
  if [ -e "$made.done" ]; then return; fi
  "$@"
  touch "$made.done"
}"""
_NEED = """\
need() {
  command -v "$1" > /dev/null || { echo "$1 is not installed" >&2; exit 1; }
}"""


def script_of(plan: Deployment) -> str:
    """The script; it stops at the first failure and goes on from there when it is run again."""
    parts = [
        "#!/usr/bin/env bash",
        shell.comment(f"{plan.model} as {plan.scheme} on {plan.engine} {plan.engine_version}".rstrip()),
        *(shell.comment(warning) for warning in plan.warnings),
        "set -euo pipefail",
        "",
        _NEED,
        *(f"need {shell.word(program)}" for program in _programs(plan)),
        *_disk(plan),
        *_login(plan),
    ]
    if any(command.makes for command in plan.make):
        parts += ["", _STEP]
    for command in plan.make:
        parts += ["", *_step(command)]
    if not plan.ready_made and not plan.make and "/" in plan.weights:
        parts += ["", *_missing(plan)]
    return "\n".join([*parts, "", *_run(plan), ""])


def _programs(plan: Deployment) -> list[str]:
    commands = (*plan.make, plan.run, *plan.workers, *plan.then)
    return list(dict.fromkeys(command.argv[0] for command in commands))


def _disk(plan: Deployment) -> list[str]:
    needed = plan.resources.making_bytes or plan.resources.disk_bytes
    if not needed:
        return []
    return [
        "free_kib=$(df -Pk . | awk 'NR == 2 { print $4 }')",
        f'if [ "$free_kib" -lt {needed // 1024} ]; then',
        f'  echo "needs {needed / 1e9:.1f} GB of free disk" >&2',
        "  exit 1",
        "fi",
    ]


def _login(plan: Deployment) -> list[str]:
    if not plan.secrets or plan.repository is None:
        return []
    return [
        shell.comment(f"{plan.repository} may ask for a login: set {plan.secrets[0]}, or run `hf auth login`")
    ]


def _step(command: Command) -> list[str]:
    notes = [shell.comment(command.note)] if command.note else []
    files = [shell.written(file) for file in command.files]
    line = shell.line(command)
    return [*notes, *files, f"step {shell.word(command.makes)} {line}" if command.makes else line]


def _missing(plan: Deployment) -> list[str]:
    message = shell.word(
        f"{plan.weights} is not there: {plan.warnings[0] if plan.warnings else 'get it first'}"
    )
    return [f"[ -e {shell.word(plan.weights)} ] || {{ echo {message} >&2; exit 1; }}"]


def _ranks(plan: Deployment) -> list[str]:
    """Every node runs the same script with its rank; words from outside stay quoted."""
    lines = [f"rank=${{1:?give the rank of this node: 0 to {len(plan.workers)}}}"]
    if plan.leader:
        lines.append("leader=${2:?give the address of the node of rank 0}")
    lines.append('case "$rank" in')
    for rank, command in enumerate((plan.run, *plan.workers)):
        line = shell.line(command)
        line = line.replace(plan.leader, '"$leader"') if plan.leader else line
        lines.append(f"  {rank}) {'' if command.env else 'exec '}{line} ;;")
    return [*lines, '  *) echo "no such rank: $rank" >&2; exit 1 ;;', "esac"]


def _run(plan: Deployment) -> list[str]:
    run = [
        *([shell.comment(plan.run.note)] if plan.run.note else []),
        *(shell.written(file) for file in plan.run.files),
    ]
    if plan.workers:
        return [*run, *_ranks(plan)]
    if not plan.then:
        return [*run, f"exec {shell.line(plan.run)}" if not plan.run.env else shell.line(plan.run)]
    url = f"http://{plan.host}:{plan.port}{plan.health_path}"
    return [
        *run,
        f"{shell.line(plan.run)} &",
        "server=$!",
        f"for _ in $(seq {_WAIT_S}); do",
        f"  if curl -sf {shell.word(url)} > /dev/null; then break; fi",
        "  sleep 1",
        "done",
        *(shell.block(command) for command in plan.then),
        'wait "$server"',
    ]
