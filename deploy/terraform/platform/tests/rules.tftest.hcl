# What must never change by accident: who gets in, who reads what.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project             = "example-project"
  region              = "europe-west1"
  stage               = "prod"
  base_url            = "https://taskflow.example.com"
  repository_id       = "100000001"
  repository_owner_id = "200000002"
}

run "the_pipeline_is_told_by_numbers_branch_and_environment" {
  command = plan

  assert {
    condition = google_iam_workload_identity_pool_provider.github.attribute_condition == join(" && ", [
      "assertion.repository_id == '100000001'",
      "assertion.repository_owner_id == '200000002'",
      "assertion.ref == 'refs/heads/main'",
      "assertion.environment == 'prod'",
    ])
    error_message = "another repository, branch or environment would be let in"
  }
}

run "no_secret_has_a_value_here" {
  command = plan

  assert {
    condition     = length(google_secret_manager_secret.contract) == length(module.shared.contract.required_secrets)
    error_message = "secrets and contract differ"
  }

  assert {
    condition     = !contains(values(module.shared.secrets), google_secret_manager_secret.migrator_database_url.secret_id)
    error_message = "the service would read the migrator's secret"
  }
}

run "a_repository_has_a_number" {
  command = plan

  variables {
    repository_id       = "example/taskflow"
    repository_owner_id = "0"
  }

  expect_failures = [var.repository_id, var.repository_owner_id]
}

run "the_database_admits_the_connector_alone" {
  command = plan

  assert {
    condition     = google_sql_database_instance.main.settings[0].connector_enforcement == "REQUIRED"
    error_message = "a password alone would do"
  }

  assert {
    condition     = google_sql_database_instance.main.deletion_protection
    error_message = "prod's database could be dropped by a plan"
  }
}
