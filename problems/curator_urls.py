"""Pages for curators."""

from django.urls import path

from problems.views import catalogue, curating, imports, moderation

urlpatterns = [
    path("moderation/", moderation.queue, name="moderation"),
    path("moderation/acts/", moderation.audit, name="curator-acts"),
    path("moderation/<str:kind>/<int:pk>/approve/", moderation.approve_one, name="approve"),
    path("moderation/<str:kind>/<int:pk>/reject/", moderation.reject_one, name="reject"),
    path("people/<str:handle>/approve-all/", moderation.approve_all, name="approve-all"),
    path("people/<str:handle>/standing/", moderation.standing, name="standing"),
    path("curate/", catalogue.catalogue, name="curate"),
    path("curate/categories/new/", catalogue.new_category, name="new-category"),
    path("curate/categories/<int:number>/", catalogue.edit_category, name="edit-category"),
    path("curate/import/", imports.import_problems, name="import"),
    path("curate/row/", imports.import_row, name="import-row"),
    path("problems/<str:number>/curate/edit/", curating.edit, name="curate-edit"),
    path("problems/<str:number>/curate/take-in/", curating.take_in, name="curate-take-in"),
    path("problems/<str:number>/curate/split/", curating.split, name="curate-split"),
    path("problems/<str:number>/curate/merge/", curating.merge, name="curate-merge"),
    path("problems/<str:number>/curate/merge/undo/", curating.unmerge, name="curate-unmerge"),
    path("problems/<str:number>/curate/resolve/", curating.resolve_by_run, name="curate-resolve"),
    path("problems/<str:number>/curate/resolve/<int:pk>/undo/", curating.reopen, name="curate-reopen"),
]
