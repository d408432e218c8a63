"""Messages about what a crawl changed: to a webhook, or to a command."""
