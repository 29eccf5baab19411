# The developer's bypass: in dev when asked for, in prod never.

variables {
  project               = "example-project"
  stage                 = "prod"
  allow_dev_auth_bypass = false
  optional_secrets      = []
}

run "prod_does_not_have_it" {
  command = plan

  assert {
    condition     = !output.bypass && !contains(keys(output.secrets), "DEV_BYPASS_SECRET")
    error_message = "prod has the bypass or its secret"
  }
}

run "prod_cannot_ask_for_it" {
  command = plan

  variables {
    allow_dev_auth_bypass = true
  }

  expect_failures = [var.allow_dev_auth_bypass]
}

run "dev_does_without_it" {
  command = plan

  variables {
    stage = "dev"
  }

  assert {
    condition     = !output.bypass && !contains(keys(output.secrets), "DEV_BYPASS_SECRET")
    error_message = "dev has the bypass though nobody asked for it"
  }
}

run "dev_has_it_with_its_secret" {
  command = plan

  variables {
    stage                 = "dev"
    allow_dev_auth_bypass = true
  }

  assert {
    condition     = output.bypass && contains(keys(output.secrets), "DEV_BYPASS_SECRET")
    error_message = "dev misses the bypass or its secret"
  }
}

run "there_is_no_third_stage" {
  command = plan

  variables {
    stage = "local"
  }

  expect_failures = [var.stage]
}

run "a_secret_that_the_contract_does_not_know" {
  command = plan

  variables {
    optional_secrets = ["SURPLUS"]
  }

  expect_failures = [var.optional_secrets]
}
