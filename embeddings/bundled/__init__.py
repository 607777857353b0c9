"""The embedding model that ships: weights, tokenizer, model card."""
