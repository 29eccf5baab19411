locals {
  services = [
    "artifactregistry", "cloudscheduler", "iam", "iamcredentials", "monitoring", "pubsub", "run",
    "secretmanager", "sqladmin", "sts",
  ]
}

resource "google_project_service" "used" {
  for_each = toset(local.services)

  service            = "${each.value}.googleapis.com"
  disable_on_destroy = false
}
