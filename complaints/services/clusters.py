"""From a cluster to what is done about it: an improvement at its root, an entry of the library, feedback to a unit."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from complaints.models import Cluster
from complaints.selectors import clusters
from complaints.signals import cluster_raised
from core.workflow import InvalidTransition, record


@transaction.atomic
def keep(scope, *, category, cause, unit, note, by):
    """The Cluster of these complaints as they stand; the one that exists for the same days is returned."""
    found = list(clusters.records_of(scope, category, cause, unit).values_list("pk", flat=True))
    days = {"since": scope.start, "until": scope.end}
    existing = Cluster.objects.filter(category=category, cause=cause, unit=unit, **days).first()
    if existing:
        return existing
    if len(found) < 2:
        raise InvalidTransition(_("A cluster has at least two complaints."))
    try:
        with transaction.atomic():
            row = Cluster.objects.create(
                category=category, cause=cause, unit=unit, count=len(found), note=note, by=by, **days
            )  # fmt: skip
    except IntegrityError:
        return Cluster.objects.get(category=category, cause=cause, unit=unit, **days)
    row.complaints.set(found)
    record(row, "created", by=by, payload={"count": len(found)})
    return row


@transaction.atomic
def improve(cluster, *, by):
    """Ask for an improvement at the root (CMP-43); once, however often it is asked."""
    if cluster.raised:
        raise InvalidTransition(_("An improvement was asked for already."))
    record(cluster, "raised", by=by)
    cluster_raised.send(sender=Cluster, cluster=cluster, by=by)
    return cluster
