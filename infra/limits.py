"""What functions have that the largest file has to fit: `./scripts/bench size` and `batch` say how it does."""

from __future__ import annotations

# Twice what 2.2 GB take of this memory's share of a processor. A call that dies is tried again after six times as long.
ACCEPT_SECONDS = 300
ACCEPT_MEMORY_MB = 2048
# The file, what it unpacks to, its rows block by block, and the files these become.
ACCEPT_DISK_MB = 10_240
# A part's rows, what its views look into, and all of these as features; a file is cut on a disk as an upload is.
BATCH_MEMORY_MB = 3008
