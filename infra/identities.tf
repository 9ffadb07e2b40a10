resource "google_service_account" "run" {
  account_id   = "${local.name}-run"
  display_name = "EventPipeline: what the service and its jobs run as"
  depends_on   = [google_project_service.apis]
}

resource "google_service_account" "push" {
  account_id   = "${local.name}-push"
  display_name = "EventPipeline: what Pub/Sub pushes as"
  depends_on   = [google_project_service.apis]
}

resource "google_service_account" "operator" {
  account_id   = "${local.name}-operator"
  display_name = "EventPipeline: what operators call the service as"
  depends_on   = [google_project_service.apis]
}

resource "google_service_account" "schedule" {
  account_id   = "${local.name}-schedule"
  display_name = "EventPipeline: what Cloud Scheduler starts jobs as"
  depends_on   = [google_project_service.apis]
}

# The service. What it may do with topics, datasets and secrets is beside those.

resource "google_project_iam_member" "run" {
  for_each = toset(concat(["roles/bigquery.jobUser"], var.telemetry ? ["roles/telemetry.writer"] : []))

  project = var.project
  role    = each.key
  member  = "serviceAccount:${google_service_account.run.email}"
}

# Projects made since April 2021 let Pub/Sub make tokens for the push identity; in older ones every push would be a 401 without this.
resource "google_service_account_iam_member" "pubsub_makes_push_tokens" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
  depends_on         = [google_pubsub_topic.this] # the agent is there once Pub/Sub has been used
}

# gcloud makes an access token of the identity it impersonates before any ID token; this one has no role but to call the service.
resource "google_service_account_iam_member" "operators" {
  for_each = toset(concat(var.operators, var.oncall))

  service_account_id = google_service_account.operator.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = each.key
}
