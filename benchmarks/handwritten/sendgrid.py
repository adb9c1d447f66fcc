"""Cognito's custom e-mail sender by SendGrid, as one writes it from AWS's documentation of the trigger.

Source: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-email-sender.html
"""

import base64
import html
import os
from typing import Any

import aws_encryption_sdk
from aws_encryption_sdk.identifiers import CommitmentPolicy
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

SUBJECTS = {
    "CustomEmailSender_SignUp": "Confirm your account",
    "CustomEmailSender_ResendCode": "Confirm your account",
    "CustomEmailSender_ForgotPassword": "Reset your password",
    "CustomEmailSender_UpdateUserAttribute": "Confirm your e-mail address",
    "CustomEmailSender_VerifyUserAttribute": "Confirm your e-mail address",
    "CustomEmailSender_Authentication": "Your sign-in code",
    "CustomEmailSender_AdminCreateUser": "Your temporary password",
    "CustomEmailSender_AccountTakeOverNotification": "A new sign-in to your account",
}

encryption_sdk = aws_encryption_sdk.EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT
)
key_provider = aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[os.environ["KEY_ARN"]])
sendgrid = SendGridAPIClient(os.environ["SENDGRID_API_KEY"], host=os.environ["SENDGRID_BASE_URL"])


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Decrypts the code and mails it."""
    request = event["request"]
    code = ""
    if request["code"]:
        plaintext, _ = encryption_sdk.decrypt(
            source=base64.b64decode(request["code"]), key_provider=key_provider
        )
        code = plaintext.decode()
    name = request["userAttributes"].get("given_name", "")
    text = f"Hello {name},\n\nyour code is\n\n{code}\n\nAcme\n"
    html_ = f"<p>Hello {html.escape(name)},</p><p>your code is <b>{html.escape(code)}</b></p><p>Acme</p>"
    send(request["userAttributes"]["email"], SUBJECTS[event["triggerSource"]], text, html_)
    return event


def send(recipient: str, subject: str, text: str, html_: str) -> None:
    """Hands the mail to SendGrid."""
    mail = Mail(
        from_email=os.environ["SENDER"],
        to_emails=recipient,
        subject=subject,
        plain_text_content=text,
        html_content=html_,
    )
    sendgrid.send(mail)
