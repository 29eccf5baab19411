# What the containers get: the contract's variables, each the way its category says. The lists are in
# ../shared/contract.json, written by `manage.py contract --format terraform`.
locals {
  contract = module.shared.contract
  settable = setunion(local.contract.optional_plain, keys(local.contract.code_defaults))

  host    = trimprefix(var.base_url, "https://")
  default = "${module.shared.name}-${data.google_project.this.number}.${var.region}.run.app"

  # The stack knows these; var.settings may say them otherwise, and says the rest.
  known = {
    ALLOWED_HOSTS       = join(",", [local.host, local.default, "${local.tag}---${local.default}"])
    GC_PROJECT          = var.project
    GC_OAUTH_AUDIENCE   = var.base_url
    GC_SERVICE_ACCOUNTS = "${module.shared.accounts.pusher}=tasks:read tasks:write"
  }

  plain = merge(
    { ENV = upper(var.stage), BASE_URL = var.base_url },
    local.known,
    var.settings,
    module.shared.bypass ? { for variable in local.contract.dev_only_plain : variable => "true" } : {},
    { for variable in keys(local.files) : variable => "${local.mount}/${variable}" },
  )

  # Secrets that are files: mounted, and their variable tells the path.
  mount   = "/secrets"
  files   = { for variable, secret in module.shared.secrets : variable => secret if endswith(variable, "_FILE") }
  secrets = { for variable, secret in module.shared.secrets : variable => secret if !endswith(variable, "_FILE") }
}

data "google_project" "this" {
  project_id = var.project
}

# The preflight: a secret that nobody has given a value stops the plan, not the start. Values are not read.
data "google_secret_manager_secret_version" "pinned" {
  for_each = module.shared.secrets

  secret            = each.value
  version           = var.secret_versions[each.key]
  fetch_secret_data = false

  lifecycle {
    postcondition {
      condition     = self.enabled
      error_message = "Version ${var.secret_versions[each.key]} of ${each.value} is disabled: enable it, or add one and run `python -m deploy.pin_secrets`."
    }
  }
}
