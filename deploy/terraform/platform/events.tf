# Messages of the stack, pushed to the service with a token that says who pushes.
resource "google_pubsub_topic" "commands" {
  name = "${module.shared.name}-commands"

  depends_on = [google_project_service.used]
}

# Where a message goes that the service kept refusing with 5xx.
resource "google_pubsub_topic" "undelivered" {
  name = "${module.shared.name}-undelivered"

  depends_on = [google_project_service.used]
}

resource "google_pubsub_subscription" "undelivered" {
  name                       = "${module.shared.name}-undelivered"
  topic                      = google_pubsub_topic.undelivered.id
  message_retention_duration = "604800s"
}

resource "google_pubsub_subscription" "push" {
  name                 = "${module.shared.name}-push"
  topic                = google_pubsub_topic.commands.id
  ack_deadline_seconds = 30

  push_config {
    push_endpoint = "${var.base_url}/api/pubsub/push"

    oidc_token {
      service_account_email = google_service_account.duty["pusher"].email
      audience              = var.base_url
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.undelivered.id
    max_delivery_attempts = 10
  }

  expiration_policy {
    ttl = "" # never
  }
}

# Pub/Sub itself signs as the pusher, forwards what nobody took, and acknowledges it.
data "google_project" "this" {
  project_id = var.project
}

locals {
  pubsub = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_service_account_iam_member" "pubsub_signs" {
  service_account_id = google_service_account.duty["pusher"].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub
}

resource "google_pubsub_topic_iam_member" "pubsub_forwards" {
  topic  = google_pubsub_topic.undelivered.id
  role   = "roles/pubsub.publisher"
  member = local.pubsub
}

resource "google_pubsub_subscription_iam_member" "pubsub_acknowledges" {
  subscription = google_pubsub_subscription.push.id
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub
}
