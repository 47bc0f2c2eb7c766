class DialogRefusedError(Exception):
    """The dialog shows a page and sends nobody back (contract 2.1, 2.2)."""

    def __init__(self, title: str, words: str, detail: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.words = words
        self.detail = detail
