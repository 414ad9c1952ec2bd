"""What becomes of an alert: raised once, seen by the judge first, answered by a reason that names facts."""
