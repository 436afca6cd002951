from django.urls import include, path

from problems.views import pages

urlpatterns = [
    path("", pages.front, name="front"),
    path("", include("problems.list_urls")),
    path("", include("problems.problem_urls")),
    path("", include("problems.member_urls")),
    path("", include("problems.curator_urls")),
    path("api/", include("problems.api.urls")),
]
