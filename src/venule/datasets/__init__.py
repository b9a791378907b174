"""DRIVE, CHASE_DB1, HRF, STARE, FIVES, a plain folder, phantoms."""
