locals {
  # A chart of one or more series. `query` is PromQL on the metrics made of log entries, `filter` a metric that Google keeps.
  charts = [
    { title = "Runs per day", plot = "STACKED_BAR", series = {
      completed = { query = "sum(increase(${local.series["runs_completed"]}[1d]))" }
      failed    = { query = "sum(increase(${local.series["runs_failed"]}[1d]))" }
    } },
    { title = "Windows by outcome, per hour", plot = "STACKED_BAR", series = {
      windows = { query = "sum by (state) (increase(${local.series["windows_ended"]}[1h]))" }
    } },
    { title = "US dollars loaded per day, by vendor", plot = "STACKED_BAR", series = {
      spend = { query = "sum by (vendor) (increase(${local.series["spend_usd_sum"]}[1d]))" }
    } },
    { title = "Hours since the last complete day ended, at each run", plot = "LINE", series = {
      freshness = { query = "sum by (vendor, account, report) (increase(${local.series["freshness_hours_sum"]}[1d])) / sum by (vendor, account, report) (increase(${local.series["freshness_hours_count"]}[1d]))" }
    } },
    { title = "Dead letters per hour, by cause", plot = "STACKED_BAR", series = {
      dead_letters = { query = "sum by (cause) (increase(${local.series["dead_letters"]}[1h]))" }
    } },
    { title = "Failed attempts per hour, by vendor", plot = "STACKED_BAR", series = {
      attempts = { query = "sum by (vendor) (increase(${local.series["attempts_failed"]}[1h]))" }
    } },
    { title = "Age of the oldest message, by subscription", plot = "LINE", series = {
      age = { filter = "${local.subscriptions_filter} AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\"", aligner = "ALIGN_MAX", reducer = "REDUCE_MAX", by = "resource.label.subscription_id" }
    } },
    { title = "Messages not acknowledged, by subscription", plot = "STACKED_AREA", series = {
      waiting = { filter = "${local.subscriptions_filter} AND metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\"", aligner = "ALIGN_MAX", reducer = "REDUCE_MAX", by = "resource.label.subscription_id" }
    } },
    { title = "Requests per second, by status", plot = "STACKED_BAR", series = {
      requests = { filter = "${local.service_log} AND metric.type=\"run.googleapis.com/request_count\"", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = "metric.label.response_code_class" }
    } },
    { title = "Time to answer, 95th percentile", plot = "LINE", series = {
      latency = { filter = "${local.service_log} AND metric.type=\"run.googleapis.com/request_latencies\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_95", by = "resource.label.revision_name" }
    } },
    { title = "Instances", plot = "STACKED_AREA", series = {
      instances = { filter = "${local.service_log} AND metric.type=\"run.googleapis.com/container/instance_count\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = "metric.label.state" }
    } },
    { title = "Memory in use, 99th percentile of 1 GiB", plot = "LINE", series = {
      memory = { filter = "${local.service_log} AND metric.type=\"run.googleapis.com/container/memory/utilizations\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_PERCENTILE_99", by = "resource.label.revision_name" }
    } },
  ]

  subscriptions_filter = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=starts_with(\"${local.name}-\")"

  widgets = concat(
    [for chart in local.charts : {
      title = chart.title
      xyChart = { dataSets = [for name, source in chart.series : merge({
        plotType = chart.plot
        timeSeriesQuery = try({ prometheusQuery = source.query }, { timeSeriesFilter = {
          filter = source.filter
          aggregation = {
            alignmentPeriod    = "300s"
            perSeriesAligner   = source.aligner
            crossSeriesReducer = source.reducer
            groupByFields      = [source.by]
          }
        } })
      }, length(chart.series) > 1 ? { legendTemplate = name } : {})] }
    }],
    [{
      title     = "What a person has to act on"
      logsPanel = { filter = "${local.service_log} AND severity>=ERROR AND NOT LOG_ID(\"run.googleapis.com/requests\")" }
    }],
  )
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = "EventPipeline"
    labels      = local.labels
    mosaicLayout = {
      columns = 48
      # A position of 0 is not said: the API leaves it out of its answers, and every plan would want to put it back.
      tiles = [for position, widget in local.widgets : merge(
        { width = 24, height = 16, widget = widget },
        { for axis, offset in { xPos = position % 2 * 24, yPos = floor(position / 2) * 16 } : axis => offset if offset > 0 },
      )]
    }
  })

  depends_on = [google_project_service.apis]
}
