from django.urls import include, path

urlpatterns = [
    path("api/", include("experiments.api.urls")),
    path("", include("experiments.page_urls")),
]
