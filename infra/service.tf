locals {
  audience    = local.name
  placeholder = "docker.io/library/python:3.13.7-slim"

  ingress = {
    all                               = "INGRESS_TRAFFIC_ALL"
    internal                          = "INGRESS_TRAFFIC_INTERNAL_ONLY"
    internal-and-cloud-load-balancing = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  }

  warehouse_settings = {
    GOOGLE_CLOUD_PROJECT = var.project
    BIGQUERY_DATASET     = var.dataset
    BigQuery__Location   = var.dataset_location
  }

  settings = merge(
    var.telemetry ? { OTEL_TRACES_SAMPLER = "always_on" } : {},
    var.settings,
    local.warehouse_settings,
    {
      Fetch__Concurrency                       = tostring(var.concurrency)
      Authentication__Push__Audience           = local.audience
      Authentication__Push__Email              = google_service_account.push.email
      Authentication__Operators__Audience      = local.audience
      Authentication__Operators__Principals__0 = google_service_account.operator.email
    },
    { for vendor, description in var.other_vendors : "Vendors__Other__${vendor}" => description },
    { for key, account in local.accounts : "${account.settings}__Name" => account.name },
    { for key, account in local.accounts : "${account.settings}__Secret" => "projects/${var.project}/secrets/${google_secret_manager_secret.account[key].secret_id}" },
    { for key, source in var.sources : "${local.accounts[key].settings}__Source" => source },
    merge([for key, names in var.reports : { for position, name in names : "${local.accounts[key].settings}__Reports__${position}" => name }]...),
    { for key, scope in var.account_scopes : "${local.accounts[key].settings}__Scope" => scope },
    { for key, id in var.organization_ids : "${local.accounts[key].settings}__OrganizationId" => id },
    { for secret in google_secret_manager_secret.email_key : "Vendors__EmailKey" => "projects/${var.project}/secrets/${secret.secret_id}" },
    var.telemetry ? { OTEL_EXPORTER_OTLP_ENDPOINT = "https://telemetry.googleapis.com" } : {},
  )
}

resource "google_cloud_run_v2_service" "this" {
  name                = local.name
  location            = var.region
  ingress             = local.ingress[var.ingress]
  custom_audiences    = [local.audience] # its own address cannot be one of its settings
  deletion_protection = true

  template {
    service_account                  = google_service_account.run.email
    timeout                          = "3600s"
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    max_instance_request_concurrency = var.concurrency

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

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
      image   = local.placeholder
      command = ["python3"]
      args    = ["-c", file("${path.module}/placeholder.py")]

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = "1Gi" }
        cpu_idle          = !var.telemetry # spans and metrics are sent between requests too
        startup_cpu_boost = true
      }

      startup_probe {
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 30
        http_get {
          path = "/liveness"
        }
      }

      # Alive and nothing more: a restart does not bring a warehouse back.
      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 3
        http_get {
          path = "/liveness"
        }
      }

      dynamic "env" {
        for_each = local.settings
        content {
          name  = env.key
          value = env.value
        }
      }
    }
  }

  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  # infra/deploy owns what runs and who gets the traffic.
  lifecycle {
    ignore_changes = [
      scaling,            # of the service as a whole: Cloud Run answers with zeros there, which a plan would want to remove
      template[0].labels, # gcloud leaves a mark there that makes every deployment a revision of its own
      template[0].containers[0].image,
      template[0].containers[0].command,
      template[0].containers[0].args,
      traffic,
      client,
      client_version,
    ]
  }

  # So that a first instance can read its keys, and nothing is asked of it before.
  depends_on = [
    google_project_service.apis,
    google_project_iam_member.run,
    google_bigquery_dataset_iam_member.run,
    google_pubsub_topic_iam_member.run_publishes,
    google_secret_manager_secret_iam_member.run,
    google_secret_manager_secret_iam_member.email_key,
  ]
}

# Nobody else: neither allUsers nor the project's other accounts.
resource "google_cloud_run_v2_service_iam_member" "invokers" {
  for_each = {
    push     = google_service_account.push.email
    operator = google_service_account.operator.email
  }

  name     = google_cloud_run_v2_service.this.name
  location = google_cloud_run_v2_service.this.location
  role     = "roles/run.invoker"
  member   = "serviceAccount:${each.value}"
}
