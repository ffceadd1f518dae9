from django.urls import path

from accounts import views, views_lists

app_name = "accounts"
urlpatterns = [
    path("", views.user_list, name="user_list"),
    path("new", views.user_create, name="user_create"),
    path("<int:pk>/", views.user_detail, name="user_detail"),
    path("<int:pk>/edit", views.user_edit, name="user_edit"),
    path("<int:pk>/disable", views.user_disable, name="user_disable"),
    path("<int:pk>/memberships/new", views.membership_create, name="membership_create"),
    path("memberships/<int:pk>/end", views.membership_end, name="membership_end"),
    path("units/", views.unit_list, name="unit_list"),
    path("units/new", views.unit_create, name="unit_create"),
    path("units/<int:pk>/", views.unit_detail, name="unit_detail"),
    path("units/<int:pk>/edit", views.unit_edit, name="unit_edit"),
    path("roles/", views.role_matrix, name="role_matrix"),
    path("supervision/", views.supervision, name="supervision"),
    path("supervision/new", views.supervisor_name, name="supervisor_name"),
    path("supervision/<int:pk>/release", views.supervisor_release, name="supervisor_release"),
    path("lists/save", views_lists.view_save, name="view_save"),
    path("lists/columns", views_lists.columns_save, name="columns_save"),
    path("lists/<int:pk>/delete", views_lists.view_delete, name="view_delete"),
    path("lists/<int:pk>/open-with", views_lists.view_open_with, name="view_open_with"),
    path("me/", views.profile, name="profile"),
]
