locals {
  # Conditions on metrics made of log entries are PromQL, which may be there before the metric is: a new metric cannot be seen for some minutes, and a
  # threshold on it would be refused on the first apply. Of such a metric the last 25 hours are evaluated, no more, offset included.
  series = { for name in concat(keys(local.log_metrics), flatten([for name in keys(local.log_distributions) : ["${name}_sum", "${name}_count"]])) :
    name => "logging_googleapis_com:user_${local.name}_${name}{monitored_resource=\"cloud_run_revision\"}"
  }

  metric_alerts = {
    # docs/telemetry.md says 26 h: a schedule's day, two hours to run. That is more than can be looked back on, and from one run to the next it is 25 h
    # in the night that clocks go back. So: none has completed in 25 h, and the last was planned two hours ago or earlier, or none was in 25 h. A run
    # that was planned on time and does not complete is told two hours later, 26 h after the one before.
    no_completed_run = {
      title    = "no completed run"
      severity = "CRITICAL"
      query    = <<-PROMQL
        (
          sum(increase(${local.series["runs_planned"]}[23h] offset 2h)) > 0
          or
          (sum(increase(${local.series["runs_planned"]}[25h])) or vector(0)) == 0
        )
        unless
        sum(increase(${local.series["runs_completed"]}[25h])) > 0
      PROMQL
      interval = "300s"
      todo     = <<-TEXT
        No production run has completed since yesterday's. Before the first run ever this is open too, and closes with it.

            ${local.call}/runs
            gcloud scheduler jobs describe ${google_cloud_scheduler_job.daily.name} --location=${var.region} --project=${var.project}

        A run that stands still waits for Pub/Sub to deliver again (see the alert on messages that wait). No run at all: ask for one, it finds the days that are missing:

            gcloud pubsub topics publish ${local.name}-trigger --project=${var.project} --message='{}'

        More: ${local.runbooks}/a-day-is-missing.md
      TEXT
    }
    spend_spike = {
      title    = "spend spike"
      severity = "WARNING"
      query    = "sum by (vendor) (increase(${local.series["spend_usd_sum"]}[24h])) > ${var.spend_alert_usd}"
      interval = "300s"
      todo     = <<-TEXT
        More than ${var.spend_alert_usd} US dollars of one vendor were loaded within 24 hours. Is it one day, or a day that was restated and so counted again, or a backfill?

            bq query --use_legacy_sql=false --project_id=${var.project} 'SELECT usage_date, vendor, SUM(amount_usd) AS usd FROM `${var.project}.${var.dataset}.daily_cost` WHERE usage_date > DATE_SUB(CURRENT_DATE(), INTERVAL 14 DAY) GROUP BY 1, 2 ORDER BY 1 DESC, 2'

        The threshold is spend_alert_usd in terraform.tfvars.

        More: ${local.runbooks}/a-sum-looks-wrong.md
      TEXT
    }
    vendor_is_trying = {
      title    = "a vendor is trying"
      severity = "WARNING"
      query    = "sum by (vendor) (increase(${local.series["attempts_failed"]}[1h])) > 10"
      interval = "60s"
      todo     = <<-TEXT
        More than ten attempts at one vendor failed within an hour. They are tried again by themselves. The reasons:

            gcloud logging read 'jsonPayload.event="window.attempt_failed"' --project=${var.project} --freshness=2h --format='value(jsonPayload.vendor, jsonPayload.report, jsonPayload.reason)'

        More: ${local.runbooks}/a-vendor-is-down.md
      TEXT
    }
  }
}

resource "google_monitoring_alert_policy" "metric" {
  for_each = local.metric_alerts

  display_name          = "EventPipeline: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = merge(local.labels, { alert = each.key })

  conditions {
    display_name = each.value.title
    condition_prometheus_query_language {
      query                     = each.value.query
      duration                  = "0s"
      evaluation_interval       = each.value.interval
      disable_metric_validation = true
    }
  }

  documentation {
    subject   = "EventPipeline: ${each.value.title}"
    content   = each.value.todo
    mime_type = "text/markdown"
  }

  depends_on = [google_logging_metric.count, google_logging_metric.distribution]
}
