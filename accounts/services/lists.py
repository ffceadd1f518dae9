"""How a person wants to see a list: columns, saved views, the one it opens with."""

from django.db import transaction
from django.http import QueryDict

from accounts.models import SavedView

LEFT_OUT = ("page", "after", "before", "format", "saved", "lang")  # what belongs to one look at a list


def choices(user, page):
    """{"columns": names, "opens_with": key of a view} as far as the person chose; without a query."""
    return user.lists.get(page, {})


def choose(user, page, **chosen):
    """Keep ``chosen`` for the list; None takes a choice back."""
    kept = {name: value for name, value in (choices(user, page) | chosen).items() if value is not None}
    user.lists = {**user.lists, page: kept}
    user.save(update_fields=["lists"])


@transaction.atomic
def save_view(user, page, *, name, query, role=""):
    """Keep the filters, order and columns of an address under ``name``; the same name again replaces it."""
    given = QueryDict(query, mutable=True)
    for key in LEFT_OUT:
        given.pop(key, None)
    made, _new = SavedView.objects.update_or_create(
        owner=user, page=page, name=name, defaults={"query": given.urlencode(), "role": role}
    )
    return made


@transaction.atomic
def delete_view(view):
    """Who opened the list with it sees the list as it is from now on."""
    view.delete()
