"""Suggests the nearest known name for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

# How much of a name must be there where the rest is missing: USER of USERNAME, STREAM of MESSAGE_STREAM.
# FROM is too little of ENVELOPE_FROM: other software reads an SMTP_FROM.
_PART = 0.4
# And how much where there is more: SANDBOX of SANDBOX_MODE, but not SECURITY of SECURITY_GROUP_ID.
_WHOLE = 0.6


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """``, did you mean 'smtp'?``, or an empty text where nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(wrong.lower(), list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""


def nearest_variable(name: str, known: Iterable[str], prefix: str = "") -> str | None:
    """Of the variables with a prefix the one that another's name resembles most, or None.

    It does so where a letter or two differ (of long names, every fourth), or where one is the beginning
    or the end of the other. Underscores and capitals do not count, and what follows the prefix alone does.
    """
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wrong := _letters(name, prefix))
    near = {}
    for each in known:
        if not each.startswith(prefix):
            continue
        matcher.set_seq1(right := _letters(each, prefix))
        short, long = sorted((wrong, right), key=len)
        ratio = matcher.ratio()
        differing = len(short + long) * (1 - ratio)
        share = _WHOLE if long == wrong else _PART
        is_part = len(short) > share * len(long) and (long.startswith(short) or long.endswith(short))
        first = matcher.find_longest_match()
        begins_alike = first.a == first.b == 0 and first.size > _WHOLE * len(long)  # KMS_KEY_ID, KMS_KEY_ARN
        if is_part or begins_alike or differing < max(2, len(long) // 4) + 0.5:
            near[each] = ratio
    return max(near, key=near.__getitem__, default=None)


def _letters(name: str, prefix: str) -> str:
    return name[len(prefix) :].upper().replace("_", "")
