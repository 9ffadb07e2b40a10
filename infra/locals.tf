locals {
  name     = "eventpipeline"
  labels   = { app = local.name }
  datasets = { production = var.dataset, development = "${var.dataset}_dev" }

  # A vendor's section in the service's settings.
  sections = { anthropic = "Anthropic", cursor = "Cursor", github_copilot = "GitHubCopilot", openai = "OpenAI", openrouter = "OpenRouter" }

  # What one key of a vendor may read several of: an account says which.
  scope_kinds = { github_copilot = ["organizations", "enterprises"] }

  # Where a vendor's settings are.
  vendor_settings = merge(
    { for vendor, section in local.sections : vendor => "Vendors__${section}" },
    { for vendor in keys(var.other_vendors) : vendor => "Vendors__Other__${vendor}" },
  )

  # One entry per account; the position in its vendor's list is the number in the settings.
  accounts = merge([
    for vendor, names in var.accounts : {
      for position, name in names : "${vendor}-${name}" => {
        vendor   = vendor
        name     = name
        settings = "${local.vendor_settings[vendor]}__Accounts__${position}"
      }
    }
  ]...)

  # The pool's name has the project's number. A data source, which an empty project cannot answer before its APIs are on, would be read anew with every API
  # that is added, and the plan would want to replace all roles of the agent.
  project_number = split("/", google_iam_workload_identity_pool.github.name)[1]
  pubsub_agent   = "serviceAccount:service-${local.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
