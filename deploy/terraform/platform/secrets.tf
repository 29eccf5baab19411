# Secrets without values: no state file holds one. Who has them adds versions (docs/runbooks/secrets.md),
# and the service stack names the version it means.
resource "google_secret_manager_secret" "contract" {
  for_each = module.shared.secrets

  secret_id = each.value

  replication {
    auto {}
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret" "migrator_database_url" {
  secret_id = module.shared.migrator_database_url

  replication {
    auto {}
  }

  depends_on = [google_project_service.used]
}

# The service reads its own, each by name, and never the one that owns the tables.
resource "google_secret_manager_secret_iam_member" "runtime" {
  for_each = google_secret_manager_secret.contract

  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.duty["runtime"].member
}

# The migrator reads the database URL of its own, and no secret of the service.
resource "google_secret_manager_secret_iam_member" "migrator" {
  secret_id = google_secret_manager_secret.migrator_database_url.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.duty["migrator"].member
}
