# What both stacks must agree on, said once: the contract, names, identities, and the one place
# where it is decided whether the developer's bypass exists.

terraform {
  required_version = ">= 1.11, < 2.0"
}

variable "project" {
  description = "The Google Cloud project of this stage; each stage has its own."
  type        = string
}

variable "stage" {
  description = "dev or prod."
  type        = string

  validation {
    condition     = contains(["dev", "prod"], var.stage)
    error_message = "The stage is dev or prod; LOCAL never runs on the platform."
  }
}

variable "allow_dev_auth_bypass" {
  description = "Whether dev: tokens are taken; the repository variable ALLOW_DEV_AUTH_BYPASS."
  type        = bool

  validation {
    condition     = !(var.allow_dev_auth_bypass && var.stage != "dev")
    error_message = "The bypass exists in dev alone: unset ALLOW_DEV_AUTH_BYPASS for this environment."
  }
}

variable "optional_secrets" {
  description = "Which of the contract's optional secrets are used."
  type        = set(string)

  validation {
    condition     = length(setsubtract(var.optional_secrets, local.contract.optional_secrets)) == 0
    error_message = "No optional secrets of the contract: ${join(", ", setsubtract(var.optional_secrets, local.contract.optional_secrets))}."
  }
}

locals {
  contract = jsondecode(file("${path.module}/contract.json"))
  name     = "taskflow"

  # Even if the validation above were gone, prod could not get it.
  bypass = var.stage == "dev" && var.allow_dev_auth_bypass

  secrets = setunion(
    local.contract.required_secrets,
    var.optional_secrets,
    local.bypass ? local.contract.dev_only_secrets : [],
  )
}

output "name" {
  value = local.name
}

output "contract" {
  value = local.contract
}

output "bypass" {
  value = local.bypass
}

output "secrets" {
  description = "Secret Manager's name of each variable that the service gets from there."
  value       = { for variable in local.secrets : variable => "${local.name}-${lower(replace(variable, "_", "-"))}" }
}

output "migrator_database_url" {
  description = "The secret with the database URL of the one who owns the tables; the service never sees it."
  value       = "${local.name}-migrator-database-url"
}

output "accounts" {
  description = "Who runs what: the service, its migrations, its schedule, its deployment, its queue."
  value = {
    for duty in ["runtime", "migrator", "scheduler", "deployer", "pusher"] :
    duty => "${local.name}-${duty}@${var.project}.iam.gserviceaccount.com"
  }
}
