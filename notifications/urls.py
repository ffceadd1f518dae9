from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read", views.read_all, name="read_all"),
    path("<int:pk>/open", views.open_notice, name="open"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:pk>/", views.message, name="message"),
    path("mail/", views.inbound, name="inbound"),
    path("mail/<int:pk>/", views.inbound_mail, name="inbound_mail"),
    path("mail/<int:pk>/again", views.inbound_again, name="inbound_again"),
    path("mail/<int:pk>/settle", views.inbound_settle, name="inbound_settle"),
    path("mail/<int:pk>/content", views.inbound_content, name="inbound_content"),
    path("outbox/<int:pk>/retry", views.retry, name="retry"),
]
