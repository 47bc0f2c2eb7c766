"""Where a bot may be. Whoever may write a flow chooses its address, but must not reach with it what only this
machine and its neighbours can."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64 = IPv6Network("64:ff9b::/96")


class Forbidden(Exception):  # noqa: N818
    """In words for whoever may change the flow. What its name stands for is not for them to know."""


PRIVATE = Forbidden(
    "Its address leads into a private network. Whoever runs webgateway can allow that one "
    "(WEBGATEWAY_BOT_NETWORKS)."
)
PLAIN = Forbidden("Its address begins with http://, which is for private networks. Use https://.")


def check(found: str, secure: bool, allowed: Sequence[Network]) -> None:
    """Raises Forbidden unless one may connect to this IP address, over TLS (`secure`) or not."""
    address = _meant(ip_address(found))
    if any(address in network for network in allowed):
        return
    if not public(address):
        raise PRIVATE
    if not secure:
        raise PLAIN


def public(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
