"""What a query says, as a tree. Nodes are made by the parser and by `Query`; each holds what it compares with."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_LONGEST_ADDRESS = 45


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text with wildcards: anything may stand between two pieces. One piece: no wildcard."""

    pieces: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        return len(self.pieces) == 1


@dataclass(frozen=True, slots=True)
class Text:
    """The event holds this text in one of the fields that free text looks in (see `fields.FREE_TEXT`)."""

    pattern: Pattern

    @property
    def address(self) -> Address | None:
        """The address that the text is, where it is one and nothing else."""
        (text, *others) = self.pattern.pieces
        if others or len(text) > _LONGEST_ADDRESS:
            return None
        try:
            found = ip_address(text)
        except ValueError:
            return None
        if isinstance(found, IPv6Address):
            return None if found.scope_id else found.ipv4_mapped or found
        return found


@dataclass(frozen=True, slots=True)
class Matches:
    """A name equals the pattern as a whole; prose holds it somewhere."""

    field: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Given:
    """The field has a value."""

    field: str


@dataclass(frozen=True, slots=True)
class Between:
    """A number, or a severity by its number, from `low` to `high`, both included; None: no bound."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Within:
    """The address lies in the network; a single address is a network of one."""

    field: str
    network: Network

    @property
    def is_single(self) -> bool:
        return self.network.prefixlen == self.network.max_prefixlen


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Node", ...]


Comparison = Matches | Given | Between | Within
Node = Text | Comparison | Not | And | Or


def negated(node: Node) -> Node:
    """NOT `node`; twice is nothing."""
    return node.part if isinstance(node, Not) else Not(node)


def all_of(parts: list[Node]) -> Node:
    """AND of one or more nodes, without an AND directly inside an AND."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, And) else (part,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(parts: list[Node]) -> Node:
    """OR of one or more nodes, without an OR directly inside an OR."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Or) else (part,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def depth(node: Node) -> int:
    """How many NOT, AND and OR stand around the innermost comparison. Only for trees of bounded depth."""
    match node:
        case Not(part):
            return 1 + depth(part)
        case And(parts) | Or(parts):
            return 1 + max(depth(part) for part in parts)
        case _:
            return 0


def leaves(node: Node) -> list[Text | Comparison]:
    """The comparisons and texts of a tree, from left to right."""
    match node:
        case Not(part):
            return leaves(part)
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case _:
            return [node]
