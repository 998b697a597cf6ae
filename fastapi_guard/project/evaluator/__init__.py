"""The one small evaluator: it answers what a name or an expression of the analysed code is, without running it."""
