resource "google_monitoring_uptime_check_config" "health" {
  display_name = "${module.shared.name} ${var.stage}"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = "/health/ready"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = local.host }
  }
}

resource "google_monitoring_notification_channel" "people" {
  display_name = "${module.shared.name} ${var.stage}"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

locals {
  of_service = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"${module.shared.name}\""

  # What is looked at, how it is summed up, and from where on somebody is told.
  alerts = {
    "is not reachable from outside" = {
      filter  = "metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type = \"uptime_url\" AND metric.labels.check_id = \"${google_monitoring_uptime_check_config.health.uptime_check_id}\""
      aligner = "ALIGN_NEXT_OLDER", reducer = "REDUCE_COUNT_FALSE", above = 1, seconds = 120
    }
    "answers with 5xx" = {
      filter  = "metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\" AND ${local.of_service}"
      aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", above = 0.1, seconds = 300
    }
    "is slow" = {
      filter  = "metric.type = \"run.googleapis.com/request_latencies\" AND ${local.of_service}"
      aligner = "ALIGN_PERCENTILE_95", reducer = "REDUCE_MAX", above = 1000, seconds = 600
    }
    "has a scheduled job that fails" = {
      filter  = "metric.type = \"run.googleapis.com/job/completed_task_attempt_count\" AND metric.labels.result = \"failed\" AND resource.type = \"cloud_run_job\""
      aligner = "ALIGN_SUM", reducer = "REDUCE_SUM", above = 1, seconds = 0
    }
    "is short of database connections" = {
      filter  = "metric.type = \"cloudsql.googleapis.com/database/postgresql/num_backends\" AND resource.type = \"cloudsql_database\""
      aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", above = floor(var.database_connections * 0.8), seconds = 300
    }
  }
}

resource "google_monitoring_alert_policy" "told" {
  for_each = local.alerts

  display_name          = "${module.shared.name} ${var.stage} ${each.key}"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.people.id]

  conditions {
    display_name = each.key

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = "${each.value.seconds}s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See docs/runbooks in the repository: rollback.md if this began with a deployment."
  }
}
