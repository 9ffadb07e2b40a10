# The commands that outputs and alerts tell people to run.
locals {
  call     = "curl -H \"Authorization: Bearer $(gcloud auth print-identity-token --impersonate-service-account=${google_service_account.operator.email} --audiences=${local.audience} --include-email)\" ${google_cloud_run_v2_service.this.uri}"
  runbooks = "https://github.com/${var.github_repository}/blob/main/docs/runbooks"
  deploy   = "GOOGLE_CLOUD_PROJECT=${var.project} GOOGLE_CLOUD_REGION=${var.region} infra/deploy"
}

output "next_steps" {
  description = "What to do after `terraform apply`."
  value       = <<-TEXT
    1. Put each account's key into its secret:

    ${join("\n", [for secret in google_secret_manager_secret.account : "     printf %s \"$KEY\" | gcloud secrets versions add ${secret.secret_id} --project=${var.project} --data-file=-"])}
    ${join("\n", [for secret in google_secret_manager_secret.email_key : "     openssl rand -hex 32 | tr -d '\\n' | gcloud secrets versions add ${secret.secret_id} --project=${var.project} --data-file=-"])}

    2. Deploy, from a checkout of the repository (later pushes to main do it by themselves):

         ${local.deploy}

    3. Tell GitHub where to deploy to:

         terraform -chdir=infra output -raw github_variables | gh variable set -f - --repo ${var.github_repository}

    4. Load the first days now, or wait for the schedule (${var.schedule}, ${var.time_zone}):

         gcloud pubsub topics publish ${google_pubsub_topic.this["trigger"].name} --project=${var.project} --message='{"days": 30}'

    Changed a setting? Apply, then `infra/deploy current`: traffic stays where it is until then.
  TEXT
}

output "github_variables" {
  description = "The repository's variables, one NAME=value per line, for `gh variable set -f -`."
  value       = <<-TEXT
    GOOGLE_CLOUD_PROJECT=${var.project}
    GOOGLE_CLOUD_REGION=${var.region}
    WORKLOAD_IDENTITY_PROVIDER=${google_iam_workload_identity_pool_provider.github.name}
    DEPLOY_SERVICE_ACCOUNT=${google_service_account.deploy.email}
  TEXT
}

output "service_url" {
  description = "Where the service is."
  value       = google_cloud_run_v2_service.this.uri
}

output "audience" {
  description = "What tokens for the service are made for."
  value       = local.audience
}

output "operator" {
  description = "Whom operators call the service as."
  value       = google_service_account.operator.email
}

output "call" {
  description = "How an operator calls the service: put a path right behind it, such as /runs."
  value       = local.call
}

output "environment" {
  description = "What the commands that ask the service or the dataset need: eval \"$(terraform -chdir=infra output -raw environment)\"."
  value       = "export SERVICE_URL=${google_cloud_run_v2_service.this.uri} SERVICE_AUDIENCE=${local.audience} SERVICE_OPERATOR=${google_service_account.operator.email} ${join(" ", [for name, value in local.warehouse_settings : "${name}=${value}"])}"
}

output "registry" {
  description = "Where images go."
  value       = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}/${local.name}"
}
