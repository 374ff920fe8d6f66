"""Call-center-agents: one orchestrator behind a REST API, a workbench, notebooks and a command line."""
