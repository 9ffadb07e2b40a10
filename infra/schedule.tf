# Cloud Scheduler publishes as its own service agent, whose role comes with its API.

resource "google_cloud_scheduler_job" "daily" {
  name        = "${local.name}-daily"
  region      = var.region
  description = "Asks for the daily run"
  schedule    = var.schedule
  time_zone   = var.time_zone

  retry_config {
    retry_count          = 3
    min_backoff_duration = "10s"
    max_backoff_duration = "300s"
  }

  pubsub_target {
    topic_name = google_pubsub_topic.this["trigger"].id
    data       = base64encode("{}") # everything by default
  }

  depends_on = [google_project_service.apis]
}
