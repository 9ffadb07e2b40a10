# Every variable refuses what cannot be right. A run fails unless each variable that it expects to be refused is.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "google" {
  alias = "billing"
}

variables {
  project             = "acme-ai-usage"
  region              = "us-central1"
  github_repository   = "acme/event-pipeline"
  operators           = ["user:ada@example.com"]
  notification_emails = ["data@example.com"]
  accounts            = { anthropic = ["acme"] }
}

run "the_wrong_kind" {
  command = plan

  variables {
    project               = "Acme AI"
    region                = "us-central1-a"
    operators             = ["ada@example.com"]
    deployers             = ["ada@example.com"]
    notification_emails   = ["user:ada@example.com"]
    notification_channels = ["#alerts"]
    github_repository     = "https://github.com/acme/event-pipeline"
    accounts              = { mistral = ["acme"] }
    dataset               = "ai-usage"
    dataset_location      = "usa"
    schedule              = "daily"
    time_zone             = "Pacific Time"
    concurrency           = 1.5
    max_instances         = 2.5
    ingress               = "none"
    vpc                   = { network = "n", subnetwork = "s", egress = "EVERYTHING" }
    settings              = { "LOG-LEVEL" = "debug" }
    billing_account       = "my account"
    budget                = 9.99
    spend_alert_usd       = -1
    compact_after_days    = 30.5
    oncall                = ["oncall@example.com"]
  }

  expect_failures = [
    var.project, var.region, var.operators, var.deployers, var.notification_emails, var.notification_channels, var.github_repository, var.accounts, var.dataset,
    var.dataset_location, var.schedule, var.time_zone, var.concurrency, var.max_instances, var.ingress, var.vpc, var.settings, var.billing_account, var.budget,
    var.spend_alert_usd, var.compact_after_days, var.oncall,
  ]
}

run "too_little" {
  command = plan

  variables {
    project             = "acme"
    region              = ""
    operators           = []
    notification_emails = []
    github_repository   = "event-pipeline"
    accounts            = {}
    dataset             = ""
    schedule            = "0 6 * *"
    time_zone           = ""
    concurrency         = 0
    min_instances       = -1
    budget              = 0
    spend_alert_usd     = 0
    compact_after_days  = 7
  }

  expect_failures = [
    var.project, var.region, var.operators, var.notification_emails, var.github_repository, var.accounts, var.dataset, var.schedule, var.time_zone,
    var.concurrency, var.min_instances, var.budget, var.spend_alert_usd, var.compact_after_days,
  ]
}

run "too_much" {
  command = plan

  variables {
    project             = "acme-ai-usage-of-all-the-teams-in-the-world"
    operators           = ["user:ada@example.com", "allUsers"]
    notification_emails = ["data@example.com,ops@example.com"]
    github_repository   = "acme/event-pipeline/tree"
    accounts            = { anthropic = ["acme", "ACME"] }
    dataset             = "ai_usage_dev"
    schedule            = "0 6 * * * *"
    concurrency         = 1001
    min_instances       = 11
    settings            = { google_cloud_project = "another" }
  }

  expect_failures = [
    var.project, var.operators, var.notification_emails, var.github_repository, var.accounts, var.dataset, var.schedule, var.concurrency,
    var.min_instances, var.settings,
  ]
}

run "more_instances_than_anybody_needs" {
  command = plan
  variables {
    max_instances = 101
  }
  expect_failures = [var.max_instances]
}

run "an_account_without_a_name_for_a_secret" {
  command = plan
  variables {
    accounts = { openai = ["acme.com"] }
  }
  expect_failures = [var.accounts]
}

run "an_account_without_its_scope" {
  command = plan
  variables {
    accounts = { github_copilot = ["acme"] }
  }
  expect_failures = [var.account_scopes]
}

run "a_scope_of_no_kind" {
  command = plan
  variables {
    accounts       = { github_copilot = ["acme"] }
    account_scopes = { github_copilot-acme = "teams/acme" }
  }
  expect_failures = [var.account_scopes]
}

