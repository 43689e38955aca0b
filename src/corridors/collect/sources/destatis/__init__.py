"""Monthly registrations and deregistrations over Germany's borders, from the Federal Statistical Office."""
