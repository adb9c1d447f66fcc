"""The template as AWS would see it: transformed by SAM, with parameters filled in and conditions decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

FOLDER = Path(__file__).parents[3] / "deploy" / "sam"
# SAM takes code from nowhere else; `sam package` is what puts it there.
BUCKET, CODE = "artifacts", "code.zip"
_PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::NoValue": None,
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::URLSuffix": "amazonaws.com",
}


class _NoManagedPolicies:
    """Those of AWS, which SAM would look up by name; the template uses none by name."""

    def load(self) -> Mapping[str, str]:
        return {}


def source(folder: Path = FOLDER) -> dict[str, Any]:
    """The template as it is written."""
    found: dict[str, Any] = yaml_parse((folder / "template.yaml").read_text("utf-8"))
    return found


@cache
def transformed(folder: Path = FOLDER) -> dict[str, Any]:
    """The template as SAM hands it to CloudFormation."""
    template = source(folder)
    for each in (
        template["Globals"]["Function"],
        *(one["Properties"] for one in template["Resources"].values()),
    ):
        if "CodeUri" in each:
            each["CodeUri"] = f"s3://{BUCKET}/{CODE}"
    found: dict[str, Any] = transform(template, {}, _NoManagedPolicies())
    return found


def resources(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """The resources that these parameters make; in them, only what refers to other resources is left open.

    Raises:
        ValueError: CloudFormation would refuse a parameter.

    """
    return _Reading(template, parameters).resources()


class _Reading:
    """What CloudFormation does to a template before it makes anything."""

    # Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._template = template
        self._values: dict[str, Any] = dict(_PSEUDO)
        for name, declared in template["Parameters"].items():
            value = parameters.get(name, declared.get("Default"))
            allowed = declared.get("AllowedValues", [value])
            if (
                value not in allowed
                or value is None
                or not re.search(declared.get("AllowedPattern", ""), value)
            ):
                raise ValueError(f"{name}: {declared.get('ConstraintDescription', 'no such value')}")
            self._values[name] = value

    def resources(self) -> dict[str, Any]:
        return {
            name: self._read({key: part for key, part in resource.items() if key != "Condition"})
            for name, resource in self._template["Resources"].items()
            if "Condition" not in resource or self._holds(resource["Condition"])
        }

    def _holds(self, condition: str) -> bool:
        return bool(self._read(self._template["Conditions"][condition]))

    def _read(self, node: Any) -> Any:  # noqa: C901, PLR0911 - a case for each function
        match node:
            case {"Ref": name} if name in self._values:
                return self._values[name]
            case {"Fn::If": [condition, if_true, if_false]}:
                return self._read(if_true if self._holds(condition) else if_false)
            case {"Fn::Equals": [one, other]}:
                return self._read(one) == self._read(other)
            case {"Fn::Not": [condition]}:
                return not self._read(condition)
            case {"Fn::Split": [separator, text]}:
                return self._read(text).split(separator)
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self._read(parts))
            case {"Fn::Select": [index, parts]}:
                return self._read(parts)[int(index)]
            case {"Fn::Sub": text}:
                text, own = text if isinstance(text, list) else (text, {})
                return self._substituted(text, {name: self._read(value) for name, value in own.items()})
            case dict():
                read = {name: self._read(value) for name, value in node.items()}
                return {name: value for name, value in read.items() if value is not None}
            case list():
                return [value for each in node if (value := self._read(each)) is not None]
        return node

    def _substituted(self, text: str, own: Mapping[str, Any]) -> Any:
        known = {name: value for name, value in {**self._values, **own}.items() if isinstance(value, str)}
        text = re.sub(r"\$\{([\w:.]+)\}", lambda found: known.get(found[1], found[0]), text)
        if "${" not in text:
            return text
        left = {name: value for name, value in own.items() if name not in known}
        return {"Fn::Sub": [text, left] if left else text}
