output "registry" {
  description = "Where images go; the repository variable REGISTRY."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"
}

output "workload_identity_provider" {
  description = "What the pipeline signs in with; the repository variable WORKLOAD_IDENTITY_PROVIDER."
  value       = google_iam_workload_identity_pool_provider.github.name
}

output "accounts" {
  description = "The pipeline's identities; the repository variables DEPLOYER and MIGRATOR."
  value       = module.shared.accounts
}

output "database_instance" {
  description = "The socket's name in DATABASE_URL: ?host=/cloudsql/…"
  value       = google_sql_database_instance.main.connection_name
}
