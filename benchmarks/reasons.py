"""Why our function imports what is costly to import."""

from __future__ import annotations

_REASONS = {
    "attr": "the Encryption SDK and the settings define their classes with it",
    "aws_encryption_sdk": "decrypts the code",
    "boto3": "builds the clients of KMS and SES",
    "botocore": "signs, sends and reads what KMS is asked, and SES",
    "cffi": "cryptography is built on it",
    "cognito_mailroom": "the mailroom itself",
    "configparser": "environ-config imports it, for secrets in files",
    "contextlib": "nearly all of the others use it",
    "cryptography": "the Encryption SDK decrypts and checks signatures with it",
    "dataclasses": "libraries define their classes with it",
    "dateutil": "botocore reads dates with it",
    "email": "composes the mail; http.client and importlib.metadata import it",
    "environ": "reads the settings",
    "http": "speaks HTTP to KMS and the provider",
    "httpx2": "Mailgun's SDK imports it, for its asynchronous client",
    "idna": "an address with an international domain is written with it",
    "importlib.metadata": "finds the plugins",
    "inspect": "the Encryption SDK's attrs and pluggy look at functions with it",
    "jinja2": "writes the mail",
    "jmespath": "botocore reads answers with it",
    "json": "the event, KMS and most providers speak it",
    "logging": "one line for each event",
    "mailgun": "sends the mail",
    "markupsafe": "escapes what goes into the mail",
    "pluggy": "calls the plugins",
    "postmarker": "sends the mail",
    "python_http_client": "SendGrid's SDK cannot be imported without it",
    "re": "settings, addresses and templates are read with it",
    "requests": "Mailgun's and Postmark's SDKs send with it",
    "s3transfer": "boto3 imports it",
    "sendgrid": "writes the request",
    "smtplib": "speaks SMTP",
    "socket": "connects to KMS and the provider",
    "ssl": "encrypts what goes to KMS and the provider",
    "typing": "libraries name their types when they are imported",
    "urllib": "takes URLs apart",
    "urllib3": "botocore is built on it",
    "wrapt": "the Encryption SDK wraps its streams with it",
}


def reason(module: str) -> str:
    """For a module, or for the nearest package above it that has one."""
    name = module
    if name.startswith("cognito_mailroom_"):
        return "the chosen provider"
    while name and name not in _REASONS:
        name = name.rpartition(".")[0]
    return _REASONS.get(name, "")
