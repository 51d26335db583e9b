"""HTTP APIs: moto keeps their records, the gateway serves them."""

from __future__ import annotations

from typing import Any

from moto.apigatewayv2.models import Api, ApiGatewayV2Backend, apigatewayv2_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, is_true, tags_of
from infra.local.wiring import wiring
from serin.domain.errors import Invalid


def _backend(one: Wanted | Deployed) -> ApiGatewayV2Backend:
    return apigatewayv2_backends[one.account][one.region]


def _api(one: Wanted | Deployed) -> Api:
    return _backend(one).get_api(one.properties["ApiId"])


class HttpApi(ResourceType):
    """moto skips the type. `ApiEndpoint` is the gateway's own address, so that what is published can be called."""

    type = "AWS::ApiGatewayV2::Api"
    properties = "CorsConfiguration Description DisableExecuteApiEndpoint Name ProtocolType Tags"
    name_property = "Name"
    unique_name = False
    replaced_by = "ProtocolType"

    def create(self, wanted: Wanted) -> Made:
        """Only one, because the gateway has one address."""
        backend = _backend(wanted)
        if wanted.properties["ProtocolType"] != "HTTP":
            raise Invalid(
                f"The API {wanted.name} is {wanted.properties['ProtocolType']}.", "The local gateway serves HTTP APIs."
            )
        if backend.apis:
            raise Invalid(
                f"The API {wanted.name} is the second one.", "Put its routes on the first; the gateway serves one API."
            )
        made = backend.create_api(
            api_key_selection_expression="",
            disable_schema_validation="",
            protocol_type="HTTP",
            route_selection_expression="",
            tags=tags_of(wanted.properties),
            version="",
            **_settings_of(wanted),
        )
        made.api_endpoint = wiring().api_url
        return Made(made.api_id, {"ApiId": made.api_id, "ApiEndpoint": made.api_endpoint})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The tags are moto's own, by the API's ARN."""
        backend = _backend(wanted)
        backend.update_api(
            api_id=before.physical_id,
            api_key_selection_expression="",
            disable_schema_validation="",
            route_selection_expression="",
            version="",
            **_settings_of(wanted),
        )
        arn = backend.get_api(before.physical_id).arn
        backend.untag_resource(arn, sorted(tags_of(before.properties)))
        backend.tag_resource(arn, tags_of(wanted.properties))
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """With its routes."""
        _backend(deployed).delete_api(deployed.physical_id)


def _settings_of(wanted: Wanted) -> dict[str, Any]:
    return {
        "cors_configuration": wanted.get("CorsConfiguration") or {},
        "description": wanted.get("Description", ""),
        "disable_execute_api_endpoint": wanted.get("DisableExecuteApiEndpoint", ""),
        "name": wanted.name,
    }


class Authorizer(ResourceType):
    """moto skips the type."""

    type = "AWS::ApiGatewayV2::Authorizer"
    properties = (
        "ApiId AuthorizerPayloadFormatVersion AuthorizerResultTtlInSeconds AuthorizerType AuthorizerUri "
        "EnableSimpleResponses IdentitySource Name"
    )
    name_property = "Name"
    unique_name = False
    replaced_by = "ApiId"

    def create(self, wanted: Wanted) -> Made:
        """One the gateway can ask."""
        settings = self._settings(wanted)
        made = _api(wanted).create_authorizer(**settings)
        return Made(made.id, {"AuthorizerId": made.id})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Every setting anew."""
        _api(wanted).update_authorizer(authorizer_id=before.physical_id, **self._settings(wanted))
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """Forget it."""
        _api(deployed).authorizers.pop(deployed.physical_id, None)

    def _settings(self, wanted: Wanted) -> dict[str, Any]:
        kind, payload = wanted.properties["AuthorizerType"], wanted.get("AuthorizerPayloadFormatVersion")
        if kind != "REQUEST" or payload != "2.0" or not is_true(wanted.get("EnableSimpleResponses")):
            raise Invalid(
                f"The authorizer {wanted.name} is {kind} with payload {payload}.",
                "The local gateway runs REQUEST authorizers with payload 2.0 and simple responses.",
            )
        return {
            "auth_creds_arn": "",
            "auth_payload_format_version": "2.0",
            "auth_result_ttl": wanted.get("AuthorizerResultTtlInSeconds", 300),
            "authorizer_type": "REQUEST",
            "authorizer_uri": wanted.properties["AuthorizerUri"],
            "enable_simple_response": "true",
            "identity_source": wanted.get("IdentitySource", []),
            "identity_validation_expr": "",
            "jwt_config": "",
            "name": wanted.name,
        }


