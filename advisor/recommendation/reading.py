"""How fast people read and how long they wait."""

from __future__ import annotations

READING_TOKENS_PER_S = 238 / 60 / 0.75
"""Adults read 238 words a minute (Brysbaert 2019, https://doi.org/10.1016/j.jml.2019.104047), and a token is
about three quarters of a word (https://platform.openai.com/tokenizer): slower answers keep their reader
waiting."""
PATIENCE_S = 10.0
"""How long attention is kept without an answer (https://www.nngroup.com/articles/response-times-3-important-limits/)."""
