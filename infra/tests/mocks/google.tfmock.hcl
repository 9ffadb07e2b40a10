# What Google would answer, as far as other resources are made of it.

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
  values = { email = "eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com", name = "projects/acme-ai-usage/serviceAccounts/eventpipeline-run@acme-ai-usage.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.push
  values = { email = "eventpipeline-push@acme-ai-usage.iam.gserviceaccount.com", name = "projects/acme-ai-usage/serviceAccounts/eventpipeline-push@acme-ai-usage.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.schedule
  values = { email = "eventpipeline-schedule@acme-ai-usage.iam.gserviceaccount.com", name = "projects/acme-ai-usage/serviceAccounts/eventpipeline-schedule@acme-ai-usage.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.operator
  values = { email = "eventpipeline-operator@acme-ai-usage.iam.gserviceaccount.com", name = "projects/acme-ai-usage/serviceAccounts/eventpipeline-operator@acme-ai-usage.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.deploy
  values = { email = "eventpipeline-deploy@acme-ai-usage.iam.gserviceaccount.com", name = "projects/acme-ai-usage/serviceAccounts/eventpipeline-deploy@acme-ai-usage.iam.gserviceaccount.com" }
}
