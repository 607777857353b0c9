"""Texts in; vectors, scores and row numbers out. Knows no documents, questions or pages."""
