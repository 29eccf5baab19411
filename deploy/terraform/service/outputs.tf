# Told by what is there, not by what was asked for: after a deployment that failed these still say what
# the last one that worked left.
output "revision" {
  description = "The newest revision, with or without traffic."
  value       = google_cloud_run_v2_service.taskflow.template[0].revision
}

output "serving" {
  description = "The revision that has the traffic; what a rollback goes back to."
  value       = one([for each in google_cloud_run_v2_service.taskflow.traffic : each.revision if each.percent == 100])
}

output "image" {
  description = "What the newest revision runs; a rollback plans with it."
  value       = google_cloud_run_v2_service.taskflow.template[0].containers[0].image
}

output "secret_versions" {
  description = "The version of each secret that the newest revision was given; a rollback plans with them."
  value = merge(
    {
      for each in google_cloud_run_v2_service.taskflow.template[0].containers[0].env :
      each.name => each.value_source[0].secret_key_ref[0].version if length(each.value_source) > 0
    },
    {
      for each in google_cloud_run_v2_service.taskflow.template[0].volumes :
      each.secret[0].items[0].path => each.secret[0].items[0].version if length(each.secret) > 0
    },
  )
}

output "url" {
  description = "Where the platform itself reaches the service."
  value       = "https://${local.default}"
}

output "candidate_url" {
  description = "Where the newest revision is reached without traffic."
  value       = "https://${local.tag}---${local.default}"
}
