"""Every URL states its access: ``public``, ``everyone`` (any signed-in person) or ``needs(capability, …)``.

A test walks the resolver and fails on a view that states none.
"""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.utils.translation import gettext_lazy as _

from core.permissions import Refused


def public(view):
    """No login; the view guards itself (token, code) or shows nothing private."""
    view = login_not_required(view)
    view.access = ("public",)
    return view


def everyone(view):
    """Any signed-in person."""
    view.access = ("everyone",)
    return view


def needs(*capabilities):
    """Only people to whom a role grants at least one of ``capabilities``."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not any(request.user.has_perm(name) for name in capabilities):
                raise Refused(_("Your role does not include this page."))
            return view(request, *args, **kwargs)

        guarded.access = capabilities
        return guarded

    return decorate
