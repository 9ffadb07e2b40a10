locals {
  name     = "eventpipeline"
  labels   = { app = local.name }
  datasets = { production = var.dataset, development = "${var.dataset}_dev" }

  # A vendor's section in the service's settings.
  sections = { anthropic = "Anthropic", openai = "OpenAI" }

  # One entry per account; the position in its vendor's list is the number in the settings.
  accounts = merge([
    for vendor, names in var.accounts : {
      for position, name in names : "${vendor}-${name}" => {
        name     = name
        settings = "Vendors__${local.sections[vendor]}__Accounts__${position}"
      }
    }
  ]...)

  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
