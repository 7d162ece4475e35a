"""What both kinds of ServiceNow share: signing in, records of tables, and what a record and its history mean."""
