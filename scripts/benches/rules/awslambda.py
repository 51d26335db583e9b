"""Lambda's rules for versions and aliases."""

from __future__ import annotations

from benches.rules.cases import API, GUIDE, function
from benches.rules.model import refused, rule
from infra.local.cloud import LocalCloud

_ALIAS = f"{API}/API_UpdateAlias.html"
_ROUTING = f"{GUIDE}/configuring-alias-routing.html"
_PUBLISH = f"{API}/API_PublishVersion.html"
_DELETE = f"{API}/API_DeleteFunction.html"


@rule(service="lambda", says="UpdateAlias refuses a stale RevisionId", source=_ALIAS)
def stale_alias(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        seen = case.alias(case.version())["RevisionId"]
        second = case.version()
        moved = case.functions.update_alias(
            FunctionName=case.name, Name="live", FunctionVersion=second, RevisionId=seen
        )
        assert moved["RevisionId"] != seen, "an update leaves the revision"
        with refused("PreconditionFailedException", 412):
            case.functions.update_alias(FunctionName=case.name, Name="live", FunctionVersion="1", RevisionId=seen)
        assert case.functions.get_alias(FunctionName=case.name, Name="live")["FunctionVersion"] == second


@rule(service="lambda", says="an alias leads to versions that exist", source=f"{API}/API_CreateAlias.html")
def alias_on_nothing(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ResourceNotFoundException", 404, f"Function not found: {case.arn}:9"):
        case.alias("9")


@rule(service="lambda", says="an alias is made once", source=f"{API}/API_CreateAlias.html")
def alias_twice(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        version = case.version()
        case.alias(version)
        with refused("ResourceConflictException", 409, "Alias already exists"):
            case.alias(version)


@rule(service="lambda", says="an alias's name is not all digits", source=f"{API}/API_CreateAlias.html")
def alias_of_digits(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        version = case.version()
        with refused("ValidationException", message="Value '12' at 'name'"):
            case.alias(version, "12")


@rule(service="lambda", says="an alias's name keeps to the pattern", source=f"{API}/API_CreateAlias.html")
def alias_with_a_dot(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        version = case.version()
        with refused("ValidationException", message="regular expression pattern"):
            case.alias(version, "a.b")


@rule(service="lambda", says="a routing weight is at most 1", source=_ROUTING)
def heavy_weight(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version()
        with refused("ValidationException", message="less than or equal to 1.0"):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {second: 1.7}})


@rule(service="lambda", says="a routing weight is at least 0", source=_ROUTING)
def negative_weight(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version()
        with refused("ValidationException", message="greater than or equal to 0.0"):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {second: -0.1}})


@rule(service="lambda", says="an alias leads to two versions at most", source=_ROUTING)
def three_versions(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second, third = (case.version() for _ in range(3))
        with refused("InvalidParameterValueException", message="cannot be greater than 1"):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {second: 0.1, third: 0.1}})


@rule(service="lambda", says="an alias's second version is another one", source=_ROUTING)
def one_version_twice(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first = case.version()
        with refused("InvalidParameterValueException", message="already included in routing configuration"):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {first: 0.1}})


@rule(service="lambda", says="an alias's second version exists", source=_ROUTING)
def weight_on_nothing(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first = case.version()
        with refused("ResourceNotFoundException", 404):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {"9": 0.1}})


@rule(service="lambda", says="no weights beside $LATEST", source=_ROUTING)
def weights_beside_latest(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first = case.version()
        with refused("InvalidParameterValueException", message="$LATEST is not supported"):
            case.alias("$LATEST", RoutingConfig={"AdditionalVersionWeights": {first: 0.1}})


@rule(service="lambda", says="$LATEST has no weight", source=_ROUTING)
def latest_as_weight(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first = case.version()
        with refused("ValidationException", message="[0-9]+"):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {"$LATEST": 0.1}})


@rule(service="lambda", says="an alias's two versions have one execution role", source=_ROUTING)
def two_roles(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version(Role=case.role_with("logs:*"))
        with refused("InvalidParameterValueException", message="same execution role"):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {second: 0.1}})


