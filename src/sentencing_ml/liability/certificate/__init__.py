"""The certificate: fourteen tests of what the liability model is, each with its figure, its target and its answer."""
