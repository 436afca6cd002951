"""The page of a problem and all that one does there."""

from django.urls import path

from problems.views import claim_links, claims, contributions, discussion, problem, revisions

urlpatterns = [
    path("p/<str:number>/", problem.alias, name="alias"),
    path("problems/<str:number>/", problem.problem_detail, name="problem"),
    path("problems/<str:number>/revisions/", revisions.history, name="revisions"),
    path("problems/<str:number>/revisions/<int:n>/", revisions.revision, name="revision"),
    path("problems/<str:number>/references/", contributions.add_reference, name="add-reference"),
    path("problems/<str:number>/help/", contributions.ask_for_help, name="ask-for-help"),
    path("problems/<str:number>/help/<int:pk>/close/", contributions.close_help, name="close-help"),
    path("problems/<str:number>/claim/", claims.claim, name="claim"),
    path("problems/<str:number>/claim/note/", claims.note, name="claim-note"),
    path("problems/<str:number>/claim/resume/", claims.resume, name="claim-resume"),
    path("problems/<str:number>/claim/release/", claims.release, name="claim-release"),
    path("claims/<str:token>/still-on-it/", claim_links.keep, name="claim-keep"),
    path("claims/<str:token>/release/", claim_links.leave, name="claim-leave"),
    path("claims/mail/<str:token>/stop/", claim_links.stop_mail, name="claim-mail-stop"),
    path("problems/<str:number>/comments/", discussion.on_problem, name="problem-comments"),
    path("ideas/<int:pk>/comments/", discussion.on_idea, name="idea-comments"),
    path("comments/<int:pk>/", discussion.permalink, name="comment"),
    path("comments/<int:pk>/edit/", discussion.edit, name="comment-edit"),
    path("comments/<int:pk>/remove/", discussion.remove, name="comment-remove"),
]
