"""Login brings the profile's language and appearance to the browser."""

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver


@receiver(user_logged_in, dispatch_uid="accounts.profile_to_browser")
def profile_to_browser(sender, request, user, **kwargs):
    if request is not None:
        request.profile_to_browser = {"language": user.language, "theme": user.theme}
