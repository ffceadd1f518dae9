"""Survey material from hand to hand; both sides confirm (DAT-03, 04, PRV-07)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.workflow import InvalidTransition, edit, start
from notifications.services import outbox
from surveys.choices import CustodyState, HandoverKind, HandoverState
from surveys.models import Handover
from surveys.services import custody as custodies
from surveys.workflows import HANDOVER


@transaction.atomic
def submit(custody, *, by, **fields):
    """Give material away: ``kind``, ``receiver``, ``from_unit``, ``to_unit``, ``handed_on``, ``forms_n``, ``serials``, ``remark``."""
    _check(custody, fields | {"giver": by})
    if (
        Handover.objects.filter(custody=custody, kind=fields["kind"], giver=by)
        .exclude(state=HandoverState.ACCEPTED)
        .exists()
    ):
        raise InvalidTransition(
            _("A hand-over of yours is still under way. Change that one, or wait for its receiver.")
        )
    made = start(Handover(custody=custody, giver=by, **fields), by=by)
    _tell(made, made.receiver, "surveys.handover_to_confirm")
    return made


@transaction.atomic
def submit_again(handover, *, by, expected_version=None, **fields):
    """Hand over once more what was returned, put right."""
    _check(
        handover.custody,
        {name: getattr(handover, name) for name in ("kind", "receiver", "handed_on")} | fields | {"giver": by},
    )
    edit(handover, by=by, expected_version=expected_version, **fields)
    HANDOVER.move(handover, HandoverState.SUBMITTED, by=by, decided_at=None)
    _tell(handover, handover.receiver, "surveys.handover_to_confirm")
    return handover


@transaction.atomic
def accept(handover, *, by, expected_version=None):
    """The receiver has everything that the record says. Material for keeping is in custody of the receiver from now on."""
    HANDOVER.move(handover, HandoverState.ACCEPTED, by=by, decided_at=timezone.now(), expected_version=expected_version)
    if handover.kind == HandoverKind.KEEPING:
        custodies.keep(handover.custody, by=by, custodian=handover.receiver, since=handover.handed_on)
    _tell(handover, handover.giver, "surveys.handover_accepted")
    return handover


@transaction.atomic
def send_back(handover, *, by, reason, expected_version=None):
    """Something is missing or wrong: back to the giver."""
    HANDOVER.move(
        handover, HandoverState.RETURNED, by=by, comment=reason, decided_at=timezone.now(),
        expected_version=expected_version,
    )  # fmt: skip
    _tell(handover, handover.giver, "surveys.handover_returned")
    return handover


def _check(custody, fields):
    if custody.state in CustodyState.gone():
        raise InvalidTransition(_("This material is being disposed of, or is gone."))
    if fields["kind"] == HandoverKind.KEEPING:
        if custody.state == CustodyState.KEPT:
            raise InvalidTransition(_("The material is in custody of %(name)s already.") % {"name": custody.custodian})
        able = type(fields["receiver"]).objects.with_capability("surveys.keep_material")
        if not able.filter(pk=fields["receiver"].pk).exists():
            raise InvalidTransition(
                _("%(name)s cannot be a custodian: no role of theirs allows it.") % {"name": fields["receiver"]}
            )
    if fields["giver"].pk == fields["receiver"].pk:
        raise InvalidTransition(_("Nobody hands over to themself. Choose who receives it."))
    if fields["handed_on"] > timezone.localdate():
        raise InvalidTransition(_("A hand-over is written down on its day, not before."))


def _tell(handover, user, kind):
    custody = handover.custody
    outbox.queue(
        kind, to_user=user, mail=False, url=custody.get_absolute_url(),
        context={"wave": custody.wave.code, "n": handover.forms_n},
        dedupe_key=f"{kind}:{handover.pk}:{handover.version}",
    )  # fmt: skip
