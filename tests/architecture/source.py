"""What the source says about itself, read from its syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("problems", "experiments", "workers", "deploy")


@dataclass(frozen=True)
class Module:
    path: Path

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def is_generated(self) -> bool:
        return "migrations" in self.path.parts

    @property
    def n_lines(self) -> int:
        return len(self.path.read_text(encoding="utf-8").splitlines())

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    def imports(self) -> Iterator[str]:
        """Every imported name in full, also inside functions: `from a import b` counts as `a.b`.

        What only a type checker reads loads nothing, and is left out.
        """
        for node in _loaded(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._base(node)
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    def _base(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.path.name == "__init__.py" else self.name.split(".")[:-1]
        kept = package[: len(package) - node.level + 1]
        return ".".join([*kept, node.module] if node.module else kept)


def _loaded(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")):
            yield from _loaded(child)


@cache
def modules(*packages: str) -> tuple[Module, ...]:
    """Every module of the packages; of the whole source when none is named."""
    roots = [ROOT / package for package in packages or PACKAGES]
    files = [file for root in roots for file in ([root] if root.suffix else sorted(root.rglob("*.py")))]
    return tuple(Module(file) for file in files)


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")
