"""The ways a function is named."""

from __future__ import annotations

import pytest

from infra.local.services.awslambda.api.errors import LambdaError
from infra.local.services.awslambda.api.names import FunctionName, function_name

REGION, ACCOUNT = "us-east-1", "123456789012"


@pytest.mark.parametrize("prefix", ["", "123456789012:function:", "arn:aws:lambda:us-east-1:123456789012:function:"])
@pytest.mark.parametrize("qualifier", [None, "live", "7", "$LATEST"])
def test_every_form_means_the_same_function(prefix: str, qualifier: str | None) -> None:
    text = f"{prefix}predict" if qualifier is None else f"{prefix}predict:{qualifier}"
    assert function_name(text, None, REGION, ACCOUNT) == FunctionName("predict", qualifier)
    assert function_name(f"{prefix}predict", qualifier, REGION, ACCOUNT) == FunctionName("predict", qualifier)


@pytest.mark.parametrize(
    ("text", "qualifier", "code", "status"),
    [
        ("predict:live", "1", "InvalidParameterValueException", 400),
        ("arn:aws:lambda:eu-west-1:123456789012:function:predict", None, "ResourceNotFoundException", 404),
        ("arn:aws:lambda:us-east-1:210987654321:function:predict", None, "AccessDeniedException", 403),
        ("a name", None, "ValidationException", 400),
        ("predict:live:1", None, "ValidationException", 400),
        ("", None, "ValidationException", 400),
    ],
)
def test_what_names_no_function_of_ours_is_refused(text: str, qualifier: str | None, code: str, status: int) -> None:
    with pytest.raises(LambdaError) as refused:
        function_name(text, qualifier, REGION, ACCOUNT)
    assert (refused.value.error_type, refused.value.code) == (code, status)
