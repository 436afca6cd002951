"""Recipes: the vocabulary, a check, what was submitted."""

from typing import Any, Self

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from pydantic import BaseModel, ConfigDict, model_validator
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.api.base import ApiView, answer, body_of, member
from experiments.api.listing import RecipeFilter, page_of
from experiments.api.quotas import QuotaShare, share_shape
from experiments.api.shapes import RecipeDetail, RecipePage, RunDetail, recipe_detail, recipe_item, run_detail
from experiments.models import Run, SubmittedRecipe
from experiments.recipe import InvalidRecipe, Recipe, recipe_digest, recipe_from_data
from experiments.recipe.lint import lint
from experiments.selectors.drafts import Cost, cost_of, shares_for
from experiments.services.recipes import checked_recipe, problem_of, submit_recipe, toml_of
from experiments.services.refusals import Refused
from experiments.services.runs import submit_run
from experiments.services.starts import check_start

N_KNOWN_RUNS = 20


class RecipeBody(BaseModel):
    """A recipe as TOML text, or as data."""

    model_config = ConfigDict(extra="forbid")

    toml: str | None = None
    recipe: dict[str, Any] | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        if (self.toml is None) == (self.recipe is None):
            raise ValueError("give either 'toml' or 'recipe'")
        return self

    def checked(self) -> Recipe:
        """Raises InvalidRecipe."""
        if self.toml is not None:
            return checked_recipe(self.toml)[0]
        recipe = recipe_from_data(self.recipe)
        check_start(recipe)
        problem_of(recipe)
        return recipe


class NewRecipe(RecipeBody):
    forked_from: int | None = None


class Estimate(BaseModel):
    n_parameters: int
    flops: float
    memory_bytes: int
    artifact_bytes: int
    n_shards: int
    seconds: float | None  # on the slowest worker that can hold it, alone; None when no such worker is connected
    fits_a_worker: bool  # True also while no worker is known


class FieldError(BaseModel):
    field: str
    message: str
    value: Any
    allowed: str
    line: int | None


class Check(BaseModel):
    """Everything wrong at once; what follows is filled in only for a recipe without errors."""

    errors: list[FieldError]
    digest: str = ""
    advice: list[str] = []
    budget: Estimate | None = None
    known_runs: list[int] = []
    quotas: list[QuotaShare] = []  # of whoever is signed in: what this recipe would take of each


class RecipeSchemaView(ApiView):
    permission_classes = [AllowAny]

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="recipe_schema")
    def get(self, request: Request) -> Response:
        """The JSON Schema of a recipe."""
        return Response(Recipe.model_json_schema())


class CheckRecipeView(ApiView):
    permission_classes = [AllowAny]

    @extend_schema(request=RecipeBody, responses=Check, operation_id="recipes_check")
    def post(self, request: Request) -> Response:
        """Say what is wrong with a recipe, or what it would cost. Stores nothing."""
        try:
            recipe = body_of(request, RecipeBody).checked()
        except InvalidRecipe as error:
            return answer(Check(errors=[FieldError.model_validate(e.as_json()) for e in error.errors]))
        digest = recipe_digest(recipe)
        known = Run.objects.filter(recipe__digest=digest).order_by("-pk")
        return answer(
            Check(
                errors=[],
                digest=digest,
                advice=lint(recipe),
                budget=_estimate(cost_of(recipe)),
                known_runs=list(known.values_list("pk", flat=True)[:N_KNOWN_RUNS]),
                quotas=[share_shape(share) for share in shares_for(recipe, request.user)],
            )
        )


def _estimate(cost: Cost) -> Estimate:
    budget = cost.budget
    return Estimate(
        n_parameters=budget.n_parameters,
        flops=budget.flops,
        memory_bytes=budget.memory_bytes,
        artifact_bytes=budget.artifact_bytes,
        n_shards=budget.n_shards,
        seconds=cost.seconds,
        fits_a_worker=not cost.too_large,
    )


class RecipesView(ApiView):
    @extend_schema(responses=RecipePage, operation_id="recipes_list")
    def get(self, request: Request) -> Response:
        """Submitted recipes, newest first. Filters: problem, author, digest, size, starter; limit and offset."""
        recipes = SubmittedRecipe.objects.select_related("problem", "author").order_by("-pk")
        return page_of(request, recipes, RecipeFilter, recipe_item, self)

    @extend_schema(request=NewRecipe, responses={201: RecipeDetail}, operation_id="recipes_submit")
    def post(self, request: Request) -> Response:
        """Keep a recipe, so that it can be run."""
        body = body_of(request, NewRecipe)
        toml = body.toml if body.toml is not None else toml_of(body.checked())
        recipe = submit_recipe(author=member(request), toml=toml, forked_from=_parent(body.forked_from))
        return answer(recipe_detail(recipe), status=201)


def _parent(pk: int | None) -> SubmittedRecipe | None:
    if pk is None:
        return None
    parent = SubmittedRecipe.objects.filter(pk=pk).first()
    if parent is None:
        raise UnknownParent("unknown_recipe", f"there is no recipe {pk}", fields={"forked_from": f"{pk} is not known"})
    return parent


class UnknownParent(Refused):
    http_status = 422


class RecipeView(ApiView):
    @extend_schema(responses=RecipeDetail, operation_id="recipes_read")
    def get(self, request: Request, pk: int) -> Response:
        return answer(recipe_detail(recipe_or_404(pk)))


class RunRecipeView(ApiView):
    @extend_schema(request=None, responses={201: RunDetail}, operation_id="recipes_run")
    def post(self, request: Request, pk: int) -> Response:
        """Queue a run of this recipe."""
        run = submit_run(recipe=recipe_or_404(pk), submitter=member(request))
        return answer(run_detail(run), status=201)


def recipe_or_404(pk: int) -> SubmittedRecipe:
    recipe = SubmittedRecipe.objects.select_related("problem", "author").filter(pk=pk).first()
    if recipe is None:
        raise Http404(f"There is no recipe {pk}.")
    return recipe
