"""How clients of other servers ask: their bodies as a model's instances, and its answers as theirs."""
