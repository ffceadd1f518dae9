"""Whose rows a person sees, and the column by which an encrypted value is found."""

from django.db import models
from django.db.models import Q

from accounts.selectors import units_of
from core.crypto import blind_index


class VisibleQuerySet(models.QuerySet):
    """``visible_to``: everything with ``customers.see_all``; else what names the person, and with
    ``customers.see_unit`` what belongs to the units the person works in, with their sub-units."""

    UNITS = ("unit",)
    PEOPLE = ("owner",)

    def visible_to(self, user):
        if not user.is_active:
            return self.none()
        if user.has_perm("customers.see_all"):
            return self
        seen = Q()
        for path in self.PEOPLE:
            seen |= Q(**{path: user})
        if user.has_perm("customers.see_unit"):
            units = list(units_of(user))
            for path in self.UNITS:
                seen |= Q(**{f"{path}__in": units})
        return self.filter(seen)


class BlindIndexField(models.CharField):
    """Digest of another field in its compared form, kept in step whenever the row is saved.

    ``source`` is the encrypted field, ``form`` turns a text into what is compared, ``purpose`` separates
    kinds.
    """

    def __init__(self, *args, source=None, form=None, purpose="", **kwargs):
        self.source, self.form, self.purpose = source, form, purpose
        kwargs.update(max_length=64, blank=True, editable=False, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "editable", "default"):
            kwargs.pop(fixed, None)
        return name, "customers.models.base.BlindIndexField", args, kwargs

    def digest(self, text):
        form = self.form(text or "")
        return blind_index(form, purpose=self.purpose) if form else ""

    def pre_save(self, instance, add):
        value = self.digest(getattr(instance, self.source))
        setattr(instance, self.attname, value)
        return value


def with_indexes(model, fields):
    """``fields`` for an update, together with the index columns of those that have one."""
    indexes = [field for field in model._meta.concrete_fields if isinstance(field, BlindIndexField)]
    return fields | {field.name: field.digest(fields[field.source]) for field in indexes if field.source in fields}
