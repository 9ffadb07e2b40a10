# What Google would answer, as far as other resources are made of it.

mock_data "google_project" {
  defaults = { number = "123456789012" }
}

mock_resource "google_cloud_run_v2_service" {
  defaults = { uri = "https://eventpipeline-abc-uc.a.run.app" }
}

mock_resource "google_iam_workload_identity_pool" {
  defaults = { name = "projects/123456789012/locations/global/workloadIdentityPools/eventpipeline-github" }
}

mock_resource "google_iam_workload_identity_pool_provider" {
  defaults = { name = "projects/123456789012/locations/global/workloadIdentityPools/eventpipeline-github/providers/github" }
}

mock_resource "google_monitoring_notification_channel" {
  defaults = { id = "projects/acme-ai-usage/notificationChannels/1" }
}

override_resource {
  target = google_service_account.run
  values = { email = "run@acme.test", name = "projects/acme-ai-usage/serviceAccounts/run@acme.test" }
}

override_resource {
  target = google_service_account.push
  values = { email = "push@acme.test", name = "projects/acme-ai-usage/serviceAccounts/push@acme.test" }
}

override_resource {
  target = google_service_account.operator
  values = { email = "operator@acme.test", name = "projects/acme-ai-usage/serviceAccounts/operator@acme.test" }
}

override_resource {
  target = google_service_account.deploy
  values = { email = "deploy@acme.test", name = "projects/acme-ai-usage/serviceAccounts/deploy@acme.test" }
}
