"""Tasks: what the network learns. One module for each family; the unions below are the vocabulary."""

from typing import Annotated

from pydantic import Field

from experiments.recipe.tasks.automata import CyclicAutomaton, DyckAutomaton, FlipFlop, PermutationAutomaton
from experiments.recipe.tasks.digits import DigitArithmetic
from experiments.recipe.tasks.features import FeatureReconstruct
from experiments.recipe.tasks.graphs import GraphHops, GraphPath
from experiments.recipe.tasks.groups import GroupComposition
from experiments.recipe.tasks.ioi import IoiSymbolic
from experiments.recipe.tasks.lists import ReduceList
from experiments.recipe.tasks.lookups import CodeEval, PermuteList
from experiments.recipe.tasks.memory import RandomLabels, RandomStrings
from experiments.recipe.tasks.modular import (
    ModularAddition,
    ModularDivision,
    ModularMultiplication,
    ModularSubtraction,
    ModularTask,
    PairTask,
)
from experiments.recipe.tasks.othello import Othello
from experiments.recipe.tasks.previous_token import PreviousToken
from experiments.recipe.tasks.recurrence import Recurrence
from experiments.recipe.tasks.regression import IclNetwork, IclRegression, IclSparse, IclTree
from experiments.recipe.tasks.repeats import RandomPeriod, RepeatedSubsequence
from experiments.recipe.tasks.scores import SummedScores
from experiments.recipe.tasks.skip_trigram import SkipTrigram
from experiments.recipe.tasks.sorting import SortAnyLength, SortList
from experiments.recipe.tasks.task import IGNORED, MAX_TEST_EXAMPLES, Task, TokenTask

__all__ = [
    "IGNORED",
    "MAX_TEST_EXAMPLES",
    "AnyTask",
    "CodeEval",
    "CyclicAutomaton",
    "DigitArithmetic",
    "DyckAutomaton",
    "FeatureReconstruct",
    "FlipFlop",
    "GraphHops",
    "GraphPath",
    "GroupComposition",
    "IclNetwork",
    "IclRegression",
    "IclSparse",
    "IclTree",
    "IoiSymbolic",
    "ModularAddition",
    "ModularDivision",
    "ModularMultiplication",
    "ModularSubtraction",
    "ModularTask",
    "Othello",
    "PairTask",
    "PartSpec",
    "PermutationAutomaton",
    "PermuteList",
    "PreviousToken",
    "RandomLabels",
    "RandomPeriod",
    "RandomStrings",
    "Recurrence",
    "ReduceList",
    "RepeatedSubsequence",
    "SingleTask",
    "SkipTrigram",
    "SortAnyLength",
    "SortList",
    "SummedScores",
    "Task",
    "TokenTask",
]

AnyTokenTask = (
    CodeEval
    | SkipTrigram
    | CyclicAutomaton
    | DigitArithmetic
    | DyckAutomaton
    | FlipFlop
    | GraphHops
    | GraphPath
    | GroupComposition
    | IoiSymbolic
    | ModularAddition
    | ModularDivision
    | ModularMultiplication
    | ModularSubtraction
    | Othello
    | PermutationAutomaton
    | PermuteList
    | PreviousToken
    | RandomLabels
    | RandomPeriod
    | RandomStrings
    | Recurrence
    | ReduceList
    | RepeatedSubsequence
    | SortAnyLength
    | SortList
    | SummedScores
)
AnyTask = AnyTokenTask | FeatureReconstruct | IclRegression | IclSparse | IclNetwork | IclTree

PartSpec = Annotated[AnyTokenTask, Field(discriminator="name")]  # what a mixture may be made of
SingleTask = Annotated[AnyTask, Field(discriminator="name")]
