"""From the report as a value to bytes: pictures, HTML, PDF and Word."""
