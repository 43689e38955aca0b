"""The survey of Member States: questionnaires, replies, tallies and the coding of free text, as values and rules."""
