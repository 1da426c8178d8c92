"""Ways to spoil a good file: a function of its bytes."""


def text(change):
    """A change of what a file says."""
    return lambda data: change(data.decode()).encode()


def swap(old, new):
    def change(content):
        assert old in content, f"{old!r} is not there"
        return content.replace(old, new, 1)

    return text(change)


def lines(change):
    return text(lambda content: "\n".join(change(content.splitlines())) + "\n")


def line(number, new):
    return lines(lambda rows: [*rows[:number], new, *rows[number + 1 :]])


def first(count):
    return lines(lambda rows: rows[:count])


def cut(share):
    return lambda data: data[: int(share * len(data))]


def become(data):
    return lambda _: data


def more(data):
    return lambda before: before + data
