# Alerts fire on exactly what docs/telemetry.md says, within what Cloud Monitoring takes.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "google" {
  alias = "billing"
}

variables {
  project             = "acme-ai-usage"
  region              = "us-central1"
  github_repository   = "acme/event-pipeline"
  operators           = ["user:ada@example.com"]
  notification_emails = ["data@example.com"]
  accounts            = { anthropic = ["acme"] }

  entries = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"eventpipeline\" AND "
}

run "on_the_log" {
  assert {
    condition = { for name, policy in google_monitoring_alert_policy.log : name => policy.conditions[0].condition_matched_log[0].filter } == {
      run_failed         = "${var.entries}jsonPayload.event=\"run.completed\" AND jsonPayload.outcome=\"failed\""
      dead_letter_stored = "${var.entries}jsonPayload.event=\"dead_letter.stored\""
      stale              = "${var.entries}jsonPayload.event=\"freshness\" AND jsonPayload.ageHours>25"
      unusual_data       = "${var.entries}jsonPayload.event=\"anomaly\" AND jsonPayload.kind=(\"empty_day\" OR \"volume\" OR \"restatement\")"
      unusual_cost       = "${var.entries}jsonPayload.event=\"anomaly\" AND jsonPayload.kind=\"cost\""
      budget             = "${var.entries}jsonPayload.event=\"anomaly\" AND jsonPayload.kind=(\"budget\" OR \"forecast\")"
      drift              = "${var.entries}jsonPayload.event=\"drift\""
      not_scheduled      = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"eventpipeline-daily\" AND severity>=ERROR"
      not_compacted      = "((resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"eventpipeline-compact\") OR (resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"eventpipeline-compact\")) AND severity>=ERROR"
      not_deployed       = "logName=\"projects/acme-ai-usage/logs/eventpipeline-deploy\" AND severity>=ERROR"
    }
    error_message = "The filters must be docs/telemetry.md's."
  }

  # In Cloud Logging's language OR binds tighter than AND: one beside the other says something else than it seems to.
  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.log : length(regexall("\"[^()]* (AND [^()]* OR|OR [^()]* AND) ", policy.conditions[0].condition_matched_log[0].filter)) == 0])
    error_message = "AND and OR stand beside each other in parentheses alone."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.log : policy.alert_strategy[0].notification_rate_limit[0].period == "300s"])
    error_message = "A condition on log entries needs a rate limit."
  }

  # Every ${log.extracted_label.x} is extracted.
  assert {
    condition     = alltrue(flatten([for policy in google_monitoring_alert_policy.log : [for used in regexall("log\\.extracted_label\\.([a-z]+)", policy.documentation[0].content) : contains(keys(policy.conditions[0].condition_matched_log[0].label_extractors), used[0])]]))
    error_message = "What a notification shows must be taken out of the entry."
  }
}

run "on_metrics_made_of_entries" {
  assert {
    condition = { for metric in concat(values(google_logging_metric.count), values(google_logging_metric.distribution)) : metric.name => metric.filter } == {
      eventpipeline_runs_completed  = "${var.entries}jsonPayload.event=\"run.completed\" AND jsonPayload.mode=\"production\" AND jsonPayload.outcome=\"completed\""
      eventpipeline_runs_planned    = "${var.entries}jsonPayload.event=\"run.planned\" AND jsonPayload.mode=\"production\""
      eventpipeline_runs_failed     = "${var.entries}jsonPayload.event=\"run.completed\" AND jsonPayload.outcome=\"failed\""
      eventpipeline_windows_ended   = "${var.entries}jsonPayload.event=\"window.ended\""
      eventpipeline_attempts_failed = "${var.entries}jsonPayload.event=\"window.attempt_failed\""
      eventpipeline_dead_letters    = "${var.entries}jsonPayload.event=\"dead_letter.stored\""
      eventpipeline_spend_usd       = "${var.entries}jsonPayload.event=\"window.ended\" AND jsonPayload.mode=\"production\" AND jsonPayload.state=\"loaded\""
      eventpipeline_freshness_hours = "${var.entries}jsonPayload.event=\"freshness\""
    }
    error_message = "The filters must be docs/telemetry.md's."
  }

  assert {
    condition     = google_logging_metric.distribution["spend_usd"].value_extractor == "EXTRACT(jsonPayload.usd)" && google_logging_metric.distribution["spend_usd"].label_extractors == tomap({ vendor = "EXTRACT(jsonPayload.vendor)" }) && google_logging_metric.distribution["spend_usd"].metric_descriptor[0].value_type == "DISTRIBUTION"
    error_message = "Spend must be a distribution by vendor."
  }

  assert {
    condition     = alltrue([for metric in concat(values(google_logging_metric.count), values(google_logging_metric.distribution)) : join(" ", keys(metric.label_extractors)) == join(" ", sort([for label in metric.metric_descriptor[0].labels : label.key]))])
    error_message = "Every label of a metric must be extracted, and every extracted one be declared."
  }

  # A query on a metric that does not exist is accepted, and never fires.
  assert {
    condition     = alltrue(flatten([for policy in google_monitoring_alert_policy.metric : [for used in regexall("logging_googleapis_com:user_([a-z_]+)\\{", policy.conditions[0].condition_prometheus_query_language[0].query) : contains([for metric in google_logging_metric.count : metric.name], used[0]) || contains([for metric in google_logging_metric.distribution : "${metric.name}_sum"], used[0])]]))
    error_message = "A query must name metrics that are there."
  }

  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.metric : policy.conditions[0].condition_prometheus_query_language[0].disable_metric_validation && policy.conditions[0].condition_prometheus_query_language[0].duration == "0s"])
    error_message = "A policy must be accepted before its metric can be seen, and must not wait on top of its window."
  }

  # 25 hours are the most that is evaluated of such a metric: the window, and how far back it ends, together.
  assert {
    condition = alltrue(flatten([for policy in google_monitoring_alert_policy.metric : [
      for window in regexall("\\[([0-9]+)h\\](?: offset ([0-9]+)h)?", policy.conditions[0].condition_prometheus_query_language[0].query) :
      tonumber(window[0]) + (window[1] == null ? 0 : tonumber(window[1])) <= 25
    ]]))
    error_message = "No query may look back more than 25 hours."
  }

  assert {
    condition     = strcontains(google_monitoring_alert_policy.metric["spend_spike"].conditions[0].condition_prometheus_query_language[0].query, "sum by (vendor) (increase(logging_googleapis_com:user_eventpipeline_spend_usd_sum{monitored_resource=\"cloud_run_revision\"}[24h])) > 1000")
    error_message = "A spike must be a vendor's dollars of 24 hours above the threshold."
  }
}

