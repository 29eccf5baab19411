# What stops a deployment before anything has changed.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_secret_manager_secret_version" {
    defaults = { enabled = true }
  }
}

variables {
  project     = "example-project"
  region      = "europe-west1"
  stage       = "prod"
  base_url    = "https://taskflow.example.com"
  alert_email = "people@example.com"
  image       = "europe-west1-docker.pkg.dev/example-project/taskflow/taskflow@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  release     = "sha-0123456789ab-2"
  serving     = "taskflow-sha-ba9876543210-1"
  secret_versions = {
    DATABASE_URL        = "3"
    SECRET_KEY          = "1"
    KEY_ENCRYPTION_KEYS = "2"
    ADMIN_API_KEY       = "1"
  }
}

run "a_new_revision_has_a_tag_and_no_traffic" {
  command = plan

  assert {
    condition = [
      for each in google_cloud_run_v2_service.taskflow.traffic :
      "${each.revision} ${each.percent} ${each.tag == null ? "untagged" : each.tag}"
      ] == [
      "taskflow-sha-ba9876543210-1 100 untagged",
      "taskflow-sha-0123456789ab-2 0 candidate",
    ]
    error_message = "the new revision has traffic, or the old one has not all"
  }
}

run "traffic_moves_whole" {
  command = plan

  variables {
    serving = "taskflow-sha-0123456789ab-2"
  }

  assert {
    condition = [for each in google_cloud_run_v2_service.taskflow.traffic : "${each.revision} ${each.percent}"] == [
      "taskflow-sha-0123456789ab-2 100",
    ]
    error_message = "the shift left something behind"
  }
}

run "a_command_by_hand_has_no_clock_and_is_not_repeated" {
  command = plan

  assert {
    condition = (
      google_cloud_run_v2_job.command["by-hand"].template[0].template[0].max_retries == 0
      && !contains(keys(google_cloud_scheduler_job.clock), "by-hand")
      && !contains(keys(google_cloud_run_v2_job_iam_member.scheduler), "by-hand")
    )
    error_message = "what people run by hand would run by itself, or twice"
  }
}

run "a_tag_is_not_deployed" {
  command = plan

  variables {
    image = "europe-west1-docker.pkg.dev/example-project/taskflow/taskflow:latest"
  }

  expect_failures = [var.image]
}

run "a_version_is_a_number" {
  command = plan

  variables {
    secret_versions = {
      DATABASE_URL        = "latest"
      SECRET_KEY          = "1"
      KEY_ENCRYPTION_KEYS = "2"
      ADMIN_API_KEY       = "1"
    }
  }

  expect_failures = [var.secret_versions]
}

run "each_secret_has_a_version" {
  command = plan

  variables {
    secret_versions = { DATABASE_URL = "3" }
  }

  expect_failures = [var.secret_versions]
}

run "a_secret_is_no_setting" {
  command = plan

  variables {
    settings = { SECRET_KEY = "shown to everybody" }
  }

  expect_failures = [var.settings]
}

run "the_bypass_is_no_setting" {
  command = plan

  variables {
    settings = { ALLOW_DEV_AUTH_BYPASS = "true" }
  }

  expect_failures = [var.settings]
}

run "a_setting_has_a_value" {
  command = plan

  variables {
    settings = { LOG_LEVEL = " " }
  }

  expect_failures = [var.settings]
}

run "a_release_is_named_after_its_commit" {
  command = plan

  variables {
    release = "v1"
  }

  expect_failures = [var.release]
}

run "an_address_is_https_and_whole" {
  command = plan

  variables {
    base_url = "http://taskflow.example.com/"
  }

  expect_failures = [var.base_url]
}

run "more_connections_than_the_database_takes" {
  command = plan

  variables {
    instances = { min = 1, max = 40 }
  }

  expect_failures = [google_cloud_run_v2_service.taskflow]
}

run "a_disabled_version_is_told" {
  command = plan

  override_data {
    target = data.google_secret_manager_secret_version.pinned["SECRET_KEY"]
    values = { enabled = false }
  }

  expect_failures = [data.google_secret_manager_secret_version.pinned["SECRET_KEY"]]
}
