# Where

variable "project" {
  description = "The id of the Google Cloud project that all of it is made in. One project per environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is '${var.project}', which is no project id: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter, such as acme-ai-usage. `gcloud projects list` shows yours."
  }
}

variable "region" {
  description = "Where the service, the images and the schedule are, for example us-central1. Cloud Run and Cloud Scheduler must both be there."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is '${var.region}', which is no region: write one such as us-central1 or europe-west3 (a region, not a zone)."
  }
}

# Who

variable "operators" {
  description = "Who may call the service, by way of its operator identity: principals such as user:ada@example.com, group:data@example.com or serviceAccount:…"
  type        = list(string)

  validation {
    condition     = length(var.operators) > 0 && alltrue([for operator in var.operators : can(regex("^(user|group|serviceAccount):[^@[:space:],]+@[^@[:space:],]+\\.[^@[:space:],]+$", operator))])
    error_message = "operators takes at least one principal, each with its kind before it: user:ada@example.com, group:data@example.com, serviceAccount:…"
  }
}

variable "deployers" {
  description = "Who may run infra/deploy by hand, beside GitHub: principals as in operators. Even a project's owner may not make the tokens that a deployment is tested with."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for deployer in var.deployers : can(regex("^(user|group|serviceAccount):[^@[:space:],]+@[^@[:space:],]+\\.[^@[:space:],]+$", deployer))])
    error_message = "deployers takes principals with their kind before them: user:ada@example.com, group:data@example.com, serviceAccount:…"
  }
}

variable "oncall" {
  description = "Who is on call: principals as in operators, a group at best. They may do what the alerts and docs/runbooks say, call the service and take a deployment back included: trust them as you trust deployers."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for person in var.oncall : can(regex("^(user|group|serviceAccount):[^@[:space:],]+@[^@[:space:],]+\\.[^@[:space:],]+$", person))])
    error_message = "oncall takes principals with their kind before them: user:ada@example.com, group:oncall@example.com, serviceAccount:…"
  }
}

variable "notification_emails" {
  description = "Who is written to by alerts and by the budget."
  type        = list(string)

  validation {
    condition     = length(var.notification_emails) > 0 && alltrue([for email in var.notification_emails : can(regex("^[^@[:space:],:]+@[^@[:space:],]+\\.[^@[:space:],]+$", email))])
    error_message = "notification_emails takes at least one plain e-mail address, such as data-alerts@example.com."
  }
}

variable "notification_channels" {
  description = "Further notification channels that exist already (chat, pager): projects/P/notificationChannels/N."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for channel in var.notification_channels : can(regex("^projects/[^/]+/notificationChannels/[^/]+$", channel))])
    error_message = "notification_channels takes full names: projects/P/notificationChannels/N, as `gcloud beta monitoring channels list` shows them."
  }
}

variable "github_repository" {
  description = "The repository whose main branch deploys, as owner/name. GitHub's tokens of any other repository or branch are refused."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository is '${var.github_repository}': write owner/name, such as acme/event-pipeline, without https://github.com/ before it."
  }
}

# What is read

