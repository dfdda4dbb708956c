"""The closed world of the embedded language model: facts, grammar, corpus, tokenizer, known-answer prompts."""
