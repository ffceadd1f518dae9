"""Confidential answers that give a ground to open their seal, for the keeper; nobody is named here (PRV-02)."""

from django.db.models import Exists, OuterRef, Q

from surveys.models import ContactRequest, LowAnswer, Response

MOST = 300


def waiting(wave):
    """At most MOST answers of ``wave`` with a ground: ``is_low``, ``is_wish`` and their openings."""
    low, wish = (model.objects.filter(response=OuterRef("pk")) for model in (LowAnswer, ContactRequest))
    rows = Response.objects.filter(wave=wave).exclude(seal="").annotate(is_low=Exists(low), is_wish=Exists(wish))
    rows = rows.filter(Q(is_low=True) | Q(is_wish=True)).defer("seal").prefetch_related("openings__by")
    return rows.order_by("-submitted_on", "pk")[:MOST]
