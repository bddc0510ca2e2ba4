"""Child process for one crawl: `python -m spiders.crawl STATS.json`, with the job as JSON on standard input.

Twisted's reactor starts once per process, so a crawl is a process. What it did stands in the stats file; Scrapy's own
exit code says nothing (it is 0 when every page raised).
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from scrapy.crawler import CrawlerProcess

from models.records import CrawlJob, CrawlLimits, CrawlStats, PollRules, Source, SourceOutcome
from models.warehouse import Warehouse
from spiders.recorder import WarehouseRecorder
from spiders.wire import WireSpider


def main() -> None:
    """Crawl the job on standard input; write the stats."""
    crawl(read_job(sys.stdin.read()), Path(sys.argv[-1]))


def crawl(job: CrawlJob, stats_file: Path) -> None:
    """Crawl a job in this process, which can do so once; write the stats."""
    warehouse = Warehouse.open(job.warehouse)
    process = CrawlerProcess(settings(job))
    crawler = process.create_crawler(WireSpider)
    process.crawl(crawler, job=job, recorder=WarehouseRecorder(warehouse, job))
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
        "DOWNLOAD_DELAY_JITTER": 0.0,  # the gap is the least, not the mean
        "CONCURRENT_REQUESTS": limits.concurrent,
        "CONCURRENT_REQUESTS_PER_DOMAIN": limits.concurrent_per_host,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": limits.gap_s,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # as listed: a crawl cut short has had the newest
        "REDIRECT_MAX_TIMES": limits.redirects,
        "METAREFRESH_ENABLED": False,
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524, 408],  # not 429: who is asked too much is not asked again
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
            "spiders.middlewares.Patience": 560,
            "spiders.middlewares.RawHeaders": 595,
        },
        "EXTENSIONS": {"scrapy.extensions.throttle.AutoThrottle": None, "spiders.gaps.Throttle": 0},
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "spiders.middlewares.PatientHandler"),
            **dict.fromkeys(("file", "data", "ftp", "s3")),
        },
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
        poll=PollRules(**fields["poll"]),
        run_id=fields["run_id"],
        day=date.fromisoformat(fields["day"]) if fields["day"] else None,
    )


def write_job(job: CrawlJob) -> str:
    """The job as JSON."""
    return json.dumps(asdict(job), default=date.isoformat)


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
