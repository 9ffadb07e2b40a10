# What somebody on call may do: what the alerts and docs/runbooks tell people on call to do, and nothing else. To call the service, they are operators too.

locals {
  oncall_project_roles = {
    query    = "roles/bigquery.jobUser"
    read_log = "roles/logging.viewer"
    tell     = "roles/logging.logWriter" # infra/deploy rollback writes down how it went
    look     = "roles/monitoring.viewer" # incidents and the dashboard
    revision = "roles/run.viewer"
    schedule = google_project_iam_custom_role.schedule.name
  }

  oncall_in_project  = { for pair in setproduct(var.oncall, keys(local.oncall_project_roles)) : join(" ", pair) => { member = pair[0], role = local.oncall_project_roles[pair[1]] } }
  oncall_of_datasets = { for pair in setproduct(var.oncall, keys(local.datasets)) : join(" ", pair) => { member = pair[0], dataset = pair[1] } }
  oncall_of_secrets  = { for pair in setproduct(var.oncall, keys(local.accounts)) : join(" ", pair) => { member = pair[0], account = pair[1] } }
}

# The predefined roles either cannot pause a schedule or can delete it.
resource "google_project_iam_custom_role" "schedule" {
  role_id     = "eventpipelineSchedule"
  title       = "EventPipeline: run and pause schedules"
  permissions = ["cloudscheduler.jobs.enable", "cloudscheduler.jobs.get", "cloudscheduler.jobs.list", "cloudscheduler.jobs.pause", "cloudscheduler.jobs.run"]
  depends_on  = [google_project_service.apis]
}

resource "google_project_iam_member" "oncall" {
  for_each = local.oncall_in_project

  project = var.project
  role    = each.value.role
  member  = each.value.member
}

# Request a run.
resource "google_pubsub_topic_iam_member" "oncall" {
  for_each = toset(var.oncall)

  topic  = google_pubsub_topic.this["trigger"].name
  role   = "roles/pubsub.publisher"
  member = each.key
}

# Look at the second copies of dead letters, and empty them.
resource "google_pubsub_subscription_iam_member" "oncall" {
  for_each = toset(var.oncall)

  subscription = google_pubsub_subscription.dead_letter_pull.name
  role         = "roles/pubsub.subscriber"
  member       = each.key
}

# Query, import budgets and lists, restore a table.
resource "google_bigquery_dataset_iam_member" "oncall" {
  for_each = local.oncall_of_datasets

  dataset_id = google_bigquery_dataset.this[each.value.dataset].dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = each.value.member
}

# Put a new key in, and read none.
resource "google_secret_manager_secret_iam_member" "oncall" {
  for_each = local.oncall_of_secrets

  secret_id = google_secret_manager_secret.account[each.value.account].secret_id
  role      = "roles/secretmanager.secretVersionAdder"
  member    = each.value.member
}

# Take a deployment back. Whoever may move the traffic of a service may also have it run another image, as its identity: there is no role for the one alone.
resource "google_project_iam_custom_role" "traffic" {
  role_id     = "eventpipelineTraffic"
  title       = "EventPipeline: change the service"
  permissions = ["run.services.get", "run.services.update"]
  depends_on  = [google_project_service.apis]
}

resource "google_cloud_run_v2_service_iam_member" "oncall" {
  for_each = toset(var.oncall)

  name     = google_cloud_run_v2_service.this.name
  location = google_cloud_run_v2_service.this.location
  role     = google_project_iam_custom_role.traffic.name
  member   = each.key
}

resource "google_service_account_iam_member" "oncall_acts_as_run" {
  for_each = toset(var.oncall)

  service_account_id = google_service_account.run.name
  role               = "roles/iam.serviceAccountUser"
  member             = each.key
}
