"""The least code that could do it: no SDK, one TLS context, and connections that are kept.

It checks the signature and the pool. It leaves out all else: a dead connection or a busy KMS is an error, so
is a message in several frames or in another format; nothing is validated, logged, templated or translated.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import smtplib
import ssl
import time
from http.client import HTTPSConnection
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Context = dict[bytes, bytes]

REGION = os.environ["AWS_REGION"]
HOST = os.environ.get("AWS_ENDPOINT_URL_KMS", f"https://kms.{REGION}.amazonaws.com").removeprefix("https://")
tls = ssl.create_default_context()
kms = HTTPSConnection(HOST, context=tls)
server: smtplib.SMTP | None = None


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Decrypts the code of a sign-up and mails it."""
    request = event["request"]
    code = decrypt(base64.b64decode(request["code"]), event["userPoolId"])
    user = request["userAttributes"]
    name, recipient = user["given_name"], user["email"]
    send(
        recipient,
        f"From: {os.environ['SENDER']}\r\nTo: {recipient}\r\nSubject: Confirm your account\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="="\r\n\r\n'
        "--=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Hello {name},\r\n\r\nyour code is\r\n\r\n{code}\r\n"
        "--=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        f"<p>Hello {html.escape(name)},</p><p>your code is <b>{code}</b></p>\r\n--=--\r\n",
    )
    return event


def decrypt(message: bytes, pool: str) -> str:
    """The content of a message in format 1 under suite 0x0378.

    Source: https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
    """
    at = 20
    message_id = message[4:at]

    def take(size: int) -> bytes:
        nonlocal at
        at += size
        return message[at - size : at]

    def field() -> bytes:
        return take(int.from_bytes(take(2)))

    take(2)
    context = {field(): field() for _ in range(int.from_bytes(take(2)))}
    take(2)
    _, _, data_key = field(), field(), field()
    take(1 + 4 + 1 + 4)
    header, header_iv, header_tag = message[:at], take(12), take(16)
    final, sequence, iv, size = take(4), take(4), take(12), int.from_bytes(take(4))
    content, signed, signature = take(size + 16), message[:at], field()
    if (final, context[b"userpool-id"]) != (b"\xff\xff\xff\xff", pool.encode()):
        raise ValueError("not a message of this pool in one frame")
    secret = data_key_in_plain(data_key, context)
    key = AESGCM(HKDF(SHA384(), 32, None, message[2:4] + message_id).derive(secret))
    key.decrypt(header_iv, header_tag, header)
    about = message_id + b"AWSKMSEncryptionClient Final Frame" + sequence + size.to_bytes(8)
    point = base64.b64decode(context[b"aws-crypto-public-key"])
    EllipticCurvePublicKey.from_encoded_point(SECP384R1(), point).verify(signature, signed, ECDSA(SHA384()))
    return key.decrypt(iv, content, about).decode()


def data_key_in_plain(data_key: bytes, context: Context) -> bytes:
    """KMS's answer to Decrypt, asked for with a Signature Version 4."""
    body = json.dumps(
        {
            "CiphertextBlob": base64.b64encode(data_key).decode(),
            "EncryptionContext": {name.decode(): value.decode() for name, value in context.items()},
            "KeyId": os.environ["KEY_ARN"],
        }
    )
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": HOST,
        "x-amz-date": now,
        "x-amz-target": "TrentService.Decrypt",
    }
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = token
    names = ";".join(sorted(headers))
    canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{canonical}\n{names}\n{hashlib.sha256(body.encode()).hexdigest()}"
    scope = f"{now[:8]}/{REGION}/kms/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for part in (*scope.split("/"), f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{digest}"):
        key = hmac.digest(key, part.encode(), "sha256")
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    )
    kms.request("POST", "/", body, headers)
    answer = json.loads(kms.getresponse().read())
    return base64.b64decode(answer["Plaintext"])


def send(recipient: str, mail: str) -> None:
    """Hands the mail to the server."""
    global server  # noqa: PLW0603 - what is built once is all the state there is
    if server is None:
        server = smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"]))
        server.starttls(context=tls)
        server.login(os.environ["SMTP_USERNAME"], os.environ["SMTP_PASSWORD"])
    server.sendmail(os.environ["SENDER"], [recipient], mail.encode())
