"""The AWS services of the local cloud, one folder each, behind one contract (service.py)."""
