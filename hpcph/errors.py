"""Exceptions that are the user's business, not ours."""


class InputError(Exception):
    """Something that the user wrote cannot be computed: where, what, how to fix it.

    Printed as one line by the command line, exit code 2.
    """

    def __init__(self, key: str, value: object, fix: str):
        super().__init__(key, value, fix)
        self.key, self.value, self.fix = key, value, fix

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {_short(self.value)}"
        return f"{self.key}{shown}: {self.fix}"


class Unstable(InputError):
    """An imaginary mode; q : its fractional wave vector, three floats."""

    def __init__(self, key: str, value: object, fix: str, q: tuple[float, float, float]):
        super().__init__(key, value, fix)
        self.args = (key, value, fix, q)
        self.q = q


class Stopped(Exception):
    """The run was asked to stop and can go on from where it is; exit code 75."""


class InputErrors(InputError):
    """Several mistakes, a line each."""

    def __init__(self, errors: list[InputError]):
        super().__init__(errors[0].key, errors[0].value, errors[0].fix)
        self.args = (errors,)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(str(e) for e in self.errors)


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
