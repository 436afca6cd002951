from django.urls import include, path

from problems.views import claims, exports, listing, pages, problem

urlpatterns = [
    path("", pages.front, name="front"),
    path("problems/", listing.problem_list, name="problems"),
    path("problems/export.csv", exports.problems_csv, name="problems-csv"),
    path("problems/export.json", exports.problems_json, name="problems-json"),
    path("problems/<str:number>/", problem.problem_detail, name="problem"),
    path("problems/<str:number>/claim/", claims.claim, name="claim"),
    path("problems/<str:number>/claim/note/", claims.note, name="claim-note"),
    path("problems/<str:number>/claim/release/", claims.release, name="claim-release"),
    path("p/<str:number>/", problem.alias, name="alias"),
    path("categories/<int:number>/", pages.category, name="category"),
    path("ideas/", pages.ideas, name="ideas"),
    path("api/", include("problems.api.urls")),
    path("people/<str:handle>/", pages.person, name="person"),
]
