"""Contact persons of a customer."""

import copy

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.access import needs
from core.forms import ReasonForm
from core.permissions import require
from core.views import get_visible_or_404, render_page
from customers.forms.contacts import ConsentForm, ContactForm, NewContactForm
from customers.models import ContactPerson, Customer
from customers.services import contacts
from customers.views.common import edits
from customers.views.customers import reveal_page


@edits
def contact_create(request, pk):
    customer = get_visible_or_404(Customer, request.user, pk=pk)
    require(request.user, "customers.maintain", customer)
    form = NewContactForm(request.POST or None)
    if form.is_valid():
        contacts.add(customer, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(customer)
    context = {
        "form": form,
        "title": _("New contact person"),
        "sub": customer,
        "back": customer.get_absolute_url(),
    }
    return render_page(request, "customers/form.html", context)


@edits
def contact_edit(request, pk):
    contact = maintained(request, pk)
    form = ContactForm(request.POST or None, instance=copy.copy(contact))
    if form.is_valid():
        contacts.edit(contact, by=request.user, **form.values())
        messages.success(request, _("Saved."))
        return redirect(contact)
    context = {
        "form": form,
        "title": _("Contact person"),
        "sub": contact.customer,
        "back": contact.get_absolute_url(),
    }
    return render_page(request, "customers/form.html", context)


@edits
def contact_consent(request, pk):
    contact = maintained(request, pk)
    form = ConsentForm(request.POST or None, initial={"agrees": "0" if contact.consent_survey else "1"})
    if form.is_valid():
        contacts.set_consent(contact, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(contact)
    context = {
        "form": form,
        "title": _("Consent to surveys"),
        "sub": contact,
        "back": contact.get_absolute_url(),
    }
    return render_page(request, "customers/form.html", context)


@edits
def contact_opt_out(request, pk):
    contact = maintained(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        contacts.opt_out(contact, by=request.user, comment=form.cleaned_data["reason"])
        messages.success(request, _("This person is not asked again."))
        return redirect(contact)
    context = {
        "form": form, "title": _("Do not ask %(name)s again") % {"name": contact}, "cancel_url": contact.get_absolute_url(),
        "submit_label": _("Do not ask again"),
        "consequences": [_("No survey goes to this person from now on."), _("Running invitations get no reminder.")],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@edits
def contact_erase(request, pk):
    contact = maintained(request, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        contacts.erase(contact, by=request.user, comment=form.cleaned_data["reason"])
        messages.success(request, _("Erased."))
        return redirect(contact)
    context = {
        "form": form, "title": _("Erase the data of %(name)s") % {"name": contact}, "cancel_url": contact.get_absolute_url(),
        "submit_label": _("Erase"), "danger": True, "fixed": _("This cannot be taken back."),
        "consequences": [
            _("Name, phone and mail are erased; nobody can read or find them any more."),
            _("What happened with the customer stays, without the person."),
        ],
    }  # fmt: skip
    return render_page(request, "components/confirm.html", context)


@needs("customers.reveal_personal")
def contact_reveal(request, pk):
    contact = get_visible_or_404(ContactPerson, request.user, pk=pk)
    return reveal_page(request, contact, back=contact.get_absolute_url())


def maintained(request, pk):
    contact = get_visible_or_404(ContactPerson, request.user, pk=pk)
    require(request.user, "customers.maintain", contact)
    return contact
