resource "google_artifact_registry_repository" "images" {
  repository_id = local.name
  location      = var.region
  format        = "DOCKER"
  description   = "EventPipeline's images, tagged with the commit they were built from"

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s" # 90 days
    }
  }

  # Keeping wins over deleting: what is live, and the way back, survives however long nothing is deployed. A push to main leaves four versions: the image,
  # its signature, its bill of materials and its provenance.
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 100
    }
  }

  depends_on = [google_project_service.apis]
}
