"""What DPR does, in Python: tokens, has_answer, answer lists. Independent of the Java code."""

import ast
import re
import unicodedata

import regex

TOKEN = regex.compile(r"([\p{L}\p{N}\p{M}]+)|([^\p{Z}\p{C}])", flags=regex.UNICODE)


def tokens(text):
    return [match.group().lower() for match in TOKEN.finditer(unicodedata.normalize("NFD", text))]


def has_answer(answers, text, mode):
    if mode == "regex":
        return any(regex_match(unicodedata.normalize("NFD", text), answer) for answer in answers)
    words = tokens(text)
    for answer in answers:
        wanted = tokens(answer)
        for at in range(len(words) - len(wanted) + 1):
            if words[at : at + len(wanted)] == wanted:
                return True
    return False


def regex_match(text, pattern):
    try:
        compiled = re.compile(
            unicodedata.normalize("NFD", pattern), flags=re.IGNORECASE | re.UNICODE | re.MULTILINE
        )
    except BaseException:
        return False
    return compiled.search(text) is not None


def answer_list(source):
    """The strings of a Python list, or None if it is none."""
    try:
        value = ast.literal_eval(source.lstrip(" \t"))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return value
