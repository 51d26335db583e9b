"""What AWS allows of the things a stage has more of with every model, and what its charters come to.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
"""

from __future__ import annotations

RULES_A_BUS = 300
TARGETS_A_RULE = 5
ROUTES_AN_API = 300
