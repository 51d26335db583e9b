"""How a release's own question is told from a caller's."""

# The gateway never gives this id to a request.
GOLDEN_REQUEST = "golden"
