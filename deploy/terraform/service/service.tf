locals {
  tag      = "candidate"
  revision = "${module.shared.name}-${var.release}"
  serving  = var.serving == "" ? local.revision : var.serving
}

resource "google_cloud_run_v2_service" "taskflow" {
  name                = module.shared.name
  location            = var.region
  ingress             = "INGRESS_TRAFFIC_ALL"
  deletion_protection = var.stage == "prod"

  template {
    revision                         = local.revision
    service_account                  = module.shared.accounts.runtime
    timeout                          = "300s"
    max_instance_request_concurrency = local.workers * local.threads
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = var.instances.min
      max_instance_count = var.instances.max
    }

    containers {
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = "512Mi" }
        cpu_idle          = true
        startup_cpu_boost = true
      }

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

      # No traffic before the database, its migrations, the audit's triggers and a key are there.
      startup_probe {
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 30

        http_get {
          path = "/health/ready"
        }
      }

      liveness_probe {
        period_seconds    = 10
        timeout_seconds   = 5
        failure_threshold = 3

        http_get {
          path = "/health"
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

  # A new revision gets a tag and no traffic; the next apply moves the traffic, or nothing does.
  dynamic "traffic" {
    for_each = local.serving == local.revision ? [] : [local.serving]

    content {
      type     = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
      revision = traffic.value
      percent  = 100
    }
  }

  traffic {
    type     = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
    revision = local.revision
    percent  = local.serving == local.revision ? 100 : 0
    tag      = local.tag
  }

  lifecycle {
    precondition {
      condition     = local.connections <= var.database_connections
      error_message = "Up to ${local.connections} database connections are wanted, ${var.database_connections} are there: lower instances.max, WEB_THREADS or DB_POOL_SIZE, or raise database_connections in both stacks."
    }
  }
}

# The service looks at credentials itself; some of its routes are for everybody.
resource "google_cloud_run_v2_service_iam_member" "everybody" {
  name     = google_cloud_run_v2_service.taskflow.name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}
