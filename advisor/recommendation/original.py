"""The unquantized edition of a quantized copy: what it gets where the copy does not run."""

from __future__ import annotations

from dataclasses import replace

from advisor.catalog.containers import own_format
from advisor.catalog.models import find_model
from advisor.catalog.models.spelling import strip_quant
from advisor.catalog.ready import published
from advisor.documents.model import ModelProfile
from advisor.documents.requirements import Requirements
from advisor.engines import facts
from advisor.errors import UnknownNameError
from advisor.recommendation.evaluate import feasible
from advisor.recommendation.judge import Judged, Setting
from advisor.recommendation.rank import ranked


def instead_of_the_copy(requirements: Requirements, setting: Setting) -> tuple[str, ...]:
    """What the model that a quantized copy was made of gets on the same machine, as one line.

    Nothing for a model that is no copy, and where no plan of the original meets the need either.
    """
    model = original(setting.model)
    if model is None:
        return ()
    need = replace(requirements, schemes=())
    for allowed in dict.fromkeys((need.engines, ())):
        asked = replace(need, engines=allowed)
        order = ranked(feasible(asked, setting._replace(model=model)), asked)
        if order:
            return (_line(model, order[0]),)
    return ()


def original(model: ModelProfile) -> ModelProfile | None:
    """The unquantized edition that *model* is a copy of; None for one that is no copy."""
    if model.fixed_scheme is None and model.files_repository is None and own_format(model) is None:
        return None
    for name in (model.edition, _unmarked(model.hf_id), model.catalog_name):
        try:
            found = find_model(name) if name else None
        except UnknownNameError:
            continue
        if found is not None and own_format(found) is None:
            return found
    return None


def _unmarked(repository: str | None) -> str:
    """The repository's name without its owner and the marks of a quantized copy: a fine-tune's own."""
    words = strip_quant(repository or "").replace("-", " ").replace("_", " ").split()
    return "-".join(words)


def _line(model: ModelProfile, plan: Judged) -> str:
    case, decode = plan.case, plan.outcome.decode_tokens_per_s
    ready = published(case.model, case.scheme, facts(case.engine), case.imatrix, case.backend)
    where = f", published as {ready.repository}," if ready else ""
    lost = f"loses {plan.loss.value:.1f} %" if plan.loss else "fits"
    speed = f" at {decode.value:.3g} tokens/s" if decode else ""
    name = model.edition or model.hf_id or model.name
    return f"--model {name}, not this copy: {case.scheme.name} on {case.engine}{where} {lost}{speed}"
