"""The scheme editor: mix and bands, what an indicator's value is worth, and weights per kind of department or unit."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import DepartmentType
from accounts.models import OrgUnit
from appraisal.choices import Grade, Source
from appraisal.indicators import REGISTRY
from core.forms import PortalForm, StepForm

UNIT_ROWS = 3  # units with weights of their own, beyond those that have some already
MIX = [f"share_{source.value}" for source in Source]
CUT_OFFS = ("from_excellent", "from_good", "from_pass")
COEFFICIENTS = [f"coefficient_{grade.value}" for grade in Grade]
OTHERS = ("missing_max", "bonus_base")
STANDARD = ("floor", "target", "cap", "minimum_n")


class NewSchemeForm(PortalForm):
    name_zh = forms.CharField(label=gettext_lazy("Name (Chinese)"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=120)


def number(label, *, places=2, **options):
    """A small number box; the step allows what may be typed."""
    box = forms.NumberInput(attrs={"step": "any", "class": "short", "inputmode": "decimal"})
    return forms.DecimalField(label=label, decimal_places=places, max_digits=10, widget=box, **options)


class SchemeForm(StepForm):
    """A draft as one page of small tables; ``values()`` is what ``schemes.save`` takes."""

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, version=instance.version, **kwargs)
        self.instance = instance
        self._plain(instance)
        self._standards({row.indicator: row for row in instance.standards.all()})
        self._weights(instance.weights.select_related("unit"))

    def _plain(self, instance):
        names = [*MIX, *CUT_OFFS, *COEFFICIENTS, *OTHERS]
        for name in names:
            model_field = instance._meta.get_field(name)
            most = None if name.startswith(("coefficient", "bonus")) else 100
            field = number(model_field.verbose_name, min_value=0, max_value=most)
            self.fields[name], self.initial[name] = field, getattr(instance, name)

    def _standards(self, known):
        labels = {name: field.verbose_name for name, field in _fields("Standard").items()}
        for code in REGISTRY:
            for name in STANDARD:
                label = f"{REGISTRY[code].title}: {labels[name]}"
                if name == "minimum_n":
                    box = forms.NumberInput(attrs={"class": "short"})
                    field = forms.IntegerField(label=label, min_value=1, widget=box)
                elif name == "cap":
                    field = number(label, min_value=100, max_value=120)
                else:
                    field = number(label, places=3)
                self.fields[f"{code}__{name}"] = field
                if code in known:
                    self.initial[f"{code}__{name}"] = getattr(known[code], name)

    def _weights(self, rows):
        """One row per kind of department, then units with their own."""
        found = {}
        for row in rows:
            found.setdefault((row.department_type, row.unit), {})[row.indicator] = row.weight
        self.sets = [(f"kind_{kind.value}", kind.label, found.get((kind.value, None), {})) for kind in DepartmentType]
        own = [(unit, weights) for (_kind, unit), weights in found.items() if unit is not None]
        own += [(None, {})] * UNIT_ROWS
        for place, (unit, _weights) in enumerate(own):
            units = OrgUnit.objects.filter(is_active=True)
            label = gettext_lazy("Unit with weights of its own")
            self.fields[f"unit_{place}"] = forms.ModelChoiceField(units, label=label, required=False, initial=unit)
        self.sets += [(f"unit_{place}", "", weights) for place, (_unit, weights) in enumerate(own)]
        for key, label, weights in self.sets:
            for code in REGISTRY:
                name = f"{key}__{code}"
                words = f"{label or _('Unit')}: {REGISTRY[code].title}"
                self.fields[name] = number(words, min_value=0, max_value=100, required=False)
                self.initial[name] = weights.get(code)

    # What the page shows

    @property
    def mix_fields(self):
        return [self[name] for name in MIX]

    @property
    def band_rows(self):
        """[(grade, box of its first score or None, box of its coefficient)], best first."""
        firsts = [*CUT_OFFS, None]
        return [
            (grade, self[first] if first else None, self[f"coefficient_{grade.value}"])
            for grade, first in zip(Grade, firsts, strict=True)
        ]

    @property
    def other_fields(self):
        return [self[name] for name in OTHERS]

    @property
    def standard_rows(self):
        return [(REGISTRY[code], [self[f"{code}__{name}"] for name in STANDARD]) for code in REGISTRY]

    @property
    def weight_rows(self):
        """[(label, box of the unit or None, boxes of the indicators)]."""
        return [
            (label, self[key] if key.startswith("unit_") else None, [self[f"{key}__{code}"] for code in REGISTRY])
            for key, label, _weights in self.sets
        ]

    # What was typed

    def clean(self):
        data = super().clean()
        self._check_mix(data)
        self._check_bands(data)
        for code, indicator in REGISTRY.items():
            self._check_standard(data, code, indicator)
        self.weights = {}
        for key, label, _known in self.sets:
            self._check_weights(data, key, label)
        if not self.weights and not self.errors:
            self.add_error(None, _("No weights are given, so nobody would be appraised."))
        return data

    def _check_mix(self, data):
        shares = [data.get(name) for name in MIX]
        if None not in shares and sum(shares) != 100:
            self.add_error(MIX[0], _off(_("The three shares"), sum(shares)))

    def _check_bands(self, data):
        firsts = [data.get(name) for name in CUT_OFFS]
        if None not in firsts and not 100 >= firsts[0] > firsts[1] > firsts[2] > 0:
            self.add_error(
                CUT_OFFS[0], _("The first scores must fall from excellent to pass, and pass must be above 0.")
            )

    def _check_standard(self, data, code, indicator):
        floor, target = data.get(f"{code}__floor"), data.get(f"{code}__target")
        if floor is None or target is None:
            return
        if floor == target:
            self.add_error(f"{code}__target", _("Floor and target must differ."))
        elif (target > floor) != indicator.higher_is_better:
            wanted = _("above") if indicator.higher_is_better else _("below")
            self.add_error(
                f"{code}__target", _("%(direction)s here, so the target must be %(wanted)s the floor.")
                % {"direction": indicator.direction, "wanted": wanted},
            )  # fmt: skip

    def _check_weights(self, data, key, label):
        given = {code: data.get(f"{key}__{code}") for code in REGISTRY}
        weights = {code: weight for code, weight in given.items() if weight}
        unit = data.get(key) if key.startswith("unit_") else None
        if not weights and unit is None:
            return
        who = label or (str(unit) if unit else "")
        if not who:
            self.add_error(key, _("Choose the unit that these weights are for."))
            return
        total = sum(weights.values(), Decimal(0))
        first = key if unit is not None else f"{key}__{next(iter(REGISTRY))}"
        if total != 100:
            self.add_error(first, _off(_("The weights of “%(who)s”") % {"who": who}, total))
            return
        name = ("", unit) if unit is not None else (key.removeprefix("kind_"), None)
        if name in self.weights:
            self.add_error(first, _("“%(who)s” has weights already.") % {"who": who})
        self.weights[name] = weights

    def values(self):
        data = self.cleaned_data
        return {
            "expected_version": data["version"],
            "fields": {name: data[name] for name in (*MIX, *CUT_OFFS, *COEFFICIENTS, *OTHERS)},
            "standards": {code: {name: data[f"{code}__{name}"] for name in STANDARD} for code in REGISTRY},
            "weights": self.weights,
        }


def _fields(name):
    from appraisal import models

    return {field.name: field for field in getattr(models, name)._meta.fields}


def _off(who, total):
    """The weights of “Support” add up to 95.00; exactly 100.00 is needed (5.00 missing)."""
    lack = 100 - total
    words = _("%(who)s add up to %(total)s; exactly 100.00 is needed (%(lack)s missing).")
    if lack < 0:
        words = _("%(who)s add up to %(total)s; exactly 100.00 is needed (%(lack)s too much).")
    return words % {"who": who, "total": f"{total:.2f}", "lack": f"{abs(lack):.2f}"}
