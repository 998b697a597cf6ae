"""How error messages say what went wrong: the only place where sentences are read.

A status is what programs go by; these words only show that the message says something else. English, and the same said
in other languages where it is one phrase.
"""

import re

NOT_FOUND = re.compile(
    r"\bnot found\b|\bno such\b|\bdoes ?n[o']t exist\b|\bdoesnt exist\b|\bdo not exist\b|\bnon[- ]?existent\b|\bunknown \w+ id\b"
    r"|no encontrad|no existe\b|não encontrad|nao encontrad|introuvable|nicht gefunden|не найден"
)

INFRASTRUCTURE = re.compile(
    r"\b(?:api keys?|bucket|binary|certificate|client|command|config\w*|connection|connector|credentials?|super ?user|database|default|driver|engine|env\w*"
    r"|executable|extension|fil\w*|folder|directory|frontend|handler|host|index.html|key|library|model|module|package|plugin|provider"
    r"|secret|server|service|setting\w*|table|template|tool)\b"
)
"""What is missing on the server's side when it is missing."""

CONFLICT = re.compile(
    r"\balready (?:\w+ )?(?:exists?|registered|taken|in use|used|associated|friends?|following|liked|joined|favou?rited|subscribed|a member|been)\b"
    r"|\b(?:is|are) taken\b|\bduplicate (?:entry|key|name|e-?mail|user\w*|title|slug)\b|ya existe|já existe|ja existe|existe déjà|existiert bereits|уже существует"
)

FORBIDDEN = re.compile(
    r"\b(?:no|not enough|insufficient|without|lacks?|missing) (?:\w+ ){0,2}(?:permissions?|privileges?|rights|role)\b|\bpermission denied\b"
    r"|\bpermissions? (?:is |are )?(?:required|needed)\b|\b(?:do|does) ?n[o']t have (?:\w+ ){0,3}(?:permissions?|privileges?|access|rights)\b"
    r"|\baccess denied\b|\bnot (?:authorized|authorised|allowed|permitted) to\b|\brole not authorized\b|\bclearance\b"
    r"|\badmin(?:istrator)?s? (?:privileges?|access|rights|role|only)?\s?(?:is |are )?(?:required|only)\b|\b(?:only|requires?) (?:for )?(?:\w+ )?admin\w*\b"
    r"|\bforbidden\b"
)

NOT_AUTHENTICATED = re.compile(
    r"\b(?:not|un) ?authenticated\b|\bnot logged in\b|\blog ?in required\b|\bauthentication (?:is )?(?:required|failed)\b|\binvalid authentication\b"
    r"|\b(?:could|can) ?n[o']t (?:validate|verify) (?:\w+ )?(?:credentials|token)\b|\bcannot (?:validate|verify) (?:credentials|token)\b"
    r"|\b(?:invalid|missing|no|bad|wrong|incorrect|malformed|expired) (?:\w+ ){0,2}(?:tokens?|credentials?|api[ -]?key|authorization|auth header|jwt|bearer|authentication scheme)\b"
    r"|\b(?:token|credentials?|api[ -]?key|jwt|authorization header) (?:(?:has|have|is|was|are|not) )?(?:been )?(?:expired|invalid|missing|malformed|revoked|provided|required)\b"
    r"|\bno (?:\w+ )?token\b|\btoken prefix\b|\bmalformed payload\b"
    r"|no se pud\w+ (?:comprobar|validar|verificar) \w+ (?:token|credenciales)|токен недействителен|não foi possível validar as credenciais"
)

WRONG_LOGIN = re.compile(
    r"\b(?:incorrect|invalid|wrong|bad) (?:[\w-]+ ?(?:or|and|/|&) ?)?(?:\w+ )?(?:password|credentials?|username|user name|e-?mail|login|passcode|pin)\b"
    r"|\b(?:password|credentials?|username|email|e-mail)(?: or \w+)? (?:is|are|was) (?:incorrect|wrong|invalid)\b|\bpassword (?:mismatch|does ?n[o']t match|not match)\b"
    r"|\blogin failed\b|contraseña incorrect|incorrectos\b|senha incorret|mot de passe incorrect|falsches passwort|неверный|(?:логин|email|почт\w*) и(?:ли)? парол"
)

NO_SUCH_USER = re.compile(
    r"\b(?:user|account|e-?mail|username|member|customer|client)\b(?: \w+)? (?:is |was |has )?not (?:been )?(?:found|registered|exist)"
    r"|\bno (?:such )?(?:user|account)\b|\b(?:user|account|e-?mail|username) does ?n[o']t exist|\bunknown (?:user|account)\b"
    r"|usuario no encontrado|usuário não encontrado|utilisateur introuvable|benutzer nicht gefunden|пользователь не найден"
)

OUT_OF_PLACE: dict[int, tuple[str, re.Pattern[str]]] = {
    406: ("no representation of this kind", re.compile(r"accept|media|mime|content.?type|format|language|encoding")),
    407: ("authenticate with the proxy", re.compile(r"proxy")),
    411: ("the length of the body is missing", re.compile(r"length")),
    414: ("the URL is too long", re.compile(r"ur[il]|long")),
    416: ("there is no such range", re.compile(r"range")),
    417: ("the Expect header cannot be met", re.compile(r"expect")),
    421: ("the wrong server was asked", re.compile(r"host|direct")),
    425: ("do not replay early data", re.compile(r"early|replay|too soon")),
    426: ("use another protocol", re.compile(r"upgrade|version|protocol|websocket")),
    431: ("the headers are too large", re.compile(r"header")),
    505: ("this version of HTTP is not supported", re.compile(r"version")),
    506: ("content negotiation loops", re.compile(r"negotiat")),
    508: ("a loop was found", re.compile(r"loop|recurs|circular")),
    510: ("the request needs an extension", re.compile(r"extension")),
    511: ("sign in to the network", re.compile(r"network|portal")),
}
"""Statuses that speak of the protocol, what they say, and words of messages that mean it."""
