from django.urls import path

from experiments.api import worker

urlpatterns = [
    path("worker/announce/", worker.AnnounceView.as_view(), name="worker-announce"),
    path("worker/shards/<int:shard_id>/claim/", worker.ClaimView.as_view(), name="worker-claim"),
    path("shards/<int:shard_id>/heartbeat/", worker.HeartbeatView.as_view(), name="shard-heartbeat"),
    path("shards/<int:shard_id>/events/", worker.EventsView.as_view(), name="shard-events"),
    path("shards/<int:shard_id>/blobs/<str:sha256>/", worker.BlobView.as_view(), name="shard-blob"),
    path("shards/<int:shard_id>/finish/", worker.FinishView.as_view(), name="shard-finish"),
]
