from django.urls import URLPattern, URLResolver, path

from experiments import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("recipes/new/", views.new_recipe, name="new_recipe"),
    path("recipes/draft/", views.draft, name="draft"),
    path("recipes/<int:pk>/", views.recipe, name="recipe"),
    path("recipes/<int:pk>/run/", views.run_recipe, name="run_recipe"),
    path("runs/<int:pk>/", views.run, name="run"),
    path("runs/<int:pk>/card/", views.run_card, name="run_card"),
    path("runs/<int:pk>/live/", views.run_live, name="run_live"),
    path("runs/<int:pk>/log/", views.run_log, name="run_log"),
    path("runs/<int:pk>/log.txt", views.run_log_text, name="run_log_text"),
    path("runs/<int:pk>/files/", views.run_files, name="run_files"),
    path("runs/<int:pk>/curves/", views.run_curves, name="run_curves"),
    path("runs/<int:pk>/panels/", views.run_panels, name="run_panels"),
    path("runs/<int:pk>/panels/<str:key>/", views.panel_figure, name="panel_figure"),
    path("runs/<int:pk>/cancel/", views.cancel_run, name="cancel_run"),
    path("runs/<int:pk>/pin/", views.pin, name="pin_run"),
    path("runs/<int:pk>/again/", views.run_again, name="run_again"),
    path("people/<str:handle>/quotas/", views.person_quotas, name="person_quotas"),
    path("compare/", views.compare, name="compare"),
    path("compare/curves/", views.compare_curves, name="compare_curves"),
    path("experiments/", views.experiments, name="experiments"),
    path("operations/", views.operations, name="operations"),
    path("operations/pauses/", views.pauses, name="pauses"),
    path("operations/pauses/<int:pk>/lift/", views.lift, name="lift_pause"),
    path("workers/<int:pk>/drain/", views.drain_worker, name="drain_worker"),
    path("workers/", views.workers, name="workers"),
]
