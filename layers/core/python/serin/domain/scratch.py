"""How a function names what it makes in its temporary folder."""

SCRATCH = "serin-scratch-"
"""What every file and folder there begins with: a function clears away what an earlier process left.

Nothing else may be named so: where there is no sandbox, the folder is everybody's.
"""
