"""Makes everything under `data/world`: language model, dictionaries, evidence, prompts, figures."""
