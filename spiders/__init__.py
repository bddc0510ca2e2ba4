"""COLLECT: the web → Page. Scrapy and feedparser live here and nowhere else."""
