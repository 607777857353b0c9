"""How the bundled models are made from public data. Not installed with the project; needs the ``train`` extra."""
