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

# Once a month, at a time when no daily run is at work. Cloud Scheduler starts the job as an identity that may do nothing else.

resource "google_cloud_scheduler_job" "compact" {
  count = var.compact_after_days == null ? 0 : 1

  name        = "${local.name}-compact"
  region      = var.region
  description = "Deletes rows that no version has needed for ${var.compact_after_days} days"
  schedule    = "0 15 2 * *"
  time_zone   = var.time_zone

  retry_config {
    retry_count          = 3
    min_backoff_duration = "60s"
    max_backoff_duration = "600s"
  }

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/projects/${var.project}/locations/${var.region}/jobs/${google_cloud_run_v2_job.this["compact"].name}:run"

    oauth_token {
      service_account_email = google_service_account.schedule.email
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_cloud_run_v2_job_iam_member" "schedule" {
  count = var.compact_after_days == null ? 0 : 1

  name     = google_cloud_run_v2_job.this["compact"].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.schedule.email}"
}
