"""Speed and quality, one command each; results as JSON beside the plots. Not installed."""
