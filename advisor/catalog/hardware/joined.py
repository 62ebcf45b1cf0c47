"""Devices written one after the other with nothing between them: 'Ryzen 5 5600X RTX 3060 32GB'."""

from __future__ import annotations

from advisor.catalog.names import compiled

_PROCESSOR = (
    r"\b(?:ryzen (?:ai )?(?:threadripper )?(?:pro )?(?:[3579] )?(?:pro |hx )?\d{3,4}\w*"
    r"|threadripper (?:pro )?\d{4}\w*|epyc \d\w{3}\w*|[1-9][4-9][05]0x(?:3d)?"
    r"|[78]\d4\d(?:hs|h|u)|(?:1[0-4]\d|[789][1-9])\d0(?:k|kf|ks|f|h|hx)\b"
    r"|xeon (?:(?:gold|silver|platinum|bronze|w\d?|d|e) ?-?)?(?:\w\d-)?\w?\d{4}\w*(?: v\d)?"
    r"|i[3579](?:[ -]?\d{4,5}\w*)?|ultra [3579](?: \d{3}\w*)?|ryzen [3579])"
)
"""A whole name, or a series whose number is left out."""
_PROCESSOR_AFTER = r"(?:(?:amd|intel) )?(?:ryzen|threadripper|epyc|xeon|core|i[3579]\b|ultra [3579]\b)"
_CARD = (
    r"(?:(?:\d{1,2} ?[x×]|dual|two) )?(?:(?:nvidia|amd|intel) )?(?:geforce|[rg]tx|quadro|tesla"
    r"|titan (?:rtx|v|x)\b|rx ?\d{3,4}|radeon (?:rx|pro|vii|instinct|ai pro)\b"
    r"|arc (?:pro )?(?:a\d{3}|b5\d0|b[567]0)\b"
    r"|mi\d{2,3}[ax]?\b|(?:[1-5]0[5-9]0|16[56]0)(?: ?(?:ti|super))*\b|[67][5-9][05]0 ?xtx?\b"
    r"|(?:[ah][124]00|l40s?|a[14]0g?|a[456]000|v100|t4|p40|p100)\b)"
)
"""Where the name of a card with memory of its own begins; a GPU inside a processor belongs to its name."""
_SIZE = r"(?: \d+ ?[gt]b(?: (?:ram|memory|ddr\d))*)?"
_DISK = (
    r"[\s,+/]*(?<![\w.])\d+(?:\.\d+)? ?[gt]b (?:(?:nvme|m\.2|sata) )*"
    r"(?:ssd|nvme|hdd|disk|drive|storage)\b(?: drive)?"
)
_DISK_OF_MAC = r"(\bm\d(?: (?:pro|max|ultra))?\b(?:.*?\d ?gb)?)[\s,+/]+\d+ ?tb$"
"""'M3 Max 64GB 1TB': no Mac has so much memory."""
_DISK_BEHIND = r"(\d ?gb)[\s/]+\d{1,2} ?tb$"
_OF_SERVERS = r"\b(?:[abhlv]\d{2,3}s?|mi\d{2,3}[ax]?|epyc|xeon|[dh]gx [ahb]\d+|\d{1,2} ?[x×])\b"
"""Where a terabyte behind a memory size may be memory too; in other computers it is the disk."""
_JOINING = r"(?:\b(?:and|with|plus|w/?|on|in|an?)|[+,;&(/])$"


def apart(text: str) -> str:
    """*text* with a plus between a processor, a card and main memory, and without disks."""
    text = compiled(r"(?<!xeon )(?<!xeon\(r\) )\b(gold|silver|platinum) (?=\d{4})").sub(r"Xeon \1 ", text)
    text = compiled(_DISK_OF_MAC).sub(r"\1", compiled(_DISK).sub("", text))
    if not compiled(_OF_SERVERS).search(text):
        text = compiled(_DISK_BEHIND).sub(r"\1", text)
    text = compiled(rf"(^{_CARD}[^,;+&]*? \d+ ?gb) (\d+ ?[gt]b)$").sub(r"\1 + \2 RAM", text)
    text = compiled(rf"(?<![\w.])(\d+ ?[gt]b) (?={_CARD}[^,;+&]* \d+ ?gb\b)").sub(r"\1 RAM + ", text)
    text = compiled(rf"({_PROCESSOR}(?: cpu)?(?: @ ?[\d.]+ ?ghz)?{_SIZE}) (?={_CARD})").sub(r"\1 + ", text)
    after = compiled(rf"(?<![\w-]){_CARD}[^,;+&]*? (?={_PROCESSOR_AFTER})").search(text)
    if after is None or compiled(_JOINING).search(after.group(0).strip()):
        return text
    return f"{text[: after.end()]}+ {text[after.end() :]}"
