from django.urls import path

from problems.api import claims, comments, detail, views

urlpatterns = [
    path("problems/", views.ProblemList.as_view(), name="api-problems"),
    path("problems/<str:number>/", detail.ProblemDetail.as_view(), name="api-problem"),
    path("problems/<str:number>/comments/", comments.ProblemComments.as_view(), name="api-comments"),
    path("comments/<int:pk>/", comments.CommentDetail.as_view(), name="api-comment"),
    path("problems/<str:number>/claim/note/", claims.NoteCreate.as_view(), name="api-claim-note"),
    path("problems/<str:number>/claims/", claims.ClaimCreate.as_view(), name="api-claim"),
]
