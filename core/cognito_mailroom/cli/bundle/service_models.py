"""Shortens botocore's descriptions of AWS, which are read anew at every cold start.

Where to find all services of all regions is a megabyte of JSON, and a description of KMS is mostly prose.
Read without either, a function starts some 20 ms sooner.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Collection
from typing import Any

from .build_folder import Files

_DATA = re.compile(r"(botocore/data/.*\.json)(\.gz)?")
_ENDPOINTS = "botocore/data/endpoints.json"


def shortened(files: Files, services: Collection[str]) -> Files:
    """The same files, botocore's data as short as it can be for calls of these services."""
    from botocore.session import get_session

    session = get_session()
    known = {session.get_service_model(service).endpoint_prefix for service in services}
    for path, content in files:
        if not (match := _DATA.fullmatch(path)):
            yield path, content
            continue
        data = json.loads(gzip.decompress(content) if match[2] else content)
        if path == _ENDPOINTS:
            for partition in data["partitions"]:
                named = partition["services"].items()
                partition["services"] = {name: found for name, found in named if name in known}
        yield match[1], json.dumps(_without_prose(data), separators=(",", ":")).encode()


def _without_prose(data: Any) -> Any:
    if isinstance(data, dict):
        # A field of a request may bear the name too, and is no text.
        return {
            key: _without_prose(value)
            for key, value in data.items()
            if key != "documentation" or not isinstance(value, str)
        }
    return [_without_prose(value) for value in data] if isinstance(data, list) else data