variable "accounts" {
  description = "The accounts that are read, per vendor: { anthropic = [\"acme\"], openai = [\"acme\", \"acme-labs\"] }. Each gets a secret for its key, whose value is put there by hand."
  type        = map(list(string))

  validation {
    condition     = alltrue([for vendor in keys(var.accounts) : contains(keys(local.vendor_settings), vendor)])
    error_message = "accounts names ${join(", ", [for vendor in keys(var.accounts) : "'${vendor}'" if !contains(keys(local.vendor_settings), vendor)])}, which this service cannot read. It knows ${join(", ", keys(local.vendor_settings))}; others can be described in other_vendors."
  }

  validation {
    condition     = alltrue([for vendor in keys(var.other_vendors) : length(lookup(var.accounts, vendor, [])) > 0])
    error_message = "accounts names no account of ${join(", ", [for vendor in keys(var.other_vendors) : "'${vendor}'" if length(lookup(var.accounts, vendor, [])) == 0])}, which other_vendors describes; name one."
  }

  validation {
    condition     = length(flatten(values(var.accounts))) > 0
    error_message = "accounts names no account, so nothing would ever be read. Name one, for example { anthropic = [\"acme\"] }."
  }

  # The service also takes dots; the ids of secrets, which are made of these names, do not.
  validation {
    condition     = alltrue([for name in flatten(values(var.accounts)) : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$", name))])
    error_message = "accounts: an account's name has at most 63 letters, digits, hyphens and underscores, and begins with a letter or digit."
  }

  validation {
    condition     = alltrue([for names in values(var.accounts) : length(names) == length(distinct([for name in names : lower(name)]))])
    error_message = "accounts names an account of one vendor twice (capitals do not count); give each its own name."
  }
}

variable "other_vendors" {
  description = "Vendors that the service does not know, by name, and the description of each in JSON: { litellm = file(\"litellm.json\") }. Their accounts are in accounts, like those of any vendor. src/EventPipeline/Vendors/Other/README.md says what a description holds."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for vendor in keys(var.other_vendors) : can(regex("^[a-z][a-z0-9_]{0,39}$", vendor)) && !contains(keys(local.sections), vendor)])
    error_message = "other_vendors: a name has at most 40 lower-case letters, digits and underscores, begins with a letter, and is not one of ${join(", ", keys(local.sections))}."
  }

  # Cloud Run takes 32 KiB for one setting.
  validation {
    condition     = alltrue([for description in values(var.other_vendors) : can(keys(jsondecode(description))) && length(description) <= 32000])
    error_message = "other_vendors: the description of ${join(", ", [for vendor, description in var.other_vendors : "'${vendor}'" if !can(keys(jsondecode(description))) || length(description) > 32000])} is not an object in JSON of at most 32,000 characters; write file(\"…\") for the content of a file."
  }
}

variable "account_scopes" {
  description = "What an account reads, for vendors one key of which may read several: { \"github_copilot-acme\" = \"organizations/acme-inc\" }, by vendor and name. An enterprise contains its organizations, so all accounts of such a vendor are of one kind."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([for account, scope in var.account_scopes : anytrue([
      for kind in lookup(local.scope_kinds, try(local.accounts[account].vendor, ""), []) : can(regex("^${kind}/[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", scope))
    ])])
    error_message = "account_scopes: the name of an account that needs a scope (${join(", ", [for key, account in local.accounts : "'${key}'" if contains(keys(local.scope_kinds), account.vendor)])}), and its kind and short name, such as organizations/acme-inc. Kinds are ${join("; ", [for vendor, kinds in local.scope_kinds : "${vendor}: ${join(", ", kinds)}"])}."
  }

  validation {
    condition     = alltrue([for key, account in local.accounts : !contains(keys(local.scope_kinds), account.vendor) || contains(keys(var.account_scopes), key)])
    error_message = "account_scopes is missing for ${join(", ", [for key, account in local.accounts : "'${key}'" if contains(keys(local.scope_kinds), account.vendor) && !contains(keys(var.account_scopes), key)])}: say what is read, such as organizations/acme-inc."
  }

  validation {
    condition = alltrue([for vendor in keys(local.scope_kinds) : length(distinct([
      for key, scope in var.account_scopes : split("/", scope)[0] if try(local.accounts[key].vendor, "") == vendor
    ])) <= 1])
    error_message = "account_scopes has scopes of several kinds for one vendor: an enterprise contains its organizations, and what it contains would be counted twice."
  }
}

variable "organization_ids" {
  description = "Who an account is, where the service asks for it (docs/operations.md): { \"openai-acme-inc\" = \"acme\" }, by vendor and name; its account_id in the tables, or the vendor's own id."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for account in keys(var.organization_ids) : contains(keys(local.accounts), account)])
    error_message = "organization_ids names ${join(", ", [for account in keys(var.organization_ids) : "'${account}'" if !contains(keys(local.accounts), account)])}, which is not among the accounts: ${join(", ", keys(local.accounts))}."
  }

  validation {
    condition     = alltrue([for id in values(var.organization_ids) : can(regex("^[!-~]{1,128}$", id))])
    error_message = "organization_ids: an id has at most 128 visible characters and no spaces."
  }
}

variable "sources" {
  description = "What an account is read from, where its vendor has several sources: { \"anthropic-acme\" = \"console_analytics\" }, by vendor and name."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for account in keys(var.sources) : contains(keys(local.accounts), account)])
    error_message = "sources names ${join(", ", [for account in keys(var.sources) : "'${account}'" if !contains(keys(local.accounts), account)])}, which is not among the accounts: ${join(", ", keys(local.accounts))}."
  }
}

