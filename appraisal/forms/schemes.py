"""The scheme editor: mix, bands, standards and weights on one page; weights add up to exactly 100.00 (K1)."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import DepartmentType
from accounts.models import OrgUnit
from appraisal.indicators import REGISTRY
from appraisal.models import SchemeVersion, Standard, Weight
from core.forms import PortalForm, StepForm

MIX = ("share_self", "share_superior", "share_customers", "missing_max")
BANDS = ("from_excellent", "from_good", "from_pass")
MONEY = ("coefficient_excellent", "coefficient_good", "coefficient_pass", "coefficient_fail", "bonus_base")
STANDARD = ("floor", "target", "cap", "minimum_n")
NEW = "new"  # the row of weights for one more unit


class NewSchemeForm(PortalForm):
    name_zh = forms.CharField(label=gettext_lazy("Name (Chinese)"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=120)


class SchemeForm(StepForm):
    """Everything of a draft. ``matrix`` and ``standards`` are the fields as rows of tables."""

    extra_unit = forms.ModelChoiceField(
        label=gettext_lazy("One more unit"), queryset=OrgUnit.objects.filter(is_active=True), required=False
    )

    def __init__(self, *args, draft, **kwargs):
        super().__init__(*args, **kwargs)
        self.draft = draft
        for name in (*MIX, *BANDS, *MONEY):
            self.fields[name] = SchemeVersion._meta.get_field(name).formfield(initial=getattr(draft, name))
        self._add_standards({row.indicator: row for row in draft.standards.all()})
        self._add_weights(list(draft.weights.select_related("unit")))
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ModelChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def _add_standards(self, known):
        for code in REGISTRY:
            for name in STANDARD:
                initial = getattr(known.get(code), name, None)
                field = Standard._meta.get_field(name).formfield(initial=initial)
                field.widget.attrs["aria-label"] = f"{REGISTRY[code].title}: {field.label}"
                self.fields[f"{code}-{name}"] = field

    def _add_weights(self, rows):
        known = {(row.unit_id or row.department_type, row.indicator): row.weight for row in rows}
        units = {row.unit_id: row.unit for row in rows if row.unit_id}
        self.sets = {kind.value: (kind.label, (kind.value, None)) for kind in DepartmentType}
        self.sets |= {pk: (str(unit), ("", unit)) for pk, unit in units.items()}
        self.sets[NEW] = (_("One more unit"), None)
        for key, (label, _who) in self.sets.items():
            for code, indicator in REGISTRY.items():
                field = Weight._meta.get_field("weight").formfield(initial=known.get((key, code)), required=False)
                field.widget.attrs["aria-label"] = f"{label}: {indicator.title}"
                self.fields[self.weight_name(key, code)] = field

    @staticmethod
    def weight_name(key, code):
        return f"w-{key}-{code}"

    @property
    def indicators(self):
        return list(REGISTRY.values())

    @property
    def parts(self):
        """Headed groups of plain fields."""
        groups = ((_("Parts of the score"), MIX), (_("Grades"), BANDS), (_("Bonus"), MONEY))
        return [(title, [self[name] for name in names]) for title, names in groups]

    @property
    def standards(self):
        return [(one, [self[f"{code}-{name}"] for name in STANDARD]) for code, one in REGISTRY.items()]

    @property
    def matrix(self):
        """(label, [(indicator, field)], whether it is the row of one more unit) per set of weights."""
        return [
            (label, [(one.title, self[self.weight_name(key, code)]) for code, one in REGISTRY.items()], key == NEW)
            for key, (label, _who) in self.sets.items()
        ]

    def clean(self):
        found = super().clean()
        self._check_mix(found)
        self._check_bands(found)
        for code, indicator in REGISTRY.items():
            self._check_standard(code, indicator, found.get(f"{code}-floor"), found.get(f"{code}-target"))
        self.weights = {}
        for key, (label, who) in self.sets.items():
            self._check_weights(key, label, who, found)
        if not self.weights and not self.errors:
            self.add_error(None, _("A scheme needs weights for at least one kind of department."))
        return found

    def _check_mix(self, found):
        shares = [found.get(name) for name in MIX[:3]]
        if None not in shares and sum(shares) != 100:
            self.add_error(
                "share_customers", _("The three parts add up to %(total)s, not to 100.") % {"total": sum(shares)}
            )

    def _check_bands(self, found):
        bands = [found.get(name) for name in BANDS]
        if None not in bands and not bands[0] > bands[1] > bands[2] > 0:
            self.add_error("from_good", _("Each grade begins above the next: excellent, good, pass, and pass above 0."))

    def _check_standard(self, code, indicator, floor, target):
        if None in (floor, target):
            return
        if (target > floor) != indicator.higher_is_better or target == floor:
            words = _("more is better: the target lies above the floor") if indicator.higher_is_better else _(
                "less is better: the target lies below the floor")  # fmt: skip
            self.add_error(f"{code}-target", f"{indicator.title}: {words}")

    def _check_weights(self, key, label, who, found):
        row = {code: found.get(self.weight_name(key, code)) for code in REGISTRY}
        row = {code: weight for code, weight in row.items() if weight is not None}
        if key == NEW:
            unit = found.get("extra_unit")
            if bool(unit) != bool(row):
                self.add_error("extra_unit", _("One more unit needs its name and its weights."))
            who = ("", unit)
        if not row:
            return
        total = sum(row.values(), Decimal(0))
        if total != 100:
            self.add_error(
                self.weight_name(key, next(iter(row))),
                _("The weights of “%(who)s” add up to %(total)s, not to 100.") % {"who": label, "total": total},
            )
        self.weights[who] = row

    def values(self):
        """What services.schemes.save takes."""
        found = self.cleaned_data
        return {
            "fields": {name: found[name] for name in (*MIX, *BANDS, *MONEY)},
            "standards": {code: {name: found[f"{code}-{name}"] for name in STANDARD} for code in REGISTRY},
            "weights": self.weights,
        }