run "on_google_s_metrics" {
  assert {
    condition     = toset(flatten([for policy in google_monitoring_alert_policy.google : [for condition in policy.conditions : regex("metric\\.type=\"([^\"]+)\"", condition.condition_threshold[0].filter)]])) == toset(["pubsub.googleapis.com/subscription/dead_letter_message_count", "pubsub.googleapis.com/subscription/num_undelivered_messages", "pubsub.googleapis.com/subscription/oldest_unacked_message_age", "logging.googleapis.com/log_entry_count", "run.googleapis.com/request_count"])
    error_message = "Pub/Sub, the log and Cloud Run must be watched."
  }

  assert {
    condition     = alltrue([for name in ["trigger", "fetch", "fetch-anthropic", "fetch-cursor", "fetch-openai", "fetch-openrouter"] : strcontains(google_monitoring_alert_policy.google["dead_letters"].conditions[0].condition_threshold[0].filter, "\"eventpipeline-${name}-push\"") && strcontains(google_monitoring_alert_policy.google["messages_wait"].conditions[0].condition_threshold[0].filter, "\"eventpipeline-${name}-push\"")])
    error_message = "Every vendor's subscription must be watched like the others."
  }

  assert {
    condition     = alltrue(flatten([for policy in google_monitoring_alert_policy.google : [for condition in policy.conditions : tonumber(trimsuffix(condition.condition_threshold[0].duration, "s")) + tonumber(trimsuffix(condition.condition_threshold[0].aggregations[0].alignment_period, "s")) <= 90000]]))
    error_message = "No condition may look back more than 25 hours."
  }
}

run "errors_are_the_service_s_own" {
  assert {
    condition     = google_monitoring_alert_policy.google["errors"].conditions[0].condition_threshold[0].filter == "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"eventpipeline\" AND metric.type=\"logging.googleapis.com/log_entry_count\" AND metric.labels.log!=ends_with(\"requests\") AND metric.labels.severity=one_of(\"ERROR\", \"CRITICAL\", \"ALERT\", \"EMERGENCY\")"
    error_message = "A message that is tried again must not count as an error."
  }
}

run "what_a_notification_says" {
  assert {
    condition     = alltrue([for policy in concat(values(google_monitoring_alert_policy.log), values(google_monitoring_alert_policy.metric), values(google_monitoring_alert_policy.google)) : length(policy.documentation[0].content) > 100 && length(policy.documentation[0].content) < 8000 && policy.severity != "" && policy.user_labels.app == "eventpipeline" && length(policy.notification_channels) == 1])
    error_message = "Every policy must say what to do, how bad it is, whose it is, and reach somebody."
  }

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.this.dashboard_json).mosaicLayout.tiles) == 13 && !strcontains(google_monitoring_dashboard.this.dashboard_json, "null")
    error_message = "The dashboard must be whole."
  }

  assert {
    condition     = { for tile in jsondecode(google_monitoring_dashboard.this.dashboard_json).mosaicLayout.tiles : "${try(tile.xPos, 0)} ${try(tile.yPos, 0)}" => tile.width... } == { for position in range(13) : "${position % 2 * 24} ${floor(position / 2) * 16}" => [24] }
    error_message = "Every tile must have a place of its own."
  }

  assert {
    condition     = !can(regex("\"[xy]Pos\":0[,}]", google_monitoring_dashboard.this.dashboard_json))
    error_message = "What the API leaves out of its answers must not be said, or no plan is ever empty."
  }
}
