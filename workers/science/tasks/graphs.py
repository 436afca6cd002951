import torch
from jaxtyping import Bool, Int
from torch import Tensor

from experiments.recipe.tasks import IGNORED, GraphHops, GraphPath
from experiments.recipe.tasks.graphs import WAY, Graph
from workers.science.dataset import Dataset, Examples
from workers.science.hidden_states import HiddenState
from workers.science.registry import implements

Adjacency = Bool[Tensor, "*example node node"]  # [a, b]: an edge leads from a to b
Nodes = Int[Tensor, "example"]


@implements(GraphHops)
def graph_hops(spec: GraphHops, generator: torch.Generator) -> Dataset:
    """The one edge of each node, how many steps are asked for, and where they begin.

    With four nodes, edges 0 -> 2, 1 -> 1, 2 -> 3, 3 -> 0, and two steps (token 4): [2, 3, 0, 2, 3, 0, 1, 1, 4, 0] has
    label 3, as 0 -> 2 -> 3. The same as an adjacency-list, where ";" is 4 and two steps are 5: [2, 3, 4, 0, 2, 4, 3, 0,
    4, 1, 1, 4, 5, 0].
    """

    def draw(drawing: torch.Generator, n_examples: int) -> Examples:
        successors = torch.randint(spec.nodes, (n_examples, spec.nodes), generator=drawing)
        kind = torch.randint(len(spec.asked_hops), (n_examples,), generator=drawing)
        start = torch.randint(spec.nodes, (n_examples,), generator=drawing)
        adjacency = torch.zeros(n_examples, spec.nodes, spec.nodes, dtype=torch.bool)
        adjacency = adjacency.scatter(2, successors[:, :, None], True)
        way = _followed(successors, start, spec.hops)  # (example, step)
        answer = way.gather(1, (kind + spec.asked_hops.start - 1)[:, None])
        question = torch.stack([kind + spec.first_question_token, start], dim=1)
        return Examples(torch.cat([_written(spec, adjacency, drawing), question], dim=1), answer)

    return Dataset(answer_positions=(spec.n_ctx - 1,), train=draw, test=draw(generator, spec.n_test))


@implements(GraphPath)
def graph_path(spec: GraphPath, generator: torch.Generator) -> Dataset:
    """The edges of a connected graph, a goal and a start.

    With four nodes and edges 0-2, 2-3, 3-1, where "?" is 4: [3, 2, 1, 3, 0, 2, 4, 1, 0] has label 2, as the way from 0
    to 1 is 0, 2, 3, 1.
    """

    def draw(drawing: torch.Generator, n_examples: int) -> Examples:
        adjacency = _connected(spec, n_examples, drawing)
        distances = _distances(adjacency)
        start, goal = _pairs_with_one_answer(adjacency, distances, drawing)
        rows = torch.arange(n_examples)
        ahead = adjacency[rows, start] & (distances[rows, goal] == distances[rows, start, goal][:, None] - 1)
        question = torch.stack([torch.full_like(goal, spec.first_question_token), goal, start], dim=1)
        tokens = torch.cat([_written(spec, adjacency, drawing), question], dim=1)
        return Examples(tokens, ahead.long().argmax(1, keepdim=True))

    return Dataset(answer_positions=(spec.n_ctx - 1,), train=draw, test=draw(generator, spec.n_test))


# --- Graphs ---


def _followed(
    successors: Int[Tensor, "*example node"], start: Int[Tensor, "*example"], n_steps: int
) -> Int[Tensor, "*example step"]:
    """The nodes after one step, two, and so on."""
    way = [successors.gather(-1, start[..., None])]
    for _ in range(n_steps - 1):
        way.append(successors.gather(-1, way[-1]))
    return torch.cat(way, dim=-1)


