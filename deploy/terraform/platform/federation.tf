# The pipeline has no key: it shows GitHub's token and gets a short one. Only this repository, told by
# numbers that cannot be registered anew, only from the stage's branch and environment.
locals {
  branch      = { dev = "refs/heads/dev", prod = "refs/heads/main" }[var.stage]
  environment = var.stage
}

resource "google_iam_workload_identity_pool" "pipeline" {
  workload_identity_pool_id = "${module.shared.name}-pipeline"
  display_name              = "TaskFlow pipeline"

  depends_on = [google_project_service.used]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.pipeline.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"

  attribute_mapping = {
    "google.subject"          = "assertion.sub"
    "attribute.repository_id" = "assertion.repository_id"
  }
  attribute_condition = join(" && ", [
    "assertion.repository_id == '${var.repository_id}'",
    "assertion.repository_owner_id == '${var.repository_owner_id}'",
    "assertion.ref == '${local.branch}'",
    "assertion.environment == '${local.environment}'",
  ])

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "pipeline_is" {
  for_each = toset(["deployer", "migrator"])

  service_account_id = google_service_account.duty[each.value].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.pipeline.name}/attribute.repository_id/${var.repository_id}"
}