variable "reports" {
  description = "Which reports of an account are read, where not all of its source are: { \"anthropic-acme\" = [\"cost\", \"names\"] }, by vendor and name. An account that is not named here is read whole."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for account in keys(var.reports) : contains(keys(local.accounts), account)])
    error_message = "reports names ${join(", ", [for account in keys(var.reports) : "'${account}'" if !contains(keys(local.accounts), account)])}, which is not among the accounts: ${join(", ", keys(local.accounts))}."
  }

  validation {
    condition     = alltrue([for names in values(var.reports) : length(names) > 0 && length(distinct(names)) == length(names)])
    error_message = "reports: an account's list names at least one report, and each once. To read every report, leave the account out; to read none, remove it from accounts."
  }

  validation {
    condition     = alltrue([for name in flatten(values(var.reports)) : can(regex("^[a-z][a-z0-9_]*$", name))])
    error_message = "reports: a report's name has lower-case letters, digits and underscores, such as messages_usage. GET /vendors lists them."
  }
}

variable "dataset" {
  description = "The production dataset in BigQuery; development uses <dataset>_dev."
  type        = string
  default     = "ai_usage_analytics"

  validation {
    condition     = can(regex("^[A-Za-z0-9_]+$", var.dataset)) && length(var.dataset) <= 1000 && !endswith(var.dataset, "_dev")
    error_message = "dataset is '${var.dataset}': it takes at most 1000 letters, digits and underscores, and must not end with _dev, which is development's."
  }
}

variable "dataset_location" {
  description = "Where BigQuery keeps the data: US, EU or a region. It cannot be changed later."
  type        = string
  default     = "US"

  validation {
    condition     = can(regex("^(US|EU|[a-z]+-[a-z]+[0-9]+)$", var.dataset_location))
    error_message = "dataset_location is '${var.dataset_location}': write US, EU, or a region such as europe-west3."
  }
}

variable "schedule" {
  description = "When the daily run begins: cron with five fields. The alert 'no completed run' expects one run a day."
  type        = string
  default     = "0 6 * * *"

  validation {
    condition     = can(regex("^[0-9*/,-]+( [0-9A-Za-z*/,-]+){4}$", var.schedule))
    error_message = "schedule is '${var.schedule}': write cron's five fields separated by single spaces, for example 0 6 * * *."
  }
}

variable "time_zone" {
  description = "The schedule's time zone, a name of the tz database. Where clocks change, stay out of 01:00 to 03:00: such an hour can come twice, or not at all."
  type        = string
  default     = "America/Los_Angeles"

  validation {
    condition     = can(regex("^(UTC|Etc/[A-Za-z0-9+-]+|[A-Z][A-Za-z]+(/[A-Z][A-Za-z0-9_+-]+){1,2})$", var.time_zone))
    error_message = "time_zone is '${var.time_zone}': write a name of the tz database, such as America/Los_Angeles, Europe/Berlin or UTC."
  }
}

# How it runs

variable "concurrency" {
  description = "How many requests one instance works on at once. A window of 5,000,000 rows takes the whole process to 195 MB, so four of that size fit into the instance's 1 GiB. With 10 instances that is 40 windows at once. One vendor cannot take all of them while others have accounts; for that there must be at least as many as vendors."
  type        = number
  default     = 4

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && floor(var.concurrency) == var.concurrency
    error_message = "concurrency is ${var.concurrency}: it takes a whole number from 1 to 1000."
  }
}

variable "min_instances" {
  description = "How many instances are kept warm, by the revision that serves and by every other one with a tag. None is needed: Pub/Sub waits for a start."
  type        = number
  default     = 0

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= var.max_instances && floor(var.min_instances) == var.min_instances
    error_message = "min_instances is ${var.min_instances}: it takes a whole number from 0 to max_instances (${var.max_instances})."
  }
}

variable "max_instances" {
  description = "How many instances there are at most."
  type        = number
  default     = 10

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 100 && floor(var.max_instances) == var.max_instances
    error_message = "max_instances is ${var.max_instances}: it takes a whole number from 1 to 100."
  }
}

