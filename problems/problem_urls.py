"""The page of a problem and all that one does there."""

from django.urls import path

from problems.views import claim_links, claims, problem

urlpatterns = [
    path("p/<str:number>/", problem.alias, name="alias"),
    path("problems/<str:number>/", problem.problem_detail, name="problem"),
    path("problems/<str:number>/claim/", claims.claim, name="claim"),
    path("problems/<str:number>/claim/note/", claims.note, name="claim-note"),
    path("problems/<str:number>/claim/resume/", claims.resume, name="claim-resume"),
    path("problems/<str:number>/claim/release/", claims.release, name="claim-release"),
    path("claims/<str:token>/still-on-it/", claim_links.keep, name="claim-keep"),
    path("claims/<str:token>/release/", claim_links.leave, name="claim-leave"),
    path("claims/mail/<str:token>/stop/", claim_links.stop_mail, name="claim-mail-stop"),
]
