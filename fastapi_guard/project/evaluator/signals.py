"""How the evaluator stops early: the only exceptions that it raises by itself."""


class OutOfSteps(Exception):
    """The budget for one root (a module's top level, a factory, a watched function) is used up."""


class AnalysedCodeRaises(Exception):
    """The analysed code certainly raises here; only for runs without any credential, where verifying one fails."""
