"""People and the organisation they work in."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import DepartmentType, Role, UnitKind
from core.i18n import pick, pinyin_key
from core.models import TimeStamped


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def with_capability(self, name):
        """Active people to whom a role grants ``app.verb_noun``."""
        app, codename = name.split(".")
        return (
            self.active()
            .filter(groups__permissions__codename=codename, groups__permissions__content_type__app_label=app)
            .distinct()
        )

    def visible_to(self, user):
        if user.has_perm("accounts.see_people") or user.has_perm("accounts.manage_people"):
            return self
        return self.filter(pk=user.pk)


class PortalUserManager(UserManager.from_queryset(UserQuerySet)):
    pass


class User(AbstractUser):
    """A person with a login. Names are shown whole (family name first in Chinese)."""

    first_name = last_name = None
    name_zh = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in Latin letters"), max_length=80, blank=True)
    name_key = models.CharField(max_length=200, editable=False, db_index=True)
    email = models.EmailField(_("e-mail"), unique=True)
    phone = models.CharField(_("extension"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    theme = models.CharField(_("appearance"), max_length=5, default="auto")
    lists = models.JSONField(_("choices for lists"), default=dict, blank=True)
    post = models.ForeignKey(
        "Post", models.PROTECT, null=True, blank=True, related_name="holders", verbose_name=_("post")
    )

    objects = PortalUserManager()
    REQUIRED_FIELDS = ["email", "name_zh"]

    class Meta:
        ordering = ["name_key"]
        permissions = [
            ("see_people", _("Can see people and the organisation")),
            ("manage_people", _("Can manage people, roles and the organisation")),
            ("see_supervision", _("Can see who is in the supervision group")),
            ("name_supervisors", _("Can name the supervision group")),
        ]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self):
        return pick(self, "name")

    def save(self, *args, **kwargs):
        self.name_key = pinyin_key(self.name_zh)
        super().save(*args, **kwargs)

    def get_full_name(self):
        return pick(self, "name")

    get_short_name = get_full_name

    @property
    def initial(self):
        return (self.name_zh or self.username)[:1].upper()


class OrgUnit(TimeStamped):
    """A place in the organisation: head office, branch or department. ``path`` is the list of ids from the root."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind)
    department_type = models.CharField(_("department type"), max_length=20, choices=DepartmentType, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    path = models.CharField(max_length=200, editable=False, db_index=True)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["path"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=UnitKind.DEPARTMENT) | ~Q(department_type=""), name="department_has_a_type"
            ),
        ]

    def __str__(self):
        return pick(self, "name")

    @property
    def head(self):
        """The person who heads the unit today, or None."""
        membership = self.memberships.current().filter(is_head=True).select_related("user").first()
        return membership.user if membership else None


class Post(models.Model):
    """A post, for example customer-service specialist."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120)

    class Meta:
        ordering = ["code"]
        verbose_name = _("post")
        verbose_name_plural = _("posts")

    def __str__(self):
        return pick(self, "name")


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gte=day)))

    def current(self):
        return self.on(timezone.localdate())


class Membership(models.Model):
    """Who belongs to which unit since when; a head answers for it."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="memberships", verbose_name=_("unit"))
    is_head = models.BooleanField(_("heads the unit"), default=False)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="membership_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["user", "unit"], condition=Q(until__isnull=True), name="one_open_membership"
            ),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(is_head=True, until__isnull=True), name="one_head_at_a_time"
            ),
        ]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self):
        return f"{self.user} – {self.unit}"


class SupervisionMembership(models.Model):
    """A member of the supervision group, named by management (ORG-06). While it runs the person writes nothing that is audited."""

    user = models.ForeignKey(User, models.PROTECT, related_name="supervision", verbose_name=_("person"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    named_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("named by"))

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="supervision_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(user=models.F("named_by")), name="nobody_names_themself"),
            models.UniqueConstraint(fields=["user"], condition=Q(until__isnull=True), name="one_open_supervision"),
        ]
        verbose_name = _("supervision membership")
        verbose_name_plural = _("supervision memberships")

    def __str__(self):
        return str(self.user)


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those shared with a role one has."""
        return self.filter(Q(owner=user) | Q(role__in=user.groups.values("name")))


class SavedView(TimeStamped):
    """A list as somebody wants to see it again: filters, order and columns as the query of its address. ``role`` shares it;
    it shows each person only the rows that person sees.
    """

    owner = models.ForeignKey(User, models.PROTECT, related_name="saved_views", verbose_name=_("made by"))
    page = models.CharField(_("list"), max_length=60)
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("filter"), max_length=2000, blank=True)
    role = models.CharField(_("shared with"), max_length=30, choices=Role, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "page", "name"], name="view_name_once")]
        permissions = [("share_views", _("Can share saved views with a role"))]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")

    def __str__(self):
        return self.name
