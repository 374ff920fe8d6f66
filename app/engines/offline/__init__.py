"""What the embedded model does with tools: skills are data, their words stand in one YAML file a language."""
