# One entry in the log is enough. What is taken out of it stands in the notification.

locals {
  log_alerts = merge(local.service_log_alerts, var.compact_after_days == null ? {} : {
    not_compacted = {
      title    = "rows that no version needs were not deleted"
      severity = "WARNING"
      filter   = "((resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"${google_cloud_run_v2_job.this["compact"].name}\") OR (resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"${google_cloud_scheduler_job.compact[0].name}\")) AND severity>=ERROR"
      extract  = {}
      todo     = <<-TEXT
        The monthly `compact` could not be started, or failed. No view is wrong: the tables hold rows that nobody sees. Why:

            gcloud logging read 'resource.type="cloud_run_job" AND resource.labels.job_name="${local.name}-compact"' --project=${var.project} --freshness=2d --limit=20

        When that is fixed, start it again; what was deleted before is not looked for twice:

            gcloud scheduler jobs run ${local.name}-compact --location=${var.region} --project=${var.project}
      TEXT
    }
  })

  service_log_alerts = {
    run_failed = {
      title    = "a run failed"
      severity = "ERROR"
      filter   = "${local.service_log} AND jsonPayload.event=\"run.completed\" AND jsonPayload.outcome=\"failed\""
      extract  = { run = "runId", mode = "mode", windows = "failedWindows" }
      todo     = <<-TEXT
        Run $${log.extracted_label.run} ($${log.extracted_label.mode}) ended with $${log.extracted_label.windows} windows that were given up or rejected; with none of them, its trigger was. See which, and why:

            ${local.call}/runs/$${log.extracted_label.run}

        Fix the reason, then replay the dead letters of the run (POST /dead-letters/ID/replay): the run becomes completed. Nothing has to be cleaned up first.

        More: ${local.runbooks}/letters-pile-up.md
      TEXT
    }
    dead_letter_stored = {
      title    = "a message cannot be done as it stands"
      severity = "ERROR"
      filter   = "${local.service_log} AND jsonPayload.event=\"dead_letter.stored\""
      extract  = { id = "deadLetterId", cause = "cause", reason = "reason", hint = "hint" }
      todo     = <<-TEXT
        $${log.extracted_label.cause}: $${log.extracted_label.reason}
        What to do: $${log.extracted_label.hint}

        When that is done, replay it:

            ${local.call}/dead-letters/$${log.extracted_label.id}/replay -X POST

        More: ${local.runbooks}/letters-pile-up.md
      TEXT
    }
    stale = {
      title    = "data is older than 25 hours"
      severity = "WARNING"
      filter   = "${local.service_log} AND jsonPayload.event=\"freshness\" AND jsonPayload.ageHours>25"
      extract  = { vendor = "vendor", account = "account", report = "report", until = "dataCompleteUntil" }
      todo     = <<-TEXT
        $${log.extracted_label.vendor}/$${log.extracted_label.account}/$${log.extracted_label.report} is complete until $${log.extracted_label.until} only. Its last error:

            ${local.call}/vendors

        Data is complete until the day before the first day that is missing. Every run looks for days of the last weeks that were never read (Runs__GapDays), so the next one closes
        the gap by itself once the reason is gone. An older one is asked for: firstHole of the log entry, and

            gcloud pubsub topics publish ${local.name}-trigger --project=${var.project} --message='{"from":"YYYY-MM-DD","to":"YYYY-MM-DD"}'

        More: ${local.runbooks}/a-day-is-missing.md
      TEXT
    }
    unusual_data = {
      title    = "a day is unlike the days before it"
      severity = "WARNING"
      filter   = "${local.service_log} AND jsonPayload.event=\"anomaly\" AND jsonPayload.kind=(\"empty_day\" OR \"volume\" OR \"restatement\")"
      extract  = { kind = "kind", vendor = "vendor", account = "account", report = "report", day = "usageDate", reason = "reason" }
      todo     = <<-TEXT
        $${log.extracted_label.kind}: $${log.extracted_label.reason}

        The data was loaded as the vendor told it. What it said of the day before, and says now:

            bq query --project_id=${var.project} --use_legacy_sql=false 'SELECT report, read_began, previous_row_count, row_count, previous_amount_usd, amount_usd FROM ${var.dataset}.restatements WHERE usage_date = "$${log.extracted_label.day}" AND vendor = "$${log.extracted_label.vendor}" ORDER BY read_began'

        Look at what the vendor's own console shows for that day. Whoever has the accounts' keys can compare with the vendor's own sums (reconcile).

        More: ${local.runbooks}/a-sum-looks-wrong.md
      TEXT
    }
    unusual_cost = {
      title    = "a day cost far more than usual"
      severity = "WARNING"
      filter   = "${local.service_log} AND jsonPayload.event=\"anomaly\" AND jsonPayload.kind=\"cost\""
      extract  = { vendor = "vendor", account = "account", day = "usageDate", reason = "reason" }
      todo     = <<-TEXT
        $${log.extracted_label.reason}

        Who or what it was:

            bq query --project_id=${var.project} --use_legacy_sql=false 'SELECT team, person, api_key, model, SUM(amount_usd) AS usd FROM ${var.dataset}.attributed_cost WHERE usage_date = "$${log.extracted_label.day}" AND vendor = "$${log.extracted_label.vendor}" GROUP BY team, person, api_key, model ORDER BY usd DESC LIMIT 20'

        More: ${local.runbooks}/a-sum-looks-wrong.md
      TEXT
    }
    budget = {
      title    = "a budget is being used up"
      severity = "WARNING"
      filter   = "${local.service_log} AND jsonPayload.event=\"anomaly\" AND jsonPayload.kind=(\"budget\" OR \"forecast\")"
      extract  = { kind = "kind", reason = "reason" }
      todo     = <<-TEXT
        $${log.extracted_label.kind}: $${log.extracted_label.reason}

        Each half, four fifths and whole of a budget is told once a month, and so is a forecast that passes it. A budget is changed with

            EventPipeline budgets import FILE
      TEXT
    }
    drift = {
      title    = "a vendor sent what its documentation does not name"
      severity = "WARNING"
      filter   = "${local.service_log} AND jsonPayload.event=\"drift\""
      extract  = { vendor = "vendor", report = "report", notes = "notes" }
      todo     = <<-TEXT
        $${log.extracted_label.vendor}/$${log.extracted_label.report}: $${log.extracted_label.notes}

        The data was loaded, and the vendor's own text is in raw_page. Look at what is new, and teach the connector.

        More: ${local.runbooks}/a-vendor-is-down.md
      TEXT
    }
    not_scheduled = {
      title    = "the schedule could not publish"
      severity = "ERROR"
      filter   = "resource.type=\"cloud_scheduler_job\" AND resource.labels.job_id=\"${google_cloud_scheduler_job.daily.name}\" AND severity>=ERROR"
      extract  = { status = "status" }
      todo     = <<-TEXT
        Cloud Scheduler could not publish the daily run ($${log.extracted_label.status}). Try again:

            gcloud scheduler jobs run ${google_cloud_scheduler_job.daily.name} --location=${var.region} --project=${var.project}

        Where it is refused, Cloud Scheduler's service agent has lost roles/cloudscheduler.serviceAgent.

        More: ${local.runbooks}/a-day-is-missing.md
      TEXT
    }
    not_deployed = {
      title    = "a deployment failed"
      severity = "ERROR"
      filter   = "logName=\"projects/${var.project}/logs/${local.name}-deploy\" AND severity>=ERROR"
      extract  = { event = "event", message = "message", reason = "reason" }
      todo     = <<-TEXT
        $${log.extracted_label.event}: $${log.extracted_label.message} $${log.extracted_label.reason}

        deploy.failed: traffic never moved. deploy.rolled_back: traffic is where it was. With severity CRITICAL the way back failed too; from a checkout:

            ${local.deploy} rollback
      TEXT
    }
  }
}

resource "google_monitoring_alert_policy" "log" {
  for_each = local.log_alerts

  display_name          = "EventPipeline: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = merge(local.labels, { alert = each.key })

  conditions {
    display_name = each.value.title
    condition_matched_log {
      filter           = each.value.filter
      label_extractors = { for label, field in each.value.extract : label => "EXTRACT(jsonPayload.${field})" }
    }
  }

  alert_strategy {
    notification_rate_limit {
      period = "300s"
    }
    auto_close = "82800s" # 23 h: what is still so tomorrow is told again
  }

  documentation {
    subject   = "EventPipeline: ${each.value.title}"
    content   = each.value.todo
    mime_type = "text/markdown"
  }

  depends_on = [google_project_service.apis]
}
