from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("", views.report_list, name="report_list"),
    path("new", views.report_make, name="report_make"),
    path("<int:pk>/", views.report_detail, name="report_detail"),
    path("<int:pk>/figures/<slug:code>", views.figure, name="figure"),
    path("<int:pk>/texts/<slug:part>", views.report_text, name="report_text"),
    path("<int:pk>/submit", views.report_submit, name="report_submit"),
    path("<int:pk>/approve", views.report_approve, name="report_approve"),
    path("<int:pk>/send-back", views.report_send_back, name="report_send_back"),
    path("<int:pk>/redraw", views.report_redraw, name="report_redraw"),
    path("<int:pk>/issue", views.report_issue, name="report_issue"),
    path("<int:pk>/read", views.report_read, name="report_read"),
    path("<int:pk>/files/<int:file_pk>", views.report_file, name="report_file"),
    path("<int:pk>/preview.pdf", views.report_preview, name="report_preview"),
]
