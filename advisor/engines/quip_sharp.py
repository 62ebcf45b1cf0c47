"""QuIP#: research code without a server (https://github.com/Cornell-RelaxML/quip-sharp)."""

from __future__ import annotations

from advisor.engines.engine import Engine

ENGINE = Engine(name="quip-sharp", rank=90, systems=("linux",))
