"""Where a cold start goes, by part."""

from __future__ import annotations

import sys
from collections import Counter
from statistics import median

from .bench import Bench
from .starts import under_runtime

PARTS = (
    "Python, Lambda's client",
    "standard library",
    "boto3",
    "Encryption SDK",
    "provider's SDK",
    "Jinja2",
    "all else",
    "settings, plugins",
    "TLS contexts",
    "clients of AWS",
    "decryption",
    "mail",
    "delivery",
)
"""From the start of the process to the end of the first invocation."""
_PACKAGES = {
    "boto3": "boto3 botocore s3transfer jmespath dateutil six urllib3",
    "Encryption SDK": "aws_encryption_sdk cryptography cffi _cffi_backend wrapt attr attrs",
    "provider's SDK": "sendgrid python_http_client mailgun postmarker requests httpx2 httpcore2 anyio h11 "
    "certifi charset_normalizer truststore typing_extensions",
    "Jinja2": "jinja2 markupsafe",
}
_PART_OF = {name: part for part, names in _PACKAGES.items() for name in names.split()}
_FUNCTIONS = {
    "ours": """
cognito_mailroom.app=Mailroom.from_environ=settings, plugins
cognito_mailroom.cognito.decryption=Decryptor.decrypt=decryption
cognito_mailroom.mail.rendering=Renderer.check=mail
cognito_mailroom.mail.rendering=Renderer.subject=mail
cognito_mailroom.plugins.manager=Plugins.render=mail
cognito_mailroom.delivery.attempts=Delivery.deliver=delivery
""",
    "handwritten": "aws_encryption_sdk=EncryptionSDKClient.decrypt=decryption\nhandler=send=delivery\n",
    "floor": "handler=decrypt=decryption\nhandler=send=delivery\n",
}
_SHARED = """
ssl=SSLContext.load_verify_locations=TLS contexts
ssl=SSLContext.set_default_verify_paths=TLS contexts
botocore.session=Session.create_client=clients of AWS
"""


def parts(bench: Bench, *, runs: int) -> dict[str, dict[str, float]]:
    """By contestant, the median milliseconds of each part under AWS's runtime client; taken in turns."""
    events = bench.servers.events(1)
    taken: dict[str, list[Counter[str]]] = {name: [] for name in bench.packages}
    for _ in range(runs):
        for name, package in bench.packages.items():
            noted = bench.start(under_runtime, package.folder, events, **stopwatch(name))
            shares = Counter({PARTS[0]: 1000 * (noted["begun"] - noted["started"])})
            for label, seconds in noted["notes"].items():
                shares[_part(label)] += 1000 * seconds
            taken[name].append(shares)
    return {
        name: {part: median(shares[part] for shares in each) for part in PARTS}
        for name, each in taken.items()
    }


def stopwatch(contestant: str) -> dict[str, str]:
    """The variables by which the probe takes a stopwatch along."""
    functions = (_FUNCTIONS[contestant] + _SHARED).split("\n")
    return {"BENCHMARK_NOTES": "stopwatch", "BENCHMARK_FUNCTIONS": "\n".join(filter(None, functions))}


def _part(label: str) -> str:
    if label in PARTS:
        return label
    package = label.partition(".")[0]
    if package in sys.stdlib_module_names:
        return "standard library"
    return _PART_OF.get(package, "all else")
