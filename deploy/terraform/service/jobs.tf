# What happens by the clock: the image's own commands, in jobs of their own. Each may run twice at
# once, or late, without harm. And one without a clock, by which people run the command that they name
# (deploy/manage.sh): with the service's environment, which nobody has at home.
locals {
  scheduled = {
    rotate-keys   = { command = ["signing_keys", "rotate"], schedule = "17 3 * * *" }
    seal-audit    = { command = ["audit", "seal"], schedule = "*/10 * * * *" }
    send-webhooks = { command = ["deliver_events"], schedule = "* * * * *" }
    prune-events  = { command = ["prune_events"], schedule = "27 4 * * *" }
    prune-keys    = { command = ["prune_idempotency_keys"], schedule = "47 * * * *" }
  }
  jobs = merge(
    { for name, job in local.scheduled : name => { command = job.command, retries = 1 } },
    { by-hand = { command = ["signing_keys", "list"], retries = 0 } },
  )
}

resource "google_cloud_run_v2_job" "command" {
  for_each = local.jobs

  name                = "${module.shared.name}-${each.key}"
  location            = var.region
  deletion_protection = false

  template {
    template {
      service_account = module.shared.accounts.runtime
      timeout         = "300s"
      max_retries     = each.value.retries

      containers {
        image   = var.image
        command = ["python", "manage.py"]
        args    = each.value.command

        dynamic "env" {
          for_each = local.plain

          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "env" {
          for_each = local.secrets

          content {
            name = env.key

            value_source {
              secret_key_ref {
                secret  = env.value
                version = data.google_secret_manager_secret_version.pinned[env.key].version
              }
            }
          }
        }

        volume_mounts {
          name       = "cloudsql"
          mount_path = "/cloudsql"
        }

        dynamic "volume_mounts" {
          for_each = length(local.files) > 0 ? ["secrets"] : []

          content {
            name       = volume_mounts.value
            mount_path = local.mount
          }
        }
      }

      volumes {
        name = "cloudsql"

        cloud_sql_instance {
          instances = ["${var.project}:${var.region}:${var.database_instance}"]
        }
      }

      dynamic "volumes" {
        for_each = local.files

        content {
          name = "secrets"

          secret {
            secret = volumes.value

            items {
              path    = volumes.key
              version = data.google_secret_manager_secret_version.pinned[volumes.key].version
            }
          }
        }
      }
    }
  }
}

resource "google_cloud_run_v2_job_iam_member" "scheduler" {
  for_each = local.scheduled

  name     = google_cloud_run_v2_job.command[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "serviceAccount:${module.shared.accounts.scheduler}"
}

resource "google_cloud_scheduler_job" "clock" {
  for_each = local.scheduled

  name             = google_cloud_run_v2_job.command[each.key].name
  region           = var.region
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "60s"

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/projects/${var.project}/locations/${var.region}/jobs/${google_cloud_run_v2_job.command[each.key].name}:run"

    oauth_token {
      service_account_email = module.shared.accounts.scheduler
    }
  }
}
