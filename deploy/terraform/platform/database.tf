resource "google_sql_database_instance" "main" {
  name                = module.shared.name
  database_version    = "POSTGRES_17"
  region              = var.region
  deletion_protection = var.stage == "prod"

  settings {
    tier              = var.database_tier
    edition           = "ENTERPRISE"
    availability_type = var.stage == "prod" ? "REGIONAL" : "ZONAL"
    disk_autoresize   = true

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = var.stage == "prod" ? 30 : 7
      }
    }

    # No network is let in: only the connector, which shows an identity.
    ip_configuration {
      ipv4_enabled = true
      ssl_mode     = "ENCRYPTED_ONLY"
    }
    connector_enforcement = "REQUIRED"

    database_flags {
      name  = "max_connections"
      value = tostring(var.database_connections)
    }

    insights_config {
      query_insights_enabled = true
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_sql_database" "main" {
  name     = module.shared.name
  instance = google_sql_database_instance.main.name
}
