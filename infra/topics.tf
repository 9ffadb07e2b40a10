locals {
  # How long a topic keeps its messages, delivered or not, for a later `seek`. Nothing reads `completed` until somebody subscribes.
  topics = {
    trigger     = "604800s"  # 7 days
    fetch       = "604800s"  # 7 days
    completed   = "604800s"  # 7 days
    dead-letter = "2678400s" # 31 days
  }
}

resource "google_pubsub_topic" "this" {
  for_each = local.topics

  name                       = "${local.name}-${each.key}"
  message_retention_duration = each.value
  depends_on                 = [google_project_service.apis]
}

resource "google_pubsub_topic_iam_member" "run_publishes" {
  for_each = google_pubsub_topic.this

  topic  = each.value.name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${google_service_account.run.email}"
}

# Pub/Sub itself moves to the dead letters what was tried often enough.
resource "google_pubsub_topic_iam_member" "pubsub_publishes_dead_letters" {
  topic  = google_pubsub_topic.this["dead-letter"].name
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}
