"""Who may come in: no page in a browser, and whoever proves by a signature whose key they hold."""
