"""What a window of rows looks like and how far it is from the reference: counts that add up, and distances of them."""
