"""Customer files."""

import copy

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.access import needs
from core.exports import respond
from core.lists import list_page
from core.panels import panels
from core.permissions import allows, require
from core.views import get_visible_or_404, render_page
from customers import selectors
from customers.filters import CustomerFilter
from customers.forms.contacts import RevealForm
from customers.forms.customers import CustomerForm, HoldForm, PersonalExportForm
from customers.models import ContactHold, ContactPerson, Customer
from customers.services import customers, holds, reveal
from customers.tables import ContactExportTable, CustomerTable
from customers.views.common import edits, sees


@sees
def customer_list(request):
    rows = Customer.objects.visible_to(request.user).select_related("unit", "owner")
    found = CustomerFilter(request.GET, rows, request=request)
    return list_page(request, "customers/customer_list.html", found, CustomerTable, title=_("Customers"))


@sees
def customer_options(request):
    """Suggestions while a name is typed."""
    text = request.GET.get("customer_name", "")[:100]
    rows = Customer.objects.visible_to(request.user).active().named(text)[:12] if text.strip() else ()
    return render_page(request, "customers/customer_options.html", {"customers": rows})


@sees
def customer_detail(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    contacts = customer.contacts.annotate(is_held=Exists(ContactHold.objects.current().filter(contact=OuterRef("pk"))))
    context = {
        "customer": customer,
        "contacts": contacts,
        "holds": customer.holds.current().select_related("contact", "placed_by"),
        "tabs": selectors.customer_tabs(customer, request.user, request.GET.get("tab")),
        "events": customer.transitions.select_related("by", "on_behalf_of").order_by("-pk")[:20],
        "panels": panels("customers.customer", request, customer),
        "may": {
            "edit": allows(request.user, "customers.maintain", customer),
            "reveal": allows(request.user, "customers.reveal", customer),
            "log": allows(request.user, "customers.log", customer),
        },
    }
    return render_page(request, "customers/customer_detail.html", context, partial="records")


@edits
def customer_create(request):
    form = CustomerForm(request.POST or None, user=request.user)
    if form.is_valid():
        customer = customers.create(by=request.user, **form.values())
        messages.success(request, _("Opened. Now add whom to call."))
        return redirect("customers:contact_create", customer.pk)
    context = {"form": form, "title": _("New customer"), "back": reverse("customers:customer_list")}
    return render_page(request, "customers/form.html", context)


@edits
def customer_edit(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    require(request.user, "customers.maintain", customer)
    form = CustomerForm(request.POST or None, instance=copy.copy(customer), user=request.user)
    if form.is_valid():
        customers.edit(customer, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(customer)
    return render_page(
        request, "customers/form.html", {"form": form, "title": customer, "back": customer.get_absolute_url()}
    )


@edits
def hold_create(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    require(request.user, "customers.maintain", customer)
    form = HoldForm(request.POST or None, customer=customer)
    if form.is_valid():
        holds.place(customer, by=request.user, **form.values())
        messages.success(request, _("Held. Samples leave this customer out from now on."))
        return redirect(customer)
    context = {"form": form, "title": _("Hold back from surveys"), "back": customer.get_absolute_url()}
    return render_page(request, "customers/form.html", context)


@require_POST
@edits
def hold_lift(request, pk, hold_pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    require(request.user, "customers.maintain", customer)
    holds.lift(get_object_or_404(customer.holds, pk=hold_pk), by=request.user)
    messages.success(request, _("Lifted."))
    return redirect(customer)


@needs("customers.reveal_personal")
def address_reveal(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    return reveal_page(request, customer, back=customer.get_absolute_url())


def reveal_page(request, row, *, back):
    """Ask for the reason, then show the personal data of ``row`` once; nothing of it reaches an address or a cache."""
    require(request.user, "customers.reveal", row)
    form = RevealForm(request.POST or None)
    shown = reveal.show(row, by=request.user, reason=form.cleaned_data["reason"]) if form.is_valid() else None
    labels = {field.name: field.verbose_name for field in row._meta.concrete_fields}
    facts = [(labels[name], value) for name, value in (shown or {}).items()]
    context = {"form": form, "row": row, "facts": facts, "is_shown": shown is not None, "back": back}
    return render_page(request, "customers/reveal.html", context)


@needs("customers.export_personal")
def contact_export(request):
    """Contact persons of the filtered customers, in full, against a reason."""
    rows = Customer.objects.visible_to(request.user)
    found = CustomerFilter(request.GET, rows, request=request)
    chosen = found.qs if found.form.is_valid() and not found.unknown else rows.none()
    contacts = ContactPerson.objects.filter(customer__in=chosen, erased_at=None).select_related("customer")
    form = PersonalExportForm(request.POST or None)
    if form.is_valid():
        reveal.record_export(request.user, what="contacts", rows=contacts.count(), reason=form.cleaned_data["reason"])
        table = ContactExportTable(contacts.order_by("customer__code", "pk"), request=request)
        return respond(request, table, str(_("Contact persons")), form.cleaned_data["format"], filterset=found)
    context = {
        "form": form,
        "number": contacts.count(),
        "filter": found,
        "back": reverse("customers:customer_list"),
    }
    return render_page(request, "customers/contact_export.html", context)
