"""The one way to make a function, a layer, a state machine."""
