terraform {
  required_version = ">= 1.9" # a variable's validation reads other variables

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 9.0" # nothing here is touched by the upgrade guides of 7 and 8
    }
  }
}

provider "google" {
  project        = var.project
  region         = var.region
  default_labels = local.labels
}

# The budgets' API wants to know whose quota a person's credentials use; the other APIs need not be asked that way.
provider "google" {
  alias                 = "billing"
  project               = var.project
  billing_project       = var.project
  user_project_override = true
}
