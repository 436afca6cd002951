"""Lists of problems, and what is made from them."""

from django.urls import path

from problems.views import data, exports, find, listing, saved_filters

urlpatterns = [
    path("problems/", listing.problem_list, name="problems"),
    path("problems/find/", find.find, name="find"),
    path("problems/export.csv", exports.problems_csv, name="problems-csv"),
    path("problems/export.json", exports.problems_json, name="problems-json"),
    path("categories/<int:number>/", listing.category, name="category"),
    path("categories/<int:number>/<slug:slug>/", listing.subcategory, name="subcategory"),
    path("difficulty/<str:letter>/", listing.difficulty, name="difficulty"),
    path("saved/", saved_filters.saved_filters, name="saved-filters"),
    path("saved/<int:pk>/", saved_filters.saved_filter, name="saved-filter"),
    path("saved/<int:pk>/rename/", saved_filters.rename, name="rename-filter"),
    path("saved/<int:pk>/delete/", saved_filters.delete, name="delete-filter"),
    path("data/", data.data, name="data"),
    path("data/now.json", data.data_now, name="data-now"),
    path("data/schema.json", data.data_schema, name="data-schema"),
    path("data/<str:name>", data.data_file, name="data-file"),
]
