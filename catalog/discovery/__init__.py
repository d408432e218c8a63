"""From sources to the inventory: what each forge lists, the rules, and what was listed last."""
