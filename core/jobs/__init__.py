"""Long work as a row: starts after commit, shows its progress, can be cancelled, survives a dead worker.

    @job("customers.export")
    def export(job, progress):                 # job.params, job.owner; texts are in job.language
        progress.total(rows.count())
        for row in rows.iterator():
            …
            progress.step()                    # raises Cancelled within two seconds of a cancel
        keep_file(job, "客户.xlsx", file)      # private; offered on the job's page
        return {"url": reverse(…)}             # job.result; "url" becomes the button "Open the result"

    job = start("customers.export", by=user, title=_("Export of customers"), params={…})

The module with the handler is imported in AppConfig.ready(). A handler may run twice (its worker died): write
all or nothing, and see what the first run left. ``raise Failed(sentence)`` ends it with a sentence for the
owner. ``params["upload"]`` may name a stored file that belongs to the job: it goes when the result goes.
"""

from core.jobs.progress import Cancelled, Progress
from core.jobs.runner import FILES_KEPT, Failed, cancel, forget_files, job, keep_file, run, start, sweep, visible
from core.jobs.views import job_cancel, job_detail, job_file, job_list

__all__ = [
    "FILES_KEPT",
    "Cancelled",
    "Failed",
    "Progress",
    "cancel",
    "forget_files",
    "job",
    "job_cancel",
    "job_detail",
    "job_file",
    "job_list",
    "keep_file",
    "run",
    "start",
    "sweep",
    "visible",
]
