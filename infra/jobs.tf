# The image's own commands over the dataset: `schema apply`, once per deployment, before the new revision; and, on a schedule, `compact`, in the image that
# serves.

locals {
  jobs = merge(
    { schema = { args = ["schema", "apply"], timeout = "900s" } },
    var.compact_after_days == null ? {} : {
      compact = { args = ["compact", "--retention-days", tostring(var.compact_after_days), "--yes"], timeout = "21600s" }
    },
  )
}

resource "google_cloud_run_v2_job" "this" {
  for_each = local.jobs

  name                = "${local.name}-${each.key}"
  location            = var.region
  deletion_protection = false # it holds nothing

  template {
    task_count = 1

    template {
      service_account = google_service_account.run.email
      timeout         = each.value.timeout
      max_retries     = 0 # what it refuses once it refuses again

      dynamic "vpc_access" {
        for_each = var.vpc[*]
        content {
          egress = vpc_access.value.egress
          network_interfaces {
            network    = vpc_access.value.network
            subnetwork = vpc_access.value.subnetwork
            tags       = vpc_access.value.tags
          }
        }
      }

      containers {
        image = local.placeholder # nothing executes it before a deployment has put the service's image here
        args  = each.value.args

        dynamic "env" {
          for_each = local.warehouse_settings
          content {
            name  = env.key
            value = env.value
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [
      template[0].labels, # gcloud leaves a mark there that makes it pull the image again
      template[0].template[0].containers[0].image,
      client,
      client_version,
    ]
  }

  depends_on = [
    google_project_service.apis,
    google_project_iam_member.run,
    google_bigquery_dataset_iam_member.run,
  ]
}

moved {
  from = google_cloud_run_v2_job.schema
  to   = google_cloud_run_v2_job.this["schema"]
}
