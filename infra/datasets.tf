# Tables and views are made by `schema apply`, in every deployment.

resource "google_bigquery_dataset" "this" {
  for_each = local.datasets

  dataset_id                 = each.value
  location                   = var.dataset_location
  description                = "AI usage and spend (${each.key}), written by EventPipeline"
  labels                     = { mode = each.key }
  delete_contents_on_destroy = false

  depends_on = [google_project_service.apis]
}

resource "google_bigquery_dataset_iam_member" "run" {
  for_each = google_bigquery_dataset.this

  dataset_id = each.value.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = "serviceAccount:${google_service_account.run.email}"
}
