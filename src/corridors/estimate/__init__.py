"""What nobody measured: bilateral flows from stocks."""
