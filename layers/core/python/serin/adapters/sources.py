"""Other people's buckets on S3, of whatever account and region; what is copied never passes through this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from serin.domain.errors import Conflict, Denied, NotFound, Rejected, SerinError, Unavailable
from serin.domain.printable import printable
from serin.domain.sources import Listing, SourceObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = 1000
"""The most that S3 lists at once."""

_DENIED = {"AccessDenied", "403", "AllAccessDisabled", "KMS.DisabledException", "KMS.NotFoundException"}
_CHANGED = {"PreconditionFailed", "NoSuchKey", "404"}
_ARCHIVED = {"ObjectNotInActiveTierError", "InvalidObjectState"}
_PASSING = {"SlowDown", "RequestTimeout", "RequestTimeTooSkewed", "Throttling", "ThrottlingException"}


class S3Sources:
    """What is listed there, and copies of it in the bucket `uploads`."""

    def __init__(self, client: S3Client, uploads: str) -> None:
        self._client = client
        self._uploads = uploads

    def listing(self, bucket: str, prefix: str, after: str | None) -> Listing:
        with _told(bucket, prefix):
            more: Any = {} if after is None else {"StartAfter": after}
            page = self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=PAGE, **more)
        listed = [
            SourceObject(item["Key"], item["ETag"].strip('"'), item["LastModified"], item["Size"])
            for item in page.get("Contents", ())
        ]
        return Listing(tuple(listed), is_last=not page["IsTruncated"])

    def copy(self, bucket: str, source: SourceObject, raw: str) -> str | None:
        with _told(bucket, source.key):
            answer = self._client.copy_object(
                Bucket=self._uploads,
                Key=raw,
                CopySource={"Bucket": bucket, "Key": source.key},
                CopySourceIfMatch=f'"{source.etag}"',
                # Copied tags would ask for two permissions more; nothing here reads them.
                TaggingDirective="REPLACE",
            )
        return answer.get("VersionId")


@contextmanager
def _told(bucket: str, key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise _error(error, bucket, f"s3://{bucket}/{printable(key, 200)}") from error
    except BotoCoreError as error:
        raise Unavailable(
            f"S3 did not answer for s3://{bucket}/{printable(key, 200)}: {error}.",
            "Nothing is lost: it is tried again by itself.",
        ) from error


def _error(error: ClientError, bucket: str, where: str) -> SerinError:
    code, text = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code == "NoSuchBucket":
        return NotFound(f"There is no bucket {bucket!r}.", "Correct the source in the charter, and deploy.")
    if code in _DENIED:
        return Denied(
            f"AWS does not let {where} be read: {text}",
            "Allow the role of the function acquire s3:ListBucket on the bucket and s3:GetObject on its objects in "
            "the bucket's policy, which another account's bucket needs; for objects under a KMS key, kms:Decrypt too.",
        )
    if code in _CHANGED:
        return Conflict(f"{where} is not what was listed any more.", "Nothing is lost: the next look sees it anew.")
    if code in _ARCHIVED:
        return Rejected(f"{where} is archived.", "Restore it, or put a copy into the source.")
    if code in _PASSING or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return Unavailable(f"S3 answered {code} for {where}: {text}", "Nothing is lost: it is tried again by itself.")
    return Rejected(f"S3 answered {code} for {where}: {text}", "Check the bucket's region, and how it is encrypted.")
