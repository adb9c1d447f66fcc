"""A request as most would send it: over a kept connection, with urllib3's own timeouts."""

from collections.abc import Mapping

from cognito_mailroom import Deadline, Unavailable
from cognito_mailroom.testing import certificates
from cognito_mailroom.transport import Answer
from urllib3 import HTTPSConnectionPool, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

pools: dict[str, HTTPSConnectionPool] = {}


def post(url: str, body: bytes, headers: Mapping[str, str], deadline: Deadline) -> Answer:
    if url not in pools:
        parts = parse_url(url)
        pools[url] = HTTPSConnectionPool(parts.host or "", parts.port, ca_certs=str(certificates.ca_file()))
    del deadline  # a minute for each read is what many give, and more than any machine needs for one
    timeout = Timeout(60)
    try:
        got = pools[url].request("POST", "/mails", body=body, headers=headers, retries=False, timeout=timeout)
    except HTTPError as error:
        raise Unavailable(type(error).__name__) from None
    return Answer(got.status, got.headers, got.data)
