"""What is kept from publication: the crawler's credentials, secrets that repositories hold, and people's e-mail addresses."""
