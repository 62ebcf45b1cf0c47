"""How long a request is when nobody says: the lengths of its task, within the context asked for."""

from __future__ import annotations

from advisor.catalog.tasks import find_task


def lengths(tasks: tuple[str, ...], context: int | None, most: int | None) -> tuple[int, int]:
    """Prompt and answer tokens of one request.

    Of several tasks the one with the longest request counts, because memory must hold it. A task that reads
    documents fills the context asked for (*context*); the others keep their own length and only shrink
    into it. *most* is the longest context of the model, None where it is not known.
    """
    task = max((find_task(name) for name in tasks), key=lambda task: task.prompt_tokens + task.output_tokens)
    prompt, output = task.prompt_tokens, task.output_tokens
    room = min((limit for limit in (context, most) if limit), default=None)
    if room is not None and context is not None and task.fills_context:
        output = min(output, max(room // 4, 1))  # three quarters are for the documents (a judgement)
        return max(room - output, 1), output
    if room is not None and prompt + output > room:
        output = max(room * output // (prompt + output), 1)
        prompt = max(room - output, 1)
    return prompt, output
