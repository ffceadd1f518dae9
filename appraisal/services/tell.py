"""Telling the people of a cycle; a second call for the same thing does nothing."""

from notifications.services import outbox


def tell(kind, person, *, by=None, url, about, key, **context):
    """Queue ``appraisal.<kind>`` for ``person`` unless that is who acted; ``about`` is the key of the row it names."""
    if person is None or not person.is_active or (by is not None and person.pk == by.pk):
        return
    outbox.queue(
        f"appraisal.{kind}", to_user=person, url=url, context={"about": about, **context},
        dedupe_key=f"appraisal:{kind}:{key}:{person.pk}",
    )  # fmt: skip