run "a_scope_of_an_account_that_has_none" {
  command = plan
  variables {
    accounts       = { anthropic = ["acme"] }
    account_scopes = { anthropic-acme = "organizations/acme" }
  }
  expect_failures = [var.account_scopes]
}

run "scopes_of_two_kinds" {
  command = plan
  variables {
    accounts       = { github_copilot = ["acme", "acme-labs"] }
    account_scopes = { github_copilot-acme = "enterprises/acme", github_copilot-acme-labs = "organizations/acme-labs" }
  }
  expect_failures = [var.account_scopes]
}

run "reports_of_an_account_that_is_none" {
  command = plan
  variables {
    accounts = { anthropic = ["acme"] }
    reports  = { anthropic-acme-labs = ["cost"] }
  }
  expect_failures = [var.reports]
}

run "reports_that_are_none" {
  command = plan
  variables {
    accounts = { anthropic = ["acme"] }
    reports  = { anthropic-acme = [] }
  }
  expect_failures = [var.reports]
}

run "a_report_twice" {
  command = plan
  variables {
    accounts = { anthropic = ["acme"] }
    reports  = { anthropic-acme = ["cost", "cost"] }
  }
  expect_failures = [var.reports]
}

run "reports_with_a_comma" {
  command = plan
  variables {
    accounts = { anthropic = ["acme"] }
    reports  = { anthropic-acme = ["cost,names"] }
  }
  expect_failures = [var.reports]
}

run "a_setting_of_the_accounts" {
  command = plan
  variables {
    settings = { Vendors__OpenAI__Accounts__0__Secret = "env:KEY" }
  }
  expect_failures = [var.settings]
}

run "a_setting_of_the_push_identity" {
  command = plan
  variables {
    settings = { AUTHENTICATION__PUSH__EMAIL = "eve@example.com" }
  }
  expect_failures = [var.settings]
}

run "a_setting_of_the_concurrency" {
  command = plan
  variables {
    settings = { Fetch__Concurrency = "40" }
  }
  expect_failures = [var.settings]
}

run "everything_said_and_right" {
  command = plan

  variables {
    notification_channels = ["projects/acme-ai-usage/notificationChannels/42"]
    operators             = ["user:ada@example.com", "group:data@example.com", "serviceAccount:ci@acme-ai-usage.iam.gserviceaccount.com"]
    accounts              = { anthropic = ["acme"], cursor = ["acme"], github_copilot = ["acme"], openai = ["acme", "acme_labs-2"] }
    account_scopes        = { github_copilot-acme = "organizations/acme-inc" }
    reports               = { anthropic-acme = ["cost", "names"], openai-acme_labs-2 = ["cost"] }
    dataset               = "AI_usage_2"
    dataset_location      = "europe-west3"
    schedule              = "30 5,17 * * MON-FRI"
    time_zone             = "America/Argentina/Buenos_Aires"
    concurrency           = 1000
    min_instances         = 1
    max_instances         = 1
    settings              = { LOG_LEVEL = "debug", Runs__GapDays = "60", Authentication__Operators__Principals__1 = "ada@example.com" }
    billing_account       = "01A2B3-C4D5E6-F7A8B9"
    budget                = 1
  }
}

run "a_description_that_is_none" {
  command = plan
  variables {
    accounts      = { anthropic = ["acme"], litellm = ["acme"] }
    other_vendors = { litellm = "file:litellm.json" }
  }
  expect_failures = [var.other_vendors]
}

run "a_description_without_accounts" {
  command = plan
  variables {
    other_vendors = { litellm = "{}" }
  }
  expect_failures = [var.accounts]
}

run "a_description_of_a_vendor_that_is_known" {
  command = plan
  variables {
    other_vendors = { anthropic = "{}" }
  }
  expect_failures = [var.other_vendors]
}
