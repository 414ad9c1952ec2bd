"""Release: text bundle, manifest of hashes, MLflow registry, verification."""
