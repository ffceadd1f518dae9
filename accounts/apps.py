from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and organisation")

    def ready(self):
        from accounts import receivers  # noqa: F401  (login: language and theme cookies)
        from accounts.roles import sync_roles_after_migrate
        from core import history, nav

        post_migrate.connect(sync_roles_after_migrate, dispatch_uid="accounts.sync_roles")
        history.add_words({
            "disabled": _("Login disabled"), "enabled": _("Login enabled"), "joined": _("Joined a unit"), "left": _("Left a unit"),
            "named_supervisor": _("Named to the supervision group"), "released_supervisor": _("Left the supervision group"),
        })  # fmt: skip
        nav.add(
            nav.Entry("settings", _("People"), "accounts:user_list", ("accounts.see_people",), order=10),
            nav.Entry("settings", _("Organisation"), "accounts:unit_list", ("accounts.see_people",), order=20),
            nav.Entry("settings", _("Roles and rights"), "accounts:role_matrix", ("accounts.see_people",), order=30),
            nav.Entry(
                "supervision", _("Supervision group"), "accounts:supervision", ("accounts.see_supervision",), order=10
            ),
        )
