"""The disparity audit: groups, months-scale metrics, cluster bootstrap, report."""
