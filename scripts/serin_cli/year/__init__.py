"""`serin demo --year`: the loop over the flights of 2013, on the local cloud's clock."""
