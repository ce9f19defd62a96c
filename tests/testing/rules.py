"""The rules of a contract."""


def rules(contract: type) -> list[str]:
    """The names of its tests."""
    return [name for name in vars(contract) if name.startswith("test_")]
