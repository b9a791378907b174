"""What is measured, against what is known: phantoms, human observers, eyes with and without a disease."""
