"""Questions about a graph that is given in the example, in one of several formats."""

from abc import abstractmethod
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.recipe.tasks.task import MAX_TEST_EXAMPLES, TokenTask

Format = Literal["edge-list", "adjacency-list", "adjacency-matrix"]
SIGNS: dict[Format, tuple[str, ...]] = {"edge-list": (), "adjacency-list": (";",), "adjacency-matrix": ("no", "yes")}
MAX_STEPS = 5  # ways of so many steps and more are one slice
WAY = "way"


class Graph(TokenTask):
    """A new graph in every example, then a question; the answer is a node, read at the last position.

    Nodes are tokens 0 to n - 1. An edge-list writes the two ends of each edge. An adjacency-list has a row for each
    node: itself, all nodes it has an edge to, and ";". A row of an adjacency-matrix is the node itself and then "yes"
    or "no" for each of the n nodes. Edges, or rows, come in random order or sorted by their nodes.
    """

    nodes: Annotated[int, Field(ge=3, le=32, description="n: nodes of the graph")]
    format: Annotated[Format, Field(description="how the graph is written")] = "edge-list"
    order: Annotated[
        Literal["shuffled", "sorted"], Field(description="of the edges, or of the rows of adjacency formats")
    ] = "shuffled"
    n_test: Annotated[int, Field(ge=1, le=MAX_TEST_EXAMPLES, description="examples in the fixed test set")] = 1024

    @property
    @abstractmethod
    def n_written(self) -> int:
        """Edges that the tokens tell of; each of them twice in an adjacency format, where they have no direction."""

    @property
    @abstractmethod
    def question(self) -> tuple[str, ...]:
        """Names of the positions after the graph."""

    @property
    def signs(self) -> tuple[str, ...]:
        """Tokens between the nodes and those of questions, in their order."""
        return SIGNS[self.format]

    @property
    def n_graph_tokens(self) -> int:
        """Positions that the graph takes; the same for all graphs of a task."""
        if self.format == "edge-list":
            return 2 * self.n_written
        if self.format == "adjacency-list":
            return 2 * self.nodes + self.n_written
        return self.nodes * (self.nodes + 1)

    @property
    def first_question_token(self) -> int:
        return self.nodes + len(self.signs)

    @property
    def n_ctx(self) -> int:
        return self.n_graph_tokens + len(self.question)

    @property
    def d_vocab_out(self) -> int:
        return self.nodes

    @property
    def n_answers(self) -> int:
        return 1

    @property
    def n_train(self) -> None:
        return None

    @property
    def irreducible_loss(self) -> float:
        return 0.0

    @property
    def position_names(self) -> tuple[str, ...]:
        return (*self._names_in_graph, *self.question)

    @property
    def _names_in_graph(self) -> tuple[str, ...]:
        if self.format == "edge-list":
            return ("from", "to") * self.n_written
        if self.format == "adjacency-matrix":
            return ("row", *(f"to {node}" for node in range(self.nodes))) * self.nodes
        return tuple(f"place {place}" for place in range(self.n_graph_tokens))


class GraphHops(Graph):
    """Every node has one edge, to a random node, which may be itself; asked is where a number of steps lead from a
    start (problem 3.10). The question is the number of steps, as a token of its own for each, and the start.

    Slices tell answers apart by the number of steps. Hidden is the way: the nodes after one step, two, and so on, for
    as many steps as the example asks for.
    """

    name: Literal["graph-hops"] = "graph-hops"
    nodes: Annotated[int, Field(ge=3, le=32, description="n: nodes of the graph")] = 6
    hops: Annotated[int, Field(ge=1, le=8, description="the most steps that are asked for")] = 2
    fewest_hops: Annotated[
        int | None, Field(ge=1, le=8, description="the fewest steps; as many as the most when left out")
    ] = None

    @model_validator(mode="after")
    def hops_are_in_order(self) -> Self:
        if self.fewest_hops is not None and self.fewest_hops > self.hops:
            raise ValueError(f"fewest_hops: {self.fewest_hops} is above hops, {self.hops}")
        return self

    @property
    def asked_hops(self) -> range:
        return range(self.fewest_hops or self.hops, self.hops + 1)

    @property
    def n_written(self) -> int:
        return self.nodes

    @property
    def question(self) -> tuple[str, ...]:
        return ("hops", "start")

    @property
    def d_vocab(self) -> int:
        return self.first_question_token + len(self.asked_hops)

    @property
    def token_names(self) -> tuple[str, ...]:
        return (*map(str, range(self.nodes)), *self.signs, *self.slices)

    @property
    def slices(self) -> tuple[str, ...]:
        return tuple(f"{hops} hop{'s' if hops > 1 else ''}" for hops in self.asked_hops)

    @property
    def hidden_states(self) -> tuple[str, ...]:
        return (WAY,)


class GraphPath(Graph):
    """A random tree, or one with more edges, and two nodes; asked is the first step of a shortest way from one to the
    other (problem 3.10). Edges have no direction: a list writes each once, either way round; sorted, the smaller node
    first. The question is "?", the goal and the start.

    Only such pairs of nodes are asked for that all shortest ways between them begin with the same step, so that there
    is one right answer. Slices tell answers apart by how long the way is.
    """

    name: Literal["graph-path"] = "graph-path"
    nodes: Annotated[int, Field(ge=3, le=32, description="n: nodes of the graph")] = 8
    extra_edges: Annotated[int, Field(ge=0, le=64, description="edges beside the n - 1 of the tree")] = 0

    @model_validator(mode="after")
    def the_edges_exist(self) -> Self:
        if self.n_edges > self.nodes * (self.nodes - 1) // 2:
            allowed = (self.nodes - 1) * (self.nodes - 2) // 2
            raise ValueError(f"extra_edges: {self.extra_edges} is too many for {self.nodes} nodes; allowed: {allowed}")
        return self

    @property
    def n_edges(self) -> int:
        return self.nodes - 1 + self.extra_edges

    @property
    def n_written(self) -> int:
        return self.n_edges if self.format == "edge-list" else 2 * self.n_edges

    @property
    def question(self) -> tuple[str, ...]:
        return ("?", "goal", "start")

    @property
    def d_vocab(self) -> int:
        return self.first_question_token + 1

    @property
    def token_names(self) -> tuple[str, ...]:
        return (*map(str, range(self.nodes)), *self.signs, "?")

    @property
    def slices(self) -> tuple[str, ...]:
        longest = min(self.nodes - 1, MAX_STEPS)
        single = (f"{steps} step{'s' if steps > 1 else ''}" for steps in range(1, longest))
        return (*single, f"{longest} steps or more" if longest == MAX_STEPS else f"{longest} steps")
