"""A request that nobody proved to have sent is refused in the words of the service it was for."""

from __future__ import annotations

from typing import Any

from infra.local.door.proof import NotProved, Reason
from infra.local.iam.refusals import Refusal, unknown_key
from infra.local.iam.requests.reading import protocol_of

_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "{}. Consult the service documentation for details."
)
_S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
_NOT_SIGNED = "There were headers present in the request which were not signed"
_EXPIRED = "Signature expired: it is not of the last five minutes of this machine's clock."

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_S3: dict[Reason, tuple[str, str, int]] = {
    "unsigned": ("AccessDenied", "Access Denied", 403),
    "unreadable": ("AuthorizationHeaderMalformed", "The authorization that you provided is not valid.", 400),
    "skewed": (
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        403,
    ),
    "expired": ("AccessDenied", "Request has expired", 403),
    "not all signed": ("AccessDenied", _NOT_SIGNED, 403),
    "changed": ("SignatureDoesNotMatch", _S3_MISMATCH, 403),
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
_QUERY: dict[Reason, tuple[str, str]] = {
    "unsigned": ("MissingAuthenticationToken", "Request is missing Authentication Token"),
    "unreadable": (
        "IncompleteSignature",
        "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'.",
    ),
    "skewed": ("SignatureDoesNotMatch", _EXPIRED),
    "expired": ("SignatureDoesNotMatch", _EXPIRED),
    "not all signed": ("SignatureDoesNotMatch", _NOT_SIGNED),
    "changed": ("SignatureDoesNotMatch", _MISMATCH.format("AWS Secret Access Key and signing method")),
}
_JSON_CODES = {
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}


def not_proved(error: NotProved, environ: dict[str, Any]) -> Refusal:
    """What the service answers, as its protocol has it."""
    service = error.service or _service_meant(environ)
    if error.reason == "unknown key":
        return unknown_key(service, environ)
    if service == "s3":
        return Refusal(service, *_S3[error.reason])
    code, message = _QUERY[error.reason]
    return Refusal(service, code if protocol_of(service, environ) == "query" else _JSON_CODES[code], message)


def _service_meant(environ: dict[str, Any]) -> str:
    """Nothing says which service an unsigned request is for but its form."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return str(environ["HTTP_X_AMZ_TARGET"]).partition("_")[0].partition(".")[0].lower()
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return "sts"
    return "lambda" if environ.get("PATH_INFO", "").startswith("/2015-03-31/") else "s3"
