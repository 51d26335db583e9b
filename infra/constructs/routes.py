"""Routes of the shared HTTP API, each owned by the stack of the function that answers it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_lambda as lambda_

from infra.constructs.acknowledgements import acknowledge
from infra.constructs.stack import SerinStack

BY_SESSION = "Browsers send no token: the function asks for a session, and answers 401 to whoever has none."


def function_routes(
    stack: SerinStack,
    id: str,
    function: str,
    routes: Sequence[str],
    api: str,
    authorizer: str | None,
    pages: Sequence[str] = (),
) -> None:
    """Send `routes` (`POST /path`) to `function`, an ARN of a function or an alias, once the authorizer agrees.

    Without an authorizer callers sign with their AWS credentials (SigV4) and IAM decides: `execute-api:Invoke`. `pages`
    are routes whose callers the function itself knows by their sessions: the gateway asks nobody.
    """
    integration = http.CfnIntegration(
        stack,
        f"{id}Integration",
        api_id=api,
        integration_type="AWS_PROXY",
        integration_uri=function,
        integration_method="POST",
        payload_format_version="2.0",
    )
    for route in (*routes, *pages):
        is_page = route in pages
        made = http.CfnRoute(
            stack,
            f"{id}Route-{_words(route)}",
            api_id=api,
            route_key=route,
            target=f"integrations/{integration.ref}",
            authorization_type="NONE" if is_page else "CUSTOM" if authorizer else "AWS_IAM",
            authorizer_id=None if is_page else authorizer,
        )
        if is_page:
            acknowledge(made, "AwsSolutions-APIG4", BY_SESSION)
    # One for all methods and all that lies below: what a route calls is said by its integration, and each permission
    # of its own would take its part of the 20 KB that a function's policy may have.
    for pattern in dict.fromkeys(_below(route.partition(" ")[2]) for route in (*routes, *pages)):
        lambda_.CfnPermission(
            stack,
            f"{id}Permission-{_words(pattern)}",
            action="lambda:InvokeFunction",
            function_name=function,
            principal="apigateway.amazonaws.com",
            source_arn=stack.addresses.calls(api, f"*/*{pattern}"),
        )


def _below(path: str) -> str:
    """`/models/*` of `/models/{model}/views`."""
    fixed, variable, _ = path.partition("{")
    return f"{fixed}*" if variable else fixed


def _words(route: str) -> str:
    """A name of letters, digits and dashes; CloudFormation's own leave out the dashes."""
    return "".join(character if character.isalnum() else "-" for character in route.replace("*", "below"))
