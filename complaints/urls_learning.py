"""Figures, clusters, case library, meetings, case reports, feedback; part of the ledger's addresses."""

from django.urls import path

from complaints.views import figures, learning, library

urlpatterns = [
    path("figures/", figures.figures, name="figures"),
    path("figures/targets/", figures.figure_targets, name="figure_targets"),
    path("clusters/", learning.clusters, name="clusters"),
    path("clusters/new/", learning.cluster_create, name="cluster_create"),
    path("clusters/<int:pk>/", learning.cluster, name="cluster"),
    path("clusters/<int:pk>/improve/", learning.cluster_improve, name="cluster_improve"),
    path("library/", library.library, name="library"),
    path("library/new/", library.library_create, name="library_create"),
    path("library/<int:pk>/", library.library_entry, name="library_entry"),
    path("library/<int:pk>/edit/", library.library_edit, name="library_edit"),
    path("library/<int:pk>/<slug:step>/", library.library_step, name="library_step"),
    path("meetings/", library.meeting_list, name="case_meetings"),
    path("meetings/new/", library.meeting_create, name="case_meeting_create"),
    path("meetings/<int:pk>/", library.meeting, name="case_meeting"),
    path("meetings/<int:pk>/edit/", library.meeting_edit, name="case_meeting_edit"),
    path("case-reports/", learning.case_report_list, name="case_reports"),
    path("case-reports/<int:pk>/", learning.case_report, name="case_report"),
    path("case-reports/<int:pk>/edit/", learning.case_report_edit, name="case_report_edit"),
    path("case-reports/<int:pk>/preview/", learning.case_report_preview, name="case_report_preview"),
    path("case-reports/<int:pk>/file/<int:file_pk>/", learning.case_report_file, name="case_report_file"),
    path("case-reports/<int:pk>/<slug:step>/", learning.case_report_step, name="case_report_step"),
    path("feedback/", learning.feedback_list, name="feedback_list"),
    path("feedback/new/", learning.feedback_create, name="feedback_create"),
    path("feedback/<int:pk>/", learning.feedback_detail, name="feedback"),
    path("feedback/<int:pk>/edit/", learning.feedback_edit, name="feedback_edit"),
    path("feedback/<int:pk>/<slug:step>/", learning.feedback_step, name="feedback_step"),
]
