from django.urls import path

from problems.api import views

urlpatterns = [
    path("problems/", views.ProblemList.as_view(), name="api-problems"),
    path("problems/<str:number>/", views.ProblemDetail.as_view(), name="api-problem"),
    path("problems/<str:number>/claims/", views.ClaimCreate.as_view(), name="api-claim"),
]
