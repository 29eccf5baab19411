variable "project" {
  description = "The Google Cloud project of this stage; each stage has its own."
  type        = string
}

variable "region" {
  description = "Where everything runs."
  type        = string
}

variable "stage" {
  description = "dev or prod."
  type        = string
}

variable "allow_dev_auth_bypass" {
  description = "Whether dev: tokens are taken, in dev alone."
  type        = bool
  default     = false
}

variable "optional_secrets" {
  description = "Which of the contract's optional secrets are used."
  type        = set(string)
  default     = []
}

variable "base_url" {
  description = "Where clients reach the service: https://host; also the issuer of its tokens."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.base_url))
    error_message = "base_url must be https://host, without a path or a slash at its end."
  }
}

variable "image" {
  description = "What runs, by digest: a tag may mean something else tomorrow."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+/[a-z0-9/_.-]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image must name a digest, as registry/path@sha256:…; a tag is not deployed."
  }
}

variable "release" {
  description = "Names the new revision: sha-COMMIT-RUN; each deployment has its own."
  type        = string

  validation {
    condition     = can(regex("^sha-[0-9a-f]{7,40}-[0-9]+$", var.release))
    error_message = "release must be sha-COMMIT-RUN, as sha-1a2b3c4d5e6f-7."
  }
}

variable "serving" {
  description = "The revision that has the traffic; the new one's name to shift to it. Empty: the first deployment."
  type        = string
  default     = ""
}

variable "secret_versions" {
  description = "The version of each secret, a number: latest would change under a running revision."
  type        = map(string)

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "Each secret's version is a number; `python -m deploy.pin_secrets` finds them."
  }

  validation {
    condition     = length(setsubtract(keys(module.shared.secrets), keys(var.secret_versions))) == 0
    error_message = "Without a version: ${join(", ", setsubtract(keys(module.shared.secrets), keys(var.secret_versions)))}. Add one (docs/runbooks/secrets.md), then run `python -m deploy.pin_secrets`."
  }
}

variable "settings" {
  description = "Further plain variables of the contract: optional ones, and defaults of the code to be changed."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.settings), local.settable)) == 0
    error_message = "Not to be set here: ${join(", ", setsubtract(keys(var.settings), local.settable))}. Settings are optional_plain and code_defaults of `manage.py contract`."
  }

  validation {
    condition     = alltrue([for value in values(var.settings) : trimspace(value) != ""])
    error_message = "A setting without a value: leave it out instead."
  }
}

variable "instances" {
  description = "How few and how many containers may run."
  type        = object({ min = number, max = number })
  default     = { min = 0, max = 4 }

  validation {
    condition     = var.instances.min >= 0 && var.instances.max >= max(1, var.instances.min)
    error_message = "instances.max must be at least 1 and at least instances.min."
  }
}

variable "database_instance" {
  description = "The database's instance; another name after a restore (docs/runbooks/restore.md)."
  type        = string
  default     = "taskflow"
}

variable "database_connections" {
  description = "How many connections the database takes; the platform stack's number."
  type        = number
  default     = 100
}

variable "alert_email" {
  description = "Who is told when something is wrong."
  type        = string
}
