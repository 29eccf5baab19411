output "revision" {
  description = "The newest revision, with or without traffic."
  value       = local.revision
}

output "serving" {
  description = "The revision that has the traffic; what a rollback goes back to."
  value       = local.serving
}

output "image" {
  description = "What the newest revision runs; a rollback plans with it."
  value       = var.image
}

output "url" {
  description = "Where the platform itself reaches the service."
  value       = "https://${local.default}"
}

output "candidate_url" {
  description = "Where the newest revision is reached without traffic."
  value       = "https://${local.tag}---${local.default}"
}
