from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from experiments.api import accounts, logs, quotas, recipes, results, runs, worker

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("schema/recipe/", recipes.RecipeSchemaView.as_view(), name="api-recipe-schema"),
    path("tokens/", accounts.TokensView.as_view(), name="api-tokens"),
    path("quotas/", quotas.QuotasView.as_view(), name="api-quotas"),
    path("recipes/", recipes.RecipesView.as_view(), name="api-recipes"),
    path("recipes/check/", recipes.CheckRecipeView.as_view(), name="api-recipe-check"),
    path("recipes/<int:pk>/", recipes.RecipeView.as_view(), name="api-recipe"),
    path("recipes/<int:pk>/runs/", recipes.RunRecipeView.as_view(), name="api-recipe-runs"),
    path("runs/", runs.RunsView.as_view(), name="api-runs"),
    path("runs/<int:pk>/", runs.RunView.as_view(), name="api-run"),
    path("runs/<int:pk>/cancel/", runs.CancelRunView.as_view(), name="api-run-cancel"),
    path("runs/<int:pk>/measurements/", results.MeasurementsView.as_view(), name="api-run-measurements"),
    path("runs/<int:pk>/log/", logs.LogView.as_view(), name="api-run-log"),
    path("runs/<int:pk>/artifacts/", results.ArtifactsView.as_view(), name="api-run-artifacts"),
    path("runs/<int:pk>/artifacts/<path:name>/", results.ArtifactView.as_view(), name="api-run-artifact"),
    path("runs/<int:pk>/panels/", results.PanelsView.as_view(), name="api-run-panels"),
    # Workers: see experiments/protocol.py.
    path("worker/announce/", worker.AnnounceView.as_view(), name="worker-announce"),
    path("worker/shards/<int:shard_id>/claim/", worker.ClaimView.as_view(), name="worker-claim"),
    path("shards/<int:shard_id>/heartbeat/", worker.HeartbeatView.as_view(), name="shard-heartbeat"),
    path("shards/<int:shard_id>/events/", worker.EventsView.as_view(), name="shard-events"),
    path("shards/<int:shard_id>/blobs/<str:sha256>/", worker.BlobView.as_view(), name="shard-blob"),
    path("shards/<int:shard_id>/finish/", worker.FinishView.as_view(), name="shard-finish"),
]
