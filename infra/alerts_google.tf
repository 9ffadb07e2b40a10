# On metrics that Google keeps: Pub/Sub's, Cloud Logging's and Cloud Run's own.

locals {
  google_alerts = {
    dead_letters = {
      title    = "dead letters"
      severity = "ERROR"
      conditions = {
        "Pub/Sub gave messages up" = {
          filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=one_of(${join(", ", [for name, push in local.pushes : "\"${local.name}-${name}-push\"" if push.dead_letters])}) AND metric.type=\"pubsub.googleapis.com/subscription/dead_letter_message_count\""
          aligner   = "ALIGN_DELTA"
          threshold = 0
          duration  = "0s"
        }
        "dead letters wait to be looked at" = {
          filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${local.name}-dead-letter-pull\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
          aligner   = "ALIGN_MAX"
          threshold = 0
          duration  = "0s"
        }
        "dead letters cannot be stored" = {
          filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${local.name}-dead-letter-push\" AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\""
          aligner   = "ALIGN_MIN"
          threshold = 0
          duration  = "1800s"
        }
      }
      todo = <<-TEXT
        What is open, why, what to do, and the command that replays it:

            ${local.call}/dead-letters\?state=open

        A second copy of each waits in ${local.name}-dead-letter-pull for 7 days, and keeps this open. Read it, and when all are dealt with, empty it:

            gcloud pubsub subscriptions pull ${local.name}-dead-letter-pull --project=${var.project} --limit=50 --format=json
            gcloud pubsub subscriptions seek ${local.name}-dead-letter-pull --project=${var.project} --time=$(date -u +%FT%TZ)

        Where they cannot be stored, the service or BigQuery is down: look at the service's log. They are tried until they are stored.

        More: ${local.runbooks}/letters-pile-up.md
      TEXT
    }
    messages_wait = {
      title    = "messages wait for more than an hour"
      severity = "WARNING"
      conditions = {
        "oldest unacknowledged message" = {
          filter    = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=one_of(${join(", ", [for name in keys(local.pushes) : "\"${local.name}-${name}-push\""])}) AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
          aligner   = "ALIGN_MAX"
          threshold = 3600
          duration  = "0s"
        }
      }
      todo = <<-TEXT
        The oldest message of a subscription was delivered and refused, or not delivered, for more than an hour. After 30 failed deliveries, some hours, it becomes a dead letter; refused with 429, it waits for other windows of its vendor and is not given up. What it is answered with:

            gcloud logging read 'resource.type="cloud_run_revision" AND resource.labels.service_name="${local.name}" AND severity>=WARNING' --project=${var.project} --freshness=2h --limit=50

        401 or 403: the push identity, its audience, or roles/run.invoker changed; `terraform apply` puts them back. 503: nothing is deployed, or the service cannot start. Else the log says what is tried again.

        More: ${local.runbooks}/pushes-are-refused.md
      TEXT
    }
    errors = {
      title    = "errors"
      severity = "ERROR"
      conditions = {
        # Cloud Run's own log of requests calls every 5xx an error, also that of a message which is simply tried again.
        "the service logged an error" = {
          filter    = "${local.service_log} AND metric.type=\"logging.googleapis.com/log_entry_count\" AND metric.labels.log!=ends_with(\"requests\") AND metric.labels.severity=one_of(\"ERROR\", \"CRITICAL\", \"ALERT\", \"EMERGENCY\")"
          aligner   = "ALIGN_DELTA"
          threshold = 0
          duration  = "0s"
        }
      }
      todo = <<-TEXT
        What a person has to act on is logged as an error:

            gcloud logging read 'resource.type="cloud_run_revision" AND resource.labels.service_name="${local.name}" AND severity>=ERROR AND NOT LOG_ID("run.googleapis.com/requests")' --project=${var.project} --freshness=1d --limit=50

        A failed run and a stored dead letter are errors too, and have alerts of their own that say more.
      TEXT
    }
    answers_fail = {
      title    = "most answers are failures"
      severity = "ERROR"
      conditions = {
        "more than half of the answers of an hour are 5xx" = {
          filter      = "${local.service_log} AND metric.type=\"run.googleapis.com/request_count\" AND metric.labels.response_code_class=\"5xx\""
          denominator = "${local.service_log} AND metric.type=\"run.googleapis.com/request_count\""
          aligner     = "ALIGN_DELTA"
          period      = "1800s"
          threshold   = 0.5
          duration    = "1800s"
        }
      }
      todo = <<-TEXT
        For an hour most requests have been answered with 5xx. Pub/Sub delivers again, so nothing is lost yet. Since a deployment? Take it back, from a checkout:

            ${local.deploy} rollback

        Else ask the service which component is down:

            ${local.call}/health
      TEXT
    }
  }
}

resource "google_monitoring_alert_policy" "google" {
  for_each = local.google_alerts

  display_name          = "EventPipeline: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = merge(local.labels, { alert = each.key })

  dynamic "conditions" {
    for_each = each.value.conditions
    content {
      display_name = conditions.key
      condition_threshold {
        filter             = conditions.value.filter
        denominator_filter = try(conditions.value.denominator, null)
        comparison         = "COMPARISON_GT"
        threshold_value    = conditions.value.threshold
        duration           = conditions.value.duration

        aggregations {
          alignment_period     = try(conditions.value.period, "300s")
          per_series_aligner   = conditions.value.aligner
          cross_series_reducer = contains(["ALIGN_MAX", "ALIGN_MIN"], conditions.value.aligner) ? "REDUCE_MAX" : "REDUCE_SUM"
          group_by_fields      = startswith(conditions.value.filter, "resource.type=\"pubsub_subscription\"") ? ["resource.label.subscription_id"] : []
        }

        dynamic "denominator_aggregations" {
          for_each = try([conditions.value.denominator], [])
          content {
            alignment_period     = try(conditions.value.period, "300s")
            per_series_aligner   = conditions.value.aligner
            cross_series_reducer = "REDUCE_SUM"
          }
        }
      }
    }
  }

  documentation {
    subject   = "EventPipeline: ${each.value.title}"
    content   = each.value.todo
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.apis]
}