@rule(service="lambda", says="an alias's two versions have one dead-letter queue", source=_ROUTING)
def two_dead_letter_queues(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version(DeadLetterConfig={"TargetArn": case.queue()})
        with refused("InvalidParameterValueException", message="dead letter queue"):
            case.alias(first, RoutingConfig={"AdditionalVersionWeights": {second: 0.1}})


@rule(service="lambda", says="empty weights take the second version away", source=_ALIAS)
def weights_end(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version()
        case.alias(first, RoutingConfig={"AdditionalVersionWeights": {second: 0.4}})
        case.functions.update_alias(FunctionName=case.name, Name="live", Description="kept")
        kept = case.functions.get_alias(FunctionName=case.name, Name="live")
        assert kept["RoutingConfig"]["AdditionalVersionWeights"] == {second: 0.4}, "an update lost the weights"
        no_weights: dict[str, dict[str, float]] = {"AdditionalVersionWeights": {}}
        case.functions.update_alias(FunctionName=case.name, Name="live", RoutingConfig=no_weights)
        assert "RoutingConfig" not in case.functions.get_alias(FunctionName=case.name, Name="live")


@rule(service="lambda", says="ListAliases finds those that lead to a version", source=f"{API}/API_ListAliases.html")
def aliases_of_a_version(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version()
        case.alias(first, "one")
        case.alias(second, "two")
        for name in ("one", "two"):
            answer = case.functions.get_alias(FunctionName=case.name, Name=name)
            assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        aliases = case.functions.list_aliases(FunctionName=case.name, FunctionVersion=second)["Aliases"]
        assert [alias["Name"] for alias in aliases] == ["two"]


@rule(service="lambda", says="deleting an alias twice is no error", source=f"{API}/API_DeleteAlias.html")
def alias_deleted_twice(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        version = case.version()
        case.alias(version)
        live = {"FunctionName": case.name, "Qualifier": "live"}
        case.functions.put_function_event_invoke_config(**live, MaximumRetryAttempts=0)
        for _ in range(2):
            answer = case.functions.delete_alias(FunctionName=case.name, Name="live")
            assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        with refused("ResourceNotFoundException", 404, "Cannot find alias arn"):
            case.functions.get_alias(FunctionName=case.name, Name="live")
        case.alias(version)
        with refused("ResourceNotFoundException", 404, "doesn't have an EventInvokeConfig"):
            case.functions.get_function_event_invoke_config(**live)


@rule(service="lambda", says="PublishVersion publishes only the code that was meant", source=_PUBLISH)
def other_code(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        with refused("InvalidParameterValueException", message="is different from current CodeSHA256 in $LATEST"):
            case.functions.publish_version(FunctionName=case.name, CodeSha256="c29tZXRoaW5n")
        digest = case.functions.get_function_configuration(FunctionName=case.name)["CodeSha256"]
        assert case.published(CodeSha256=digest)["Version"] == "1"


@rule(service="lambda", says="PublishVersion refuses a stale RevisionId", source=_PUBLISH)
def stale_publish(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        seen = case.functions.get_function_configuration(FunctionName=case.name)["RevisionId"]
        case.functions.update_function_configuration(FunctionName=case.name, MemorySize=512)
        case.settle()
        with refused("PreconditionFailedException", 412):
            case.functions.publish_version(FunctionName=case.name, RevisionId=seen)


@rule(service="lambda", says="what has not changed is not published again", source=_PUBLISH)
def unchanged(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first = case.published()
        assert case.published()["Version"] == first["Version"] == "1"
        assert case.version() == "2"


@rule(service="lambda", says="a version an alias leads to is not deleted", source=_DELETE)
def aliased_version(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first = case.version()
        case.alias(first)
        with refused("ResourceConflictException", 409, "the following aliases reference it: [live]"):
            case.functions.delete_function(FunctionName=case.name, Qualifier=first)


@rule(service="lambda", says="a version an alias leads to by weight is not deleted", source=_DELETE)
def weighted_version(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version()
        case.alias(first, RoutingConfig={"AdditionalVersionWeights": {second: 0.1}})
        with refused("ResourceConflictException", 409, "[live]"):
            case.functions.delete_function(FunctionName=case.name, Qualifier=second)


@rule(service="lambda", says="$LATEST is deleted with the function only", source=_DELETE)
def latest_alone(cloud: LocalCloud) -> None:
    with (
        function(cloud) as case,
        refused("InvalidParameterValueException", message="$LATEST version cannot be deleted"),
    ):
        case.functions.delete_function(FunctionName=case.name, Qualifier="$LATEST")


@rule(
    service="lambda",
    says="a deleted version's number is not given again",
    source=f"{GUIDE}/configuration-versions.html",
)
def numbers_are_given_once(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first, second = case.version(), case.version()
        case.functions.delete_function(FunctionName=case.name, Qualifier=second)
        assert case.version() == "3"
        listed = case.functions.list_versions_by_function(FunctionName=case.name)["Versions"]
        assert [one["Version"] for one in listed] == ["$LATEST", first, "3"]


@rule(service="lambda", says="deleting a function deletes its versions and aliases", source=_DELETE)
def everything_goes(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        case.alias(case.version())
        case.functions.delete_function(FunctionName=case.name)
        for qualifier in ("$LATEST", "1", "live"):
            with refused("ResourceNotFoundException", 404):
                case.functions.get_function(FunctionName=case.name, Qualifier=qualifier)
