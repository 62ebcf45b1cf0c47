"""A systemd unit: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html."""

from __future__ import annotations

import re

from advisor.deploy.targets._target import (
    Target,
    first_make,
    folder_of_weights,
    header,
    name_of,
    one_node,
    served,
)
from advisor.documents.deployment import Deployment
from advisor.errors import UnsupportedError

_FORM = "systemd"
_PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)


def unit(plan: Deployment) -> str:
    """The unit file; UnsupportedError for a plan it cannot say."""
    one_node(plan, _FORM)
    if plan.backend == "metal":
        raise UnsupportedError("a Mac has no systemd: --format script")
    run = served(plan, _FORM, image=False)
    if run.files:
        raise UnsupportedError(
            f"{plan.engine} reads {run.files[0].name}, which a unit cannot hold: --format script"
        )
    name = name_of(plan)
    made = folder_of_weights(plan) == "."
    note = (f"relative paths are those of /var/lib/{name}",) if made else ()
    lines = [
        "[Unit]",
        f"Description={_line(f'{plan.model} {plan.scheme} on {plan.engine}')}",
        "Wants=network-online.target",
        "After=network-online.target",
        "",
        "[Service]",
        "Type=exec",
        f"StateDirectory={name}",
        f"WorkingDirectory=%S/{name}",
        f"Environment=HOME=%S/{name}",
        *(f"Environment={_quoted(f'{key}={value}', dollar=False)}" for key, value in run.env.items()),
        *([f"EnvironmentFile=-/etc/{name}.env"] if plan.secrets else []),
        f"ExecStart=/usr/bin/env {' '.join(_quoted(word) for word in run.argv)}",
        "Restart=on-failure",
        "RestartSec=5",
        "DynamicUser=yes",
        "SupplementaryGroups=video render",
        "LimitMEMLOCK=infinity",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    secrets = tuple(f"a model behind a login: {key}=... in /etc/{name}.env" for key in plan.secrets)
    return header(plan, *first_make(plan), *note, *secrets) + "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """Text up to the end of its line: % begins a specifier, a backslash would join the next line."""
    return re.sub(r"[\x00-\x1f\x7f\\]", " ", text).replace("%", "%%")


def _quoted(text: str, *, dollar: bool = True) -> str:
    """One word: quotes and backslashes escaped, specifiers and, in commands, variables doubled."""
    if _PLAIN.fullmatch(text):
        return text
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return '"' + (text.replace("$", "$$") if dollar else text) + '"'


TARGET = Target(name=_FORM, help="a systemd unit", write=unit)
