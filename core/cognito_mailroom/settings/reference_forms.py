"""What a reference looks like, and what was meant to be one and is none."""

from __future__ import annotations

MANAGER, STORE = "secretsmanager:", "ssm:"
WANTED = f"want {MANAGER}NAME, {MANAGER}NAME#FIELD or {STORE}NAME, where NAME may be an ARN"

_MISSPELT = {
    "awsparameterstore",
    "awssecretmanager",
    "awssecretsmanager",
    "awsssm",
    "parameterstore",
    "secretmgr",
    "smm",
    "secretsmgr",
    "ssm",
    "ssmparameter",
    "ssmparameterstore",
    "ssmsecure",
    "systemsmanager",
}


def is_reference(value: str) -> bool:
    """Whether a setting's value refers to where the real one is kept.

    Raises:
        ValueError: it was meant to, by all appearance, and does not; the text repeats nothing of it.

    """
    if not value.startswith((MANAGER, STORE)):
        if _was_meant_to_be_one(value.strip("\"' ")):
            raise ValueError(f"it looks like a reference and is none: {WANTED}")
        return False
    scheme, _, name = value.partition(":")
    if name.startswith("//"):
        raise ValueError(f"a reference has no slashes before the name: {WANTED}")
    if not name.partition("#")[0].strip():
        raise ValueError(f"the reference has no name: {WANTED}")
    if name.endswith("#"):
        raise ValueError(f"the reference names no field: {WANTED}")
    if name.startswith("arn:"):
        from .regions import check_arn

        parts = name.partition("#")[0].split(":")
        # Where a parameter has its version or label, ECS writes a secret's field, which is not taken:
        # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
        if parts[2:3] != [scheme] or len(parts) not in ((7,) if scheme == "secretsmanager" else (6, 7)):
            raise ValueError(f"the reference's ARN is malformed: {WANTED}")
        check_arn(name)
    if scheme == "ssm" and "#" in name:
        raise ValueError(f"a parameter has no fields: {WANTED}")
    return True


def _was_meant_to_be_one(text: str) -> bool:
    if text.startswith(("{{resolve:", "{{ resolve:", "/aws/reference/secretsmanager/")):
        return True
    scheme, colon, rest = text.partition(":")
    if not colon or rest[:1].isspace():
        return False
    if scheme == "arn":
        return rest.split(":")[1:2] in (["secretsmanager"], ["ssm"])
    letters = "".join(filter(str.isalpha, scheme)).lower()
    return letters in _MISSPELT or (10 < len(letters) < 18 and _is_near(letters))


def _is_near(letters: str) -> bool:
    from .suggestions import nearest_variable

    return nearest_variable(letters, ["SECRETSMANAGER"]) is not None