def _connected(spec: GraphPath, n_examples: int, drawing: torch.Generator) -> Adjacency:
    """Each node but the first is tied to a random earlier one, then nodes get their names at random; and some of the
    edges that are not there yet."""
    n, rows = spec.nodes, torch.arange(n_examples)[:, None]
    earlier = (torch.rand(n_examples, n - 1, generator=drawing) * torch.arange(1, n)).long()
    names = torch.rand(n_examples, n, generator=drawing).argsort(1)
    adjacency = torch.zeros(n_examples, n, n, dtype=torch.bool)
    adjacency[rows, names[:, 1:], names.gather(1, earlier)] = True
    adjacency = adjacency | adjacency.mT
    if spec.extra_edges:
        is_free = ~adjacency & torch.ones(n, n, dtype=torch.bool).triu(1)
        chances = torch.rand(n_examples, n, n, generator=drawing).masked_fill(~is_free, -1).flatten(1)
        added = torch.zeros_like(adjacency).flatten(1).scatter(1, chances.topk(spec.extra_edges).indices, True)
        added = added.view_as(adjacency)
        adjacency = adjacency | added | added.mT
    return adjacency


def _distances(adjacency: Adjacency) -> Int[Tensor, "*example node node"]:
    """Steps from every node to every other of a connected graph."""
    n = adjacency.shape[-1]
    reached = torch.eye(n, dtype=torch.bool, device=adjacency.device).expand_as(adjacency)
    distances = torch.zeros(adjacency.shape, dtype=torch.int64, device=adjacency.device)
    for _ in range(n - 1):
        distances = distances + ~reached
        reached = reached | (reached.float() @ adjacency.float() > 0)
    return distances


def _pairs_with_one_answer(
    adjacency: Adjacency, distances: Int[Tensor, "example node node"], drawing: torch.Generator
) -> tuple[Nodes, Nodes]:
    """A start and a goal: two nodes with one neighbour of the start nearer to the goal, all such pairs alike."""
    n = adjacency.shape[-1]
    nearer = distances[:, None] == distances[:, :, None] - 1  # (example, start, neighbour, goal)
    n_ways = (adjacency[..., None] & nearer).sum(2)
    pairs = ((n_ways == 1) & (distances > 0)).flatten(1).float().multinomial(1, generator=drawing)[:, 0]
    return pairs // n, pairs % n


# --- Formats ---


def _written(spec: Graph, adjacency: Adjacency, drawing: torch.Generator) -> Int[Tensor, "example pos"]:
    if spec.format == "edge-list":
        return _edge_list(spec, adjacency, drawing)
    order = torch.arange(spec.nodes).expand(len(adjacency), -1)
    if spec.order == "shuffled":
        order = torch.rand(len(adjacency), spec.nodes, generator=drawing).argsort(1)
    rows = adjacency.gather(1, order[..., None].expand_as(adjacency))  # (example, row, node)
    if spec.format == "adjacency-matrix":
        return torch.cat([order[..., None], rows + spec.nodes], dim=2).flatten(1)
    row = torch.cat([order[..., None], torch.arange(spec.nodes).expand_as(rows), order[..., None] * 0 + spec.nodes], 2)
    ends = torch.ones_like(order, dtype=torch.bool)[..., None]
    is_there = torch.cat([ends, rows, ends], dim=2)
    return row[is_there].view(len(adjacency), -1)  # all examples have as many edges


def _edge_list(spec: Graph, adjacency: Adjacency, drawing: torch.Generator) -> Int[Tensor, "example pos"]:
    has_direction = isinstance(spec, GraphHops)
    edges = (adjacency if has_direction else adjacency.triu(1)).nonzero()[:, 1:].view(len(adjacency), -1, 2)
    if spec.order == "sorted":
        return edges.flatten(1)
    order = torch.rand(edges.shape[:2], generator=drawing).argsort(1)
    edges = edges.gather(1, order[..., None].expand_as(edges))
    if not has_direction:
        is_turned = torch.rand(edges.shape[:2], generator=drawing) < 0.5
        edges = edges.flip(2).where(is_turned[..., None], edges)
    return edges.flatten(1)


