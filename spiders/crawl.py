"""Child process for one crawl: `python -m spiders.crawl STATS.json`, with the job as JSON on standard input.

Twisted's reactor starts once per process, so a crawl is a process. What it did stands in the stats file; Scrapy's own
exit code says nothing (it is 0 when every page raised).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scrapy.crawler import CrawlerProcess

from models import captures
from models.records import CrawlJob, CrawlLimits, CrawlStats, Page, Sighting, Source, SourceOutcome
from models.warehouse import Warehouse
from spiders.wire import WireSpider


class WarehouseRecorder:
    """Remembers captures and sightings in the warehouse."""

    def __init__(self, warehouse: Warehouse, run_id: int | None) -> None:
        """`run_id` is the run that crawls."""
        self.warehouse = warehouse
        self.run_id = run_id

    def known(self, source_id: str, urls: tuple[str, ...]) -> frozenset[str]:
        """Those of the addresses that were captured whole before."""
        return captures.known_urls(self.warehouse, source_id, urls)

    def seen(self, sightings: tuple[Sighting, ...]) -> None:
        """Remember listings."""
        captures.add_sightings(self.warehouse, sightings)

    def captured(self, pages: tuple[Page, ...]) -> None:
        """Remember pages whose bytes are safe."""
        captures.add(self.warehouse, pages, run_id=self.run_id)


def main() -> None:
    """Crawl the job on standard input; write the stats."""
    crawl(read_job(sys.stdin.read()), Path(sys.argv[-1]))


def crawl(job: CrawlJob, stats_file: Path) -> None:
    """Crawl a job in this process, which can do so once; write the stats."""
    warehouse = Warehouse.open(job.warehouse)
    process = CrawlerProcess(settings(job))
    crawler = process.create_crawler(WireSpider)
    process.crawl(crawler, job=job, recorder=WarehouseRecorder(warehouse, job.run_id))
    process.start()
    counted = crawler.stats.get_stats()
    raised = counted.get("spider_exceptions/count", 0)
    spider = crawler.spider
    stats = spider.stats(exceptions=int(raised)) if isinstance(spider, WireSpider) else None
    if stats:
        stats_file.write_text(json.dumps(asdict(stats)), encoding="utf-8")


def settings(job: CrawlJob) -> dict[str, Any]:
    """Scrapy's settings: its defaults are not meant for hostile input."""
    limits = job.limits
    return {
        "USER_AGENT": job.user_agent,
        "WIREWATCH_ALLOWED": list(job.allow),
        "ROBOTSTXT_OBEY": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_MAXSIZE": limits.body_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": limits.request_s,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_DELAY": limits.gap_s,
        "DOWNLOAD_DELAY_JITTER": 0.5,
        "CONCURRENT_REQUESTS": limits.concurrent,
        "CONCURRENT_REQUESTS_PER_DOMAIN": limits.concurrent_per_host,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": limits.gap_s,
        "REDIRECT_MAX_TIMES": limits.redirects,
        "METAREFRESH_ENABLED": False,
        "RETRY_TIMES": 2,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "TWISTED_DNS_RESOLVER": "spiders.resolver.PolicyResolver",
        "DNSCACHE_ENABLED": False,
        "CLOSESPIDER_TIMEOUT": limits.crawl_s,
        "HTTPERROR_ALLOW_ALL": True,
        "LOG_LEVEL": "WARNING",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "spiders.middlewares.PolicyMiddleware": 50,
            "spiders.middlewares.StrictRobots": 100,
            "spiders.middlewares.RawHeaders": 595,
        },
        "DOWNLOAD_HANDLERS": {"file": None, "data": None, "ftp": None, "s3": None},
    }


def read_job(text: str) -> CrawlJob:
    """The job that `write_job` wrote."""
    fields = json.loads(text)
    return CrawlJob(
        warehouse=fields["warehouse"],
        archive=fields["archive"],
        sources=tuple(Source(**source) for source in fields["sources"]),
        allow=tuple((host, port) for host, port in fields["allow"]),
        user_agent=fields["user_agent"],
        limits=CrawlLimits(**fields["limits"]),
        run_id=fields["run_id"],
    )


def write_job(job: CrawlJob) -> str:
    """The job as JSON."""
    return json.dumps(asdict(job))


def read_stats(text: str) -> CrawlStats:
    """The stats that the child wrote."""
    fields = json.loads(text)
    return CrawlStats(
        finished=fields["finished"],
        exceptions=fields["exceptions"],
        outcomes=tuple(SourceOutcome(**outcome) for outcome in fields["outcomes"]),
    )


if __name__ == "__main__":
    main()
