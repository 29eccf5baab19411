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

variable "repository_id" {
  description = "The repository's number, which no rename or re-registration can take over."
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository_id))
    error_message = "repository_id is a number: gh api repos/OWNER/NAME --jq .id"
  }
}

variable "repository_owner_id" {
  description = "The number of the repository's owner."
  type        = string

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository_owner_id))
    error_message = "repository_owner_id is a number: gh api repos/OWNER/NAME --jq .owner.id"
  }
}

variable "database_tier" {
  description = "The machine of the database."
  type        = string
  default     = "db-custom-1-3840"
}

variable "database_connections" {
  description = "How many connections the database takes; the service stack is given the same number."
  type        = number
  default     = 100
}