def adjacency_of(spec: Graph, inputs: Int[Tensor, "*example pos"]) -> Adjacency:
    """The graph that is written in the tokens, told from them alone."""
    tokens, n = inputs[..., : spec.n_graph_tokens].flatten(0, -2), spec.nodes
    examples = torch.arange(len(tokens), device=tokens.device)[:, None]
    adjacency = torch.zeros(len(tokens), n, n, dtype=torch.bool, device=tokens.device)
    if spec.format == "edge-list":
        first, second = tokens[:, 0::2], tokens[:, 1::2]
        adjacency[examples, first, second] = True
        if not isinstance(spec, GraphHops):
            adjacency[examples, second, first] = True
    elif spec.format == "adjacency-matrix":
        rows = tokens.view(len(tokens), n, n + 1)
        adjacency[examples, rows[..., 0]] = rows[..., 1:] > n  # "yes" is the token n + 1
    else:
        is_end = tokens == n
        begins = torch.cat([torch.ones_like(is_end[:, :1]), is_end[:, :-1]], dim=1)
        last_begin = torch.arange(tokens.shape[1], device=tokens.device).where(begins, 0).cummax(1).values
        of_row = tokens.gather(1, last_begin)
        example, place = (~begins & ~is_end).nonzero(as_tuple=True)
        adjacency[example, of_row[example, place], tokens[example, place]] = True
    return adjacency.view(*inputs.shape[:-1], n, n)


# --- What is told of the examples ---


@implements(GraphHops, "slices")
def by_hops(spec: GraphHops, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """By how many steps are asked for."""
    kind = examples.inputs[..., -2:-1] - spec.first_question_token
    return {name: kind == place for place, name in enumerate(spec.slices)}


@implements(GraphPath, "slices")
def by_length(spec: GraphPath, examples: Examples) -> dict[str, Bool[Tensor, "*seed example answer"]]:
    """By how many steps the way takes."""
    goal, start = examples.inputs[..., -2:-1], examples.inputs[..., -1:]
    from_start = _distances(adjacency_of(spec, examples.inputs)).gather(
        -2, start[..., None].expand(*start.shape, spec.nodes)
    )
    steps = from_start[..., 0, :].gather(-1, goal)
    last = len(spec.slices)
    return {name: steps == place if place < last else steps >= place for place, name in enumerate(spec.slices, 1)}


@implements(GraphHops, "corrupted")
def other_first_step(spec: GraphHops, examples: Examples) -> Examples:
    """The edge of the start leads to the node after the one it led to; the other edges and the question stay."""
    start, successors = examples.inputs[..., -1:], _successors(spec, examples)
    other = (successors.gather(-1, start) + 1) % spec.nodes
    way = _followed(successors.scatter(-1, start, other), start[..., 0], spec.hops)
    graph, question = examples.inputs[..., : spec.n_graph_tokens], examples.inputs[..., spec.n_graph_tokens :]
    rows = graph.reshape(*graph.shape[:-1], spec.nodes, -1).clone()  # each begins with the node whose edge it tells of
    is_start = rows[..., 0] == start
    if spec.format == "adjacency-matrix":
        signs = spec.nodes + (torch.arange(spec.nodes, device=rows.device) == other)  # (*example, node)
        rows[..., 1:] = torch.where(is_start[..., None], signs[..., None, :], rows[..., 1:])
    else:
        rows[..., 1] = torch.where(is_start, other, rows[..., 1])
    return Examples(torch.cat([rows.flatten(-2), question], dim=-1), way.gather(-1, _asked_hops(spec, examples) - 1))


@implements(GraphHops, "hidden states")
def ways(spec: GraphHops, examples: Examples) -> dict[str, HiddenState]:
    """The node after each step that an example asks for."""
    way = _followed(_successors(spec, examples), examples.inputs[..., -1], spec.hops)
    steps = torch.arange(1, spec.hops + 1, device=way.device)
    values = way.where(steps <= _asked_hops(spec, examples), IGNORED)[..., None, :]  # (*seed, example, answer=1, step)
    nodes = tuple(str(node) for node in range(spec.nodes))
    return {WAY: HiddenState(values, nodes, columns=tuple(f"step {step}" for step in steps.tolist()))}


def _successors(spec: GraphHops, examples: Examples) -> Int[Tensor, "*seed example node"]:
    return adjacency_of(spec, examples.inputs).long().argmax(-1)


def _asked_hops(spec: GraphHops, examples: Examples) -> Int[Tensor, "*seed example 1"]:
    return examples.inputs[..., -2:-1] - spec.first_question_token + spec.asked_hops.start
