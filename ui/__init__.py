"""Everything a person touches: browser, terminal, HTTP."""
