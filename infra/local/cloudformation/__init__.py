"""CloudFormation: templates in; resources made, changed and taken away in order; everything it keeps is plain data."""
