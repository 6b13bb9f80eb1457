"""The table of the throw machine as a picture: a Mermaid state diagram for the README."""

from dartd.board.transitions import TRANSITIONS

BEGIN = "<!-- transitions: generated, see diagram.py -->"
END = "<!-- end of transitions -->"


def mermaid() -> str:
    """Draw every transition; inputs that lead the same way share an arrow, those that keep the state are left out."""
    lines = ["stateDiagram-v2", "    [*] --> wait_for_throw"]
    for state, row in TRANSITIONS.items():
        for target in TRANSITIONS:
            inputs = [given for given, new_state in row.items() if new_state == target != state]
            if inputs:
                lines.append(f"    {state} --> {target}: {', '.join(inputs)}")
    return "\n".join(lines) + "\n"


def refreshed(readme: str) -> str:
    """Return the text with a new diagram between its markers.

    Raises:
        ValueError: a marker is missing.
    """
    head, begin, rest = readme.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the text has no {BEGIN!r} and {END!r}")
    return f"{head}{BEGIN}\n```mermaid\n{mermaid()}```\n{END}{tail}"
