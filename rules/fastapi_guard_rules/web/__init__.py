"""What browsers are told: origins, cookies."""
