"""What bodies were asked to do, what they did, and who meets with whom, read from public documents."""
