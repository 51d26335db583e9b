"""S3: objects and buckets by ARN, whatever HTTP makes of them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
A DeleteObjects request in which one key may not be deleted is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, unquote

from moto.s3.models import s3_backends

from infra.local.iam.evaluation import Asked
from infra.local.iam.requests.reading import ApiRequest, named
from infra.local.wiring import ACCOUNT

_ON_AN_OBJECT: Mapping[str, str] = {
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "CompleteMultipartUpload": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "ListParts": "s3:ListMultipartUploadParts",
    "UploadPart": "s3:PutObject",
}
_OF_A_VERSION: Mapping[str, tuple[str, str]] = {
    "DeleteObject": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "DeleteObjectTagging": ("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    "GetObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "GetObjectAcl": ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    "GetObjectTagging": ("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    "HeadObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "PutObjectTagging": ("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
}
_ON_A_BUCKET: Mapping[str, str] = {
    "CreateBucket": "s3:CreateBucket",
    "DeleteBucket": "s3:DeleteBucket",
    "DeleteBucketPolicy": "s3:DeleteBucketPolicy",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "GetBucketLocation": "s3:GetBucketLocation",
    "GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "GetBucketPolicy": "s3:GetBucketPolicy",
    "GetBucketTagging": "s3:GetBucketTagging",
    "GetBucketVersioning": "s3:GetBucketVersioning",
    "GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "HeadBucket": "s3:ListBucket",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "PutBucketPolicy": "s3:PutBucketPolicy",
    "PutBucketTagging": "s3:PutBucketTagging",
    "PutBucketVersioning": "s3:PutBucketVersioning",
    "PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
LACKS = named(
    """
    CreateBucketMetadataConfiguration CreateBucketMetadataTableConfiguration CreateSession
    DeleteBucketAnalyticsConfiguration DeleteBucketIntelligentTieringConfiguration DeleteBucketMetadataConfiguration
    DeleteBucketMetadataTableConfiguration DeleteBucketMetricsConfiguration DeleteObjectAnnotation GetBucketAbac
    GetBucketAnalyticsConfiguration GetBucketIntelligentTieringConfiguration GetBucketMetadataConfiguration
    GetBucketMetadataTableConfiguration GetBucketMetricsConfiguration GetBucketRequestPayment GetObjectAnnotation
    GetObjectRetention GetObjectTorrent ListBucketAnalyticsConfigurations ListBucketIntelligentTieringConfigurations
    ListBucketMetricsConfigurations ListDirectoryBuckets ListObjectAnnotations PutBucketAbac
    PutBucketAnalyticsConfiguration PutBucketIntelligentTieringConfiguration PutBucketMetricsConfiguration
    PutBucketRequestPayment PutObjectAnnotation RenameObject SelectObjectContent
    UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
    UpdateBucketMetadataJournalTableConfiguration UpdateObjectEncryption WriteGetObjectResponse
    """
)
"""What moto would take for a GetObject, a PutObject or a list, and do that."""
_LISTED_BY = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys"}
_READING = frozenset({"GetObject", "HeadObject", "CopyObject", "UploadPartCopy", "GetObjectTagging"})


def permissions(request: ApiRequest) -> Iterable[Asked] | None:
    """The permissions; None for an operation that is not known here."""
    operation = _operation(request)
    bucket, key = request.text("Bucket"), request.text("Key")
    arn = f"arn:aws:s3:::{bucket}"
    if operation == "ListBuckets":
        return [Asked("s3:ListAllMyBuckets", "*")]
    if operation in _ON_A_BUCKET:
        return [Asked(_ON_A_BUCKET[operation], arn, _listing(request))]
    if operation == "DeleteObjects":
        return [_versioned("DeleteObject", f"{arn}/{name}", version) for name, version in request.params["Objects"]]
    return _on_an_object(request, operation, f"{arn}/{key}")


def _on_an_object(request: ApiRequest, operation: str, arn: str) -> Iterable[Asked] | None:
    if operation in _OF_A_VERSION:
        return [_versioned(operation, arn, request.text("versionId"))]
    if operation in {"CopyObject", "UploadPartCopy"}:
        return [_source(request), *_writes(request, arn)]
    if operation == "PutObject":
        return _writes(request, arn)
    return [Asked(_ON_AN_OBJECT[operation], arn)] if operation in _ON_AN_OBJECT else None


def tells_the_missing(request: ApiRequest) -> Asked | None:
    """S3 tells that an object is missing only to who may list its bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    bucket = _source_bucket(request)
    asks = _operation(request) in _READING and bucket in s3_backends[ACCOUNT]["aws"].buckets
    return Asked("s3:ListBucket", f"arn:aws:s3:::{bucket}") if asks else None


def _source_bucket(request: ApiRequest) -> str:
    """The bucket that is read."""
    if "x-amz-copy-source" in request.headers:
        return _copied(request)[0]
    return request.text("Bucket")


def _operation(request: ApiRequest) -> str:
    """A copy differs from a write by one header only."""
    if "x-amz-copy-source" not in request.headers:
        return request.operation
    return {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}.get(request.operation, request.operation)


def _versioned(operation: str, arn: str, version: str) -> Asked:
    current, versioned = _OF_A_VERSION[operation]
    return Asked(versioned, arn, {"s3:versionid": (version,)}) if version else Asked(current, arn)


def _source(request: ApiRequest) -> Asked:
    bucket, key, version = _copied(request)
    return _versioned("GetObject", f"arn:aws:s3:::{bucket}/{key}", version)


def _copied(request: ApiRequest) -> tuple[str, str, str]:
    path, _, query = request.headers["x-amz-copy-source"].lstrip("/").partition("?")
    bucket, _, key = unquote(path).partition("/")
    return bucket, key, parse_qs(query).get("versionId", [""])[0]


def _writes(request: ApiRequest, arn: str) -> list[Asked]:
    needed = {"x-amz-tagging": "s3:PutObjectTagging", "x-amz-acl": "s3:PutObjectAcl"}
    return [
        Asked("s3:PutObject", arn),
        *(Asked(action, arn) for name, action in needed.items() if name in request.headers),
    ]


def _listing(request: ApiRequest) -> dict[str, tuple[str, ...]]:
    return {key: (request.text(name),) for name, key in _LISTED_BY.items() if name in request.params}
