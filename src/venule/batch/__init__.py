"""Many photographs: journal, resume, local workers. Knows nothing of vessels."""
