"""Documents, passages, evidence and answers. Knows no Gradio, terminal or wording."""
