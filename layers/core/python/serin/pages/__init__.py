"""Pages of one file each: they load nothing, run nothing, and escape whatever stands in data, names and rules."""
