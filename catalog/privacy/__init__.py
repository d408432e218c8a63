"""What is kept from publication: secrets that repositories hold, and people's e-mail addresses."""
