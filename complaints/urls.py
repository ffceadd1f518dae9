from django.urls import path

from complaints.urls_learning import urlpatterns as learning
from complaints.views import acts, bulk, calls, clocks, complaints, ledger, mails, work

app_name = "complaints"
urlpatterns = [
    path("", ledger.complaint_list, name="list"),
    path("status/", ledger.status, name="status"),
    path("bulk/<slug:name>/", bulk.act, name="bulk"),
    path("new/", complaints.complaint_create, name="create"),
    path("new/similar/", calls.similar, name="similar"),
    path("<int:pk>/chaser/", calls.chase, name="chase"),
    path("mails/", mails.mail_list, name="mails"),
    path("mails/<int:pk>/", mails.mail_detail, name="mail"),
    path("mails/<int:pk>/register/", mails.mail_register, name="mail_register"),
    path("mails/<int:pk>/reveal/", mails.mail_reveal, name="mail_reveal"),
    path("mails/<int:pk>/<slug:step>/", mails.mail_act, name="mail_act"),
    path("board/", clocks.board, name="board"),
    path("policies/", clocks.policy_list, name="policies"),
    path("policies/new/", clocks.policy_create, name="policy_create"),
    path("policies/reasons/new/", clocks.pause_reason_create, name="pause_reason_create"),
    path("policies/reasons/<int:pk>/turn/", clocks.pause_reason_turn, name="pause_reason_turn"),
    path("absences/", clocks.absence_list, name="absences"),
    path("absences/new/", clocks.absence_create, name="absence_create"),
    path("absences/<int:pk>/end/", clocks.absence_end, name="absence_end"),
    path("hand-over/<int:pk>/", clocks.hand_over, name="hand_over"),
    path("process/", work.process, name="process"),
    path("lists/", work.code_list_page, name="code_lists"),
    path("lists/<slug:code_list>/<slug:code>/", work.code_change, name="code_change"),
    path("templates/", work.template_list, name="reply_templates"),
    path("templates/new/", work.template_edit, name="reply_template_create"),
    path("templates/<int:pk>/", work.template_edit, name="reply_template_edit"),
    path("templates/<int:pk>/retire/", work.template_retire, name="reply_template_retire"),
    path("<int:pk>/letter/<int:n>/", work.letter, name="letter"),
    *learning,
    path("<int:pk>/", complaints.complaint_detail, name="detail"),
    path("<int:pk>/reveal/", complaints.complaint_reveal, name="reveal"),
    path("<int:pk>/<slug:step>/", acts.act, name="act"),
]
