terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.7"
    }
  }

  # Bucket and prefix come from the pipeline: -backend-config=bucket=… -backend-config=prefix=…
  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region
}

module "shared" {
  source = "../shared"

  project               = var.project
  stage                 = var.stage
  allow_dev_auth_bypass = var.allow_dev_auth_bypass
  optional_secrets      = var.optional_secrets
}