class Integration(ResourceType):
    """moto skips the type."""

    type = "AWS::ApiGatewayV2::Integration"
    properties = (
        "ApiId Description IntegrationMethod IntegrationType IntegrationUri PayloadFormatVersion TimeoutInMillis"
    )
    replaced_by = "ApiId"

    def create(self, wanted: Wanted) -> Made:
        """One the gateway can call."""
        settings = self._settings(wanted)
        made = _api(wanted).create_integration(connection_type="INTERNET", **settings)
        return Made(made.id, {"IntegrationId": made.id})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Every setting anew."""
        integration = _api(wanted).get_integration(before.physical_id)
        for name, value in self._settings(wanted).items():
            setattr(integration, name, value)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """Forget it."""
        _api(deployed).integrations.pop(deployed.physical_id, None)

    def _settings(self, wanted: Wanted) -> dict[str, Any]:
        kind, payload = wanted.properties["IntegrationType"], wanted.get("PayloadFormatVersion")
        uri = wanted.get("IntegrationUri", "")
        if kind != "AWS_PROXY" or payload != "2.0" or ":lambda:" not in uri:
            raise Invalid(
                f"{wanted.logical_id} integrates {uri or 'nothing'} as {kind} with payload {payload}.",
                "The local gateway integrates Lambda functions (AWS_PROXY) with payload 2.0.",
            )
        return {
            "description": wanted.get("Description", ""),
            "integration_method": "POST",
            "integration_type": kind,
            "integration_uri": uri,
            "payload_format_version": payload,
            "timeout_in_millis": wanted.get("TimeoutInMillis"),
        }


class Route(ResourceType):
    """moto skips the type."""

    type = "AWS::ApiGatewayV2::Route"
    properties = "ApiId AuthorizationType AuthorizerId RouteKey Target"
    replaced_by = "ApiId"

    def create(self, wanted: Wanted) -> Made:
        """A key another route of the API has is refused, as API Gateway does."""
        settings, api = self._settings(wanted), _api(wanted)
        self._refuse_a_second(api, settings["route_key"])
        made = api.create_route(api_key_required=False, authorization_scopes=[], **settings)
        return Made(made.route_id, {"RouteId": made.route_id})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Every setting anew."""
        settings, api = self._settings(wanted), _api(wanted)
        self._refuse_a_second(api, settings["route_key"], before.physical_id)
        for name, value in settings.items():
            setattr(api.get_route(before.physical_id), name, value)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """Forget it."""
        _api(deployed).routes.pop(deployed.physical_id, None)

    def _refuse_a_second(self, api: Api, key: str, own: str = "") -> None:
        if any(route.route_key == key and route.route_id != own for route in api.routes.values()):
            raise Invalid(f"Route with key {key} already exists for this API", "Give each route a key of its own.")

    def _settings(self, wanted: Wanted) -> dict[str, Any]:
        protection = wanted.get("AuthorizationType", "NONE")
        if protection not in {"NONE", "CUSTOM", "AWS_IAM"}:
            raise Invalid(
                f"The route {wanted.properties['RouteKey']} is protected by {protection}.",
                "The local gateway knows NONE, CUSTOM and AWS_IAM.",
            )
        return {
            "authorization_type": protection,
            "authorizer_id": wanted.get("AuthorizerId"),
            "route_key": wanted.properties["RouteKey"],
            "target": wanted.properties["Target"],
        }


class Stage(ResourceType):
    """moto skips the type."""

    type = "AWS::ApiGatewayV2::Stage"
    properties = "AccessLogSettings ApiId AutoDeploy DefaultRouteSettings RouteSettings StageName Tags"
    name_property = "StageName"
    replaced_by = "ApiId StageName"

    def create(self, wanted: Wanted) -> Made:
        """The one stage the gateway serves."""
        if wanted.name != "$default":
            raise Invalid(f"The stage is named {wanted.name}.", "The local gateway serves the stage $default.")
        return Made(_api(wanted).create_stage(self._settings(wanted)).name)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Made anew under its name: moto's stage is its settings and nothing else."""
        _api(wanted).create_stage(self._settings(wanted))
        return Made(before.physical_id)

    def delete(self, deployed: Deployed) -> None:
        """Forget it."""
        _api(deployed).delete_stage(deployed.physical_id)

    def _settings(self, wanted: Wanted) -> dict[str, Any]:
        routes = wanted.get("RouteSettings") or {}
        return {
            "stageName": wanted.name,
            "defaultRouteSettings": _lower(wanted.get("DefaultRouteSettings") or {}),
            "routeSettings": {key: _lower(value) for key, value in routes.items()},
            "accessLogSettings": wanted.get("AccessLogSettings"),
            "autoDeploy": wanted.get("AutoDeploy"),
            "tags": tags_of(wanted.properties),
        }


def _lower(template: dict[str, Any]) -> dict[str, Any]:
    """The API's names begin in lower case."""
    return {key[0].lower() + key[1:]: value for key, value in template.items()}
