"""One crawl: the plan, the visits, what is fetched of each repository, and the rows that are extracted."""
