"""How European countries define and miss migrants: rules of duration, scores of undercount, duties to register."""
