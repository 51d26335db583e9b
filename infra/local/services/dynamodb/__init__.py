"""DynamoDB: tables, transactions and expiry."""