variable "ingress" {
  description = "From where the service can be reached: all (everybody is still asked for a token), internal (this project's Pub/Sub and VPC only: deployments must then run inside it too), or internal-and-cloud-load-balancing."
  type        = string
  default     = "all"

  validation {
    condition     = contains(["all", "internal", "internal-and-cloud-load-balancing"], var.ingress)
    error_message = "ingress is '${var.ingress}': it takes all, internal or internal-and-cloud-load-balancing."
  }
}

variable "vpc" {
  description = "Direct VPC egress. A fixed outbound address for a vendor's allow list needs egress = \"ALL_TRAFFIC\" and a Cloud NAT in that network."
  type = object({
    network    = string
    subnetwork = string
    tags       = optional(list(string), [])
    egress     = optional(string, "PRIVATE_RANGES_ONLY")
  })
  default = null

  validation {
    condition     = var.vpc == null || contains(["PRIVATE_RANGES_ONLY", "ALL_TRAFFIC"], try(var.vpc.egress, ""))
    error_message = "vpc.egress takes PRIVATE_RANGES_ONLY or ALL_TRAFFIC."
  }
}

variable "telemetry" {
  description = "Whether traces and metrics are sent to Google's endpoint. Instances then keep their CPU between requests and are billed for it. Logs, and all the alerts here, do not need it."
  type        = bool
  default     = false
}

variable "settings" {
  description = "Further settings of the service, as docs/operations.md lists them: { LOG_LEVEL = \"debug\", Runs__GapDays = \"60\" }."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.settings) : can(regex("^[A-Za-z][A-Za-z0-9_]*$", name))])
    error_message = "settings: a name takes letters, digits and underscores (two of them between the parts, as in Runs__GapDays)."
  }

  # Without regard to case, as the service reads them.
  validation {
    condition = !anytrue([for name in keys(var.settings) : can(regex(
      "^(google_cloud_project|bigquery_dataset|bigquery__location|authentication__push__.*|authentication__operators__(audience|principals__0)|pubsub__.*topic|fetch__concurrency|vendors__.*__accounts.*|otel_exporter_otlp_endpoint|port|k_.*)$",
    lower(name)))])
    error_message = "settings must not repeat what Terraform sets itself: project, dataset and location, push and operator identity, topics, accounts, concurrency, telemetry's endpoint, PORT, and what begins with K_."
  }
}

# What it may cost

variable "billing_account" {
  description = "The billing account, XXXXXX-XXXXXX-XXXXXX, for a budget. Without it no budget is made."
  type        = string
  default     = null

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account takes an id such as 01A2B3-C4D5E6-F7A8B9, as `gcloud billing accounts list` shows it."
  }
}

variable "budget" {
  description = "What this project may cost in a month, in whole units of the billing account's currency. Half of it, 90 %, all of it, and a forecast of all of it are told."
  type        = number
  default     = 50

  validation {
    condition     = var.budget >= 1 && floor(var.budget) == var.budget
    error_message = "budget is ${var.budget}: it takes a whole amount from 1 on, in the billing account's currency."
  }
}

variable "hash_emails" {
  description = "Whether e-mail addresses that vendors tell are kept as hashes only. The key is in a secret of its own; the output next_steps says how to make it."
  type        = bool
  default     = false
}

variable "compact_after_days" {
  description = "After how many days the rows of versions that no view shows are deleted, once a month; null keeps them all. What is deleted cannot be restored with 'slices restore'."
  type        = number
  default     = 90

  validation {
    condition     = var.compact_after_days == null ? true : var.compact_after_days >= 8 && var.compact_after_days <= 3650 && floor(var.compact_after_days) == var.compact_after_days
    error_message = "compact_after_days is ${coalesce(var.compact_after_days, 0)}: it takes a whole number of days from 8 to 3650, or null."
  }
}

variable "spend_alert_usd" {
  description = "Above how many US dollars of one vendor's billed money, loaded within 24 hours, somebody is told. About twice an ordinary day: a day that the vendor restated counts again."
  type        = number
  default     = 1000

  validation {
    condition     = var.spend_alert_usd > 0
    error_message = "spend_alert_usd is ${var.spend_alert_usd}: it takes an amount above 0."
  }
}
