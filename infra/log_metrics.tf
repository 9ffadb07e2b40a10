# Metrics out of log entries: docs/telemetry.md says what each event means and when it comes.

locals {
  service_log = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${local.name}\""

  log_metrics = {
    runs_completed = {
      description = "Production runs that completed"
      filter      = "jsonPayload.event=\"run.completed\" AND jsonPayload.mode=\"production\" AND jsonPayload.outcome=\"completed\""
      labels      = []
    }
    runs_planned = {
      description = "Production runs whose windows were published"
      filter      = "jsonPayload.event=\"run.planned\" AND jsonPayload.mode=\"production\""
      labels      = []
    }
    runs_failed = {
      description = "Runs that failed"
      filter      = "jsonPayload.event=\"run.completed\" AND jsonPayload.outcome=\"failed\""
      labels      = ["mode"]
    }
    windows_ended = {
      description = "Windows that ended"
      filter      = "jsonPayload.event=\"window.ended\""
      labels      = ["mode", "vendor", "state"]
    }
    attempts_failed = {
      description = "Attempts at a window that failed and are tried again"
      filter      = "jsonPayload.event=\"window.attempt_failed\""
      labels      = ["vendor"]
    }
    dead_letters = {
      description = "Dead letters that were stored"
      filter      = "jsonPayload.event=\"dead_letter.stored\""
      labels      = ["cause"]
    }
  }

  # Distributions: the value is taken out of the entry.
  log_distributions = {
    spend_usd = {
      description = "US dollars of billed money per window that was loaded"
      filter      = "jsonPayload.event=\"window.ended\" AND jsonPayload.mode=\"production\" AND jsonPayload.state=\"loaded\""
      value       = "usd"
      unit        = "{USD}"
      labels      = ["vendor"]
      bounds      = [0, 1, 10, 100, 1000, 10000, 100000]
    }
    freshness_hours = {
      description = "Hours since the last day ended until which a report is complete, after each run"
      filter      = "jsonPayload.event=\"freshness\""
      value       = "ageHours"
      unit        = "h"
      labels      = ["vendor", "account", "report"]
      bounds      = [12, 25, 49, 97, 193]
    }
  }
}

resource "google_logging_metric" "count" {
  for_each = local.log_metrics

  name             = "${local.name}_${each.key}"
  description      = each.value.description
  filter           = "${local.service_log} AND ${each.value.filter}"
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  depends_on = [google_project_service.apis]
}

resource "google_logging_metric" "distribution" {
  for_each = local.log_distributions

  name             = "${local.name}_${each.key}"
  description      = each.value.description
  filter           = "${local.service_log} AND ${each.value.filter}"
  value_extractor  = "EXTRACT(jsonPayload.${each.value.value})"
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "DISTRIBUTION"
    unit        = each.value.unit

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  bucket_options {
    explicit_buckets {
      bounds = each.value.bounds
    }
  }

  depends_on = [google_project_service.apis]
}
