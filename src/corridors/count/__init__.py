"""From people's records to official counts: border crossings cleaned, and residence decided by duration rules."""
