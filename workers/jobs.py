from workers.app import app


@app.task(name="workers.carry_out")  # type: ignore[untyped-decorator]
def carry_out(shard_id: int) -> None:
    """Claim the shard and see it through; a shard that is not to be had ends the job quietly."""
    app.compute.carry_out(shard_id)
