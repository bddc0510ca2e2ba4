"""The crawl as a child process that logs as its parent does.

The job comes on standard input, for it may hold a password, and arguments can be seen by everybody on the machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from wirewatch import logs
from wirewatch.settings import Settings
from wirewatch.show import LogForm


def command(settings: Settings) -> tuple[str, ...]:
    """The module, and how and where it is to log."""
    form, verbose, quiet = logs.chosen()
    return (__name__, form, str(verbose), str(int(quiet)), str(settings.logs), str(settings.log_days))


def main() -> None:
    """Crawl the job on standard input; write the stats into the file that the last argument names."""
    form, verbose, quiet, folder, days, stats_file = sys.argv[1:]
    logs.set_up(form=LogForm(form), verbose=int(verbose), quiet=quiet == "1")
    logs.keep_in(Path(folder), days=int(days))
    try:
        _crawl(Path(stats_file))
    except Exception as error:  # noqa: BLE001 - told in the log, where no secret is; its parent misses the stats
        logs.failed(error, with_trace=True, event="crawl failed")
        sys.exit(1)
    finally:
        logs.close()


def _crawl(stats_file: Path) -> None:
    from spiders.crawl import crawl, read_job

    job = read_job(sys.stdin.read())
    logs.share(step="collect", run=job.run_id)
    crawl(job, stats_file)


if __name__ == "__main__":
    main()
