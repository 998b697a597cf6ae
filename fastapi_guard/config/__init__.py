"""What the user decided: the settings of an analysis, where they are written and what is wrong with them."""
