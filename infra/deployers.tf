# What a deployment does: push an image, run the schema's job, make a revision that runs as the runtime identity, call it as Pub/Sub and as an
# operator would, read its log, and write down how it went.

locals {
  deployers = merge({ github = "serviceAccount:${google_service_account.deploy.email}" }, { for deployer in var.deployers : deployer => deployer })

  deployers_roles = { for pair in setproduct(keys(local.deployers), ["roles/run.developer", "roles/logging.viewer", "roles/logging.logWriter"]) :
    join(" ", pair) => { member = local.deployers[pair[0]], role = pair[1] }
  }

  deployers_tests = { for pair in setproduct(keys(local.deployers), ["push", "operator"]) :
    join(" ", pair) => { member = local.deployers[pair[0]], account = { push = google_service_account.push.name, operator = google_service_account.operator.name }[pair[1]] }
  }
}

resource "google_project_iam_member" "deploy" {
  for_each = local.deployers_roles

  project = var.project
  role    = each.value.role
  member  = each.value.member
}

resource "google_artifact_registry_repository_iam_member" "deploy" {
  for_each = local.deployers

  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.repository_id
  role       = "roles/artifactregistry.writer"
  member     = each.value
}

resource "google_service_account_iam_member" "deploy_acts_as_run" {
  for_each = local.deployers

  service_account_id = google_service_account.run.name
  role               = "roles/iam.serviceAccountUser"
  member             = each.value
}

resource "google_service_account_iam_member" "deploy_tests" {
  for_each = local.deployers_tests

  service_account_id = each.value.account
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = each.value.member
}
