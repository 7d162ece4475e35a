"""What the kinds of Jira share: signing in, documents, issues, and what an issue and its history mean."""
