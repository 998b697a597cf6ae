"""Fields that no client may see, by their names, and answers that are there to hand a secret out."""

import itertools
import re

_NEVER = re.compile(
    r"(?:[a-z]+_)?(?:hashed|encrypted|salted)_?(?:password|passwd|pwd|pass|pw)"
    r"|(?:user_|account_|login_|admin_|plain_|raw_|old_|new_|current_)?(?:password|passwd|passphrase)"
    r"|(?:password|passwd|pwd|pass|pw)_?(?:hash|hashed|digest|salt|hash_salt)"
    r"|ssn|social_security(?:_number)?|cvv|cvc|card_number|credit_card(?:_number)?|card_cvv"
    r"|(?:otp|totp|mfa|two_factor|2fa)_?secret|private_key(?:_pem)?|(?:jwt_)?secret_key|signing_key"
)
"""Nothing that has one of these is made for clients, whoever asks."""

_ONCE = re.compile(
    r"(?:access|refresh|auth|api|reset|password_reset|reset_password|verification|verify|activation|confirmation|invite|invitation|session"
    r"|bearer|bot|webhook)_token|api_?key|client_secret|(?:webhook|signing)_secret|(?:api_|app_)?secret|recovery_codes?|backup_codes?"
)
"""A client is told them once, by the answer that makes them."""

_HANDS_OUT = re.compile(
    r"tokens?|log_?in|sign_?(?:in|up)|auth\w*|oauth\w*|jwt|refresh|session\w*|regist\w*|credentials?|secrets?|api_?keys?|keys?|created|with_token"
    r"|callback|rotate\w*|reveal\w*|setup|enroll\w*|mfa|otp|webhooks?",
    re.IGNORECASE,
)
"""Words of models and paths whose purpose is to hand out a token or a key."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")


def is_never_for_clients(name: str) -> bool:
    """Whether a field of this name is nobody's business: `hashed_password`, `ssn`."""
    return _NEVER.fullmatch(name.lower()) is not None


def is_told_once(name: str) -> bool:
    """Whether a field of this name is shown to the client by what makes it and by nothing else: `api_key`."""
    return _ONCE.fullmatch(name.lower()) is not None


def hands_out_secrets(name: str) -> bool:
    """Whether a model or a path is called after tokens, keys or signing in: `LoginResponse`, `/auth/refresh`."""
    words = [word.lower() for word in _WORD.findall(name)]
    return any(_HANDS_OUT.fullmatch(word) for word in (*words, *map("_".join, itertools.pairwise(words))))
