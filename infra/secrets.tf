# The secrets are made here, their values are not: they would be in Terraform's state. The output next_steps has the commands.

resource "google_secret_manager_secret" "account" {
  for_each = local.accounts

  secret_id = "${local.name}-${each.key}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.apis]
}

resource "google_secret_manager_secret_iam_member" "run" {
  for_each = local.accounts

  secret_id = google_secret_manager_secret.account[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.run.email}"
}

resource "google_secret_manager_secret" "email_key" {
  count = var.hash_emails ? 1 : 0

  secret_id = "${local.name}-email-key"

  replication {
    auto {}
  }

  depends_on = [google_project_service.apis]
}

resource "google_secret_manager_secret_iam_member" "email_key" {
  count = var.hash_emails ? 1 : 0

  secret_id = google_secret_manager_secret.email_key[0].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.run.email}"
}
