"""Rights of several roles add up, except that a member of the supervision group writes nothing it audits."""

from django.contrib.auth.backends import ModelBackend

from accounts.roles import is_write


class ActiveRoles(ModelBackend):
    """Grants what the user's roles grant; never logs anybody in (allauth does)."""

    def authenticate(self, request, **credentials):
        return None

    def get_all_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        if not hasattr(user_obj, "_perm_cache"):
            granted = set(self._group_names(user_obj))
            if any(name for name in granted if is_write(name)) and supervises(user_obj):
                granted = {name for name in granted if not is_write(name)}
            user_obj._perm_cache = granted
        return user_obj._perm_cache

    def _group_names(self, user_obj):
        from django.contrib.auth.models import Permission

        rows = (
            Permission.objects.filter(group__user=user_obj)
            .values_list("content_type__app_label", "codename")
            .order_by()
        )
        return {f"{app}.{codename}" for app, codename in rows}

    def has_perm(self, user_obj, perm, obj=None):
        return user_obj.is_active and perm in self.get_all_permissions(user_obj, obj)


def supervises(user):
    """Is the user in the supervision group today?"""
    return user.supervision.current().exists()
