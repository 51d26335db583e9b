"""What the templates of a stage cost: line by line, from what they hold and a dated file of prices."""
