"""The pages: exchanges, stories, search, sources and alerts to look at; every number is that of its query."""
