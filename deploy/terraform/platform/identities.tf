locals {
  duties = {
    runtime   = "runs the service and its scheduled jobs"
    migrator  = "changes the database's schema, from the pipeline"
    scheduler = "starts the scheduled jobs"
    deployer  = "builds images and deploys the service, from the pipeline"
    pusher    = "signs what Pub/Sub pushes to the service"
  }

  # What each may do in the whole project; everything else is granted thing by thing.
  project_roles = {
    runtime  = ["roles/cloudsql.client"]
    migrator = ["roles/cloudsql.client"]
    deployer = [
      "roles/cloudscheduler.admin", "roles/monitoring.editor", "roles/run.admin",
      "roles/secretmanager.viewer",
    ]
  }
  granted = merge([
    for duty, roles in local.project_roles : { for role in roles : "${duty} ${role}" => { duty = duty, role = role } }
  ]...)
}

resource "google_service_account" "duty" {
  for_each = local.duties

  account_id   = "${module.shared.name}-${each.key}"
  display_name = "TaskFlow ${each.key}: ${each.value}"

  depends_on = [google_project_service.used]
}

resource "google_project_iam_member" "granted" {
  for_each = local.granted

  project = var.project
  role    = each.value.role
  member  = google_service_account.duty[each.value.duty].member
}

# The deployer may let the platform run things as these, and as nobody else.
resource "google_service_account_iam_member" "deployer_acts_as" {
  for_each = toset(["runtime", "scheduler"])

  service_account_id = google_service_account.duty[each.value].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.duty["deployer"].member
}
