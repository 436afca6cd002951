"""Every address of the site, and who may read and change it: the permission matrix.

A new address needs a row here, or `test_who_may.py` fails. What a signed link or a secret address opens is for whoever
has it, so its row says EVERYBODY; what workers call with their tokens is for NOBODY who has none.
"""

from typing import NamedTuple

NOBODY, CURATORS, OWNER = "", "curator", "owner"
EITHER, MEMBERS, EVERYBODY = "owner curator", "owner member curator", "stranger owner member curator"


class Who(NamedTuple):
    path: str
    may_read: str
    may_change: str = NOBODY
    method: str = "post"


TABLE = {
    "front": Who("/", EVERYBODY),
    "problems": Who("/problems/", EVERYBODY),
    "find": Who("/problems/find/", EVERYBODY),
    "problems-csv": Who("/problems/export.csv", EVERYBODY),
    "problems-json": Who("/problems/export.json", EVERYBODY),
    "category": Who("/categories/5/", EVERYBODY),
    "subcategory": Who("/categories/5/grokking/", EVERYBODY),
    "difficulty": Who("/difficulty/B/", EVERYBODY),
    "saved-filters": Who("/saved/", MEMBERS, MEMBERS),
    "saved-filter": Who("/saved/{saved}/", OWNER),
    "rename-filter": Who("/saved/{saved}/rename/", NOBODY, OWNER),
    "delete-filter": Who("/saved/{saved}/delete/", NOBODY, OWNER),
    "data": Who("/data/", EVERYBODY),
    "data-now": Who("/data/now.json", EVERYBODY),
    "data-schema": Who("/data/schema.json", EVERYBODY),
    "data-file": Who("/data/{export}", EVERYBODY),
    # --- a problem ---
    "alias": Who("/p/5.3/", EVERYBODY),
    "problem": Who("/problems/5.3/", EVERYBODY),
    "revisions": Who("/problems/5.3/revisions/", EVERYBODY),
    "revision": Who("/problems/5.3/revisions/1/", EVERYBODY),
    "add-reference": Who("/problems/5.3/references/", MEMBERS, MEMBERS),
    "ask-for-help": Who("/problems/5.3/help/", MEMBERS, MEMBERS),
    "close-help": Who("/problems/5.3/help/{wish}/close/", NOBODY, EITHER),
    "claim": Who("/problems/5.3/claim/", MEMBERS, MEMBERS),
    "claim-note": Who("/problems/5.3/claim/note/", NOBODY, OWNER),
    "claim-resume": Who("/problems/5.3/claim/resume/", NOBODY, OWNER),
    "claim-release": Who("/problems/5.3/claim/release/", NOBODY, OWNER),
    "claim-keep": Who("/claims/{claim_link}/still-on-it/", EVERYBODY, EVERYBODY),
    "claim-leave": Who("/claims/{claim_link}/release/", EVERYBODY, EVERYBODY),
    "claim-mail-stop": Who("/claims/mail/{mail_link}/stop/", EVERYBODY, EVERYBODY),
    "problem-comments": Who("/problems/5.3/comments/", MEMBERS, MEMBERS),
    "comment": Who("/comments/{comment}/", EVERYBODY),
    "comment-edit": Who("/comments/{comment}/edit/", OWNER, OWNER),
    "comment-remove": Who("/comments/{comment}/remove/", EITHER, EITHER),
    # --- ideas and proposals ---
    "ideas": Who("/ideas/", EVERYBODY),
    "idea": Who("/ideas/{idea}/", EVERYBODY),
    "propose-idea": Who("/ideas/propose/", MEMBERS, MEMBERS),
    "curate-idea": Who("/ideas/{idea}/curate/", CURATORS, CURATORS),
    "idea-comments": Who("/ideas/{idea}/comments/", MEMBERS, MEMBERS),
    "proposals": Who("/proposals/", EVERYBODY),
    "proposal": Who("/proposals/{proposal}/", EVERYBODY),
    "propose-problem": Who("/proposals/propose/", MEMBERS, MEMBERS),
    # --- people, and what they follow ---
    "person": Who("/people/alice/", EVERYBODY),
    "edit-profile": Who("/you/edit/", MEMBERS, MEMBERS),
    "settings": Who("/you/settings/", MEMBERS, MEMBERS),
    "leave": Who("/you/leave/", MEMBERS, MEMBERS),
    "following": Who("/following/", MEMBERS),
    "following-read": Who("/following/read/", NOBODY, MEMBERS),
    "renew-feeds": Who("/following/feeds/", NOBODY, MEMBERS),
    "digest-stop": Who("/following/digest/{digest_link}/stop/", EVERYBODY, EVERYBODY),
    "follow": Who("/following/problem/5.3/", NOBODY, MEMBERS),
    "feed": Who("/feeds/everything.atom", EVERYBODY),
    "own-feed": Who("/feeds/own/{feed}.atom", EVERYBODY),
    "saved-filter-feed": Who("/feeds/own/{feed}/{saved}.atom", EVERYBODY),
    "problem-feed": Who("/problems/5.3/activity.atom", EVERYBODY),
    "category-feed": Who("/categories/5/activity.atom", EVERYBODY),
    # --- moderating and curating ---
    "moderation": Who("/moderation/", CURATORS),
    "curator-acts": Who("/moderation/acts/", CURATORS),
    "approve": Who("/moderation/idea/{idea}/approve/", NOBODY, CURATORS),
    "reject": Who("/moderation/idea/{idea}/reject/", NOBODY, CURATORS),
    "approve-all": Who("/people/alice/approve-all/", NOBODY, CURATORS),
    "standing": Who("/people/alice/standing/", CURATORS, CURATORS),
    "curate": Who("/curate/", CURATORS),
    "new-category": Who("/curate/categories/new/", CURATORS, CURATORS),
    "edit-category": Who("/curate/categories/5/", CURATORS, CURATORS),
    "import": Who("/curate/import/", CURATORS, CURATORS),
    "import-row": Who("/curate/row/", CURATORS, CURATORS),
    "curate-edit": Who("/problems/5.3/curate/edit/", CURATORS, CURATORS),
    "curate-take-in": Who("/problems/5.3/curate/take-in/", CURATORS, CURATORS),
    "curate-split": Who("/problems/5.3/curate/split/", CURATORS, CURATORS),
    "curate-merge": Who("/problems/5.3/curate/merge/", CURATORS, CURATORS),
    "curate-unmerge": Who("/problems/5.4/curate/merge/undo/", NOBODY, CURATORS),
    "curate-resolve": Who("/problems/5.3/curate/resolve/", CURATORS, CURATORS),
    "curate-reopen": Who("/problems/5.3/curate/resolve/{resolution}/undo/", NOBODY, CURATORS),
    # --- experiments ---
    "experiments": Who("/experiments/", EVERYBODY),
    "new_recipe": Who("/recipes/new/", EVERYBODY, EVERYBODY),  # anybody may check a text; saving is for members
    "draft": Who("/recipes/draft/", NOBODY, EVERYBODY),
    "recipe": Who("/recipes/{recipe}/", EVERYBODY),
    "run_recipe": Who("/recipes/{recipe}/run/", NOBODY, MEMBERS),
    "run": Who("/runs/{run}/", EVERYBODY),
    "run_card": Who("/runs/{run}/card/", EVERYBODY),
    "run_live": Who("/runs/{run}/live/", EVERYBODY),
    "run_log": Who("/runs/{run}/log/", EVERYBODY),
    "run_log_text": Who("/runs/{run}/log.txt", EVERYBODY),
    "run_files": Who("/runs/{run}/files/", EVERYBODY),
    "run_curves": Who("/runs/{run}/curves/", EVERYBODY),
    "run_panels": Who("/runs/{run}/panels/", EVERYBODY),
    "panel_figure": Who("/runs/{run}/panels/curve/", EVERYBODY),
    "cancel_run": Who("/runs/{waiting}/cancel/", NOBODY, EITHER),
    "pin_run": Who("/runs/{run}/pin/", NOBODY, EITHER),
    "run_again": Who("/runs/{run}/again/", NOBODY, MEMBERS),
    "person_quotas": Who("/people/alice/quotas/", EITHER, CURATORS),
    "compare": Who("/compare/", EVERYBODY),
    "compare_curves": Who("/compare/curves/", EVERYBODY),
    "operations": Who("/operations/", CURATORS),
    "pauses": Who("/operations/pauses/", CURATORS, CURATORS),
    "lift_pause": Who("/operations/pauses/{pause}/lift/", NOBODY, CURATORS),
    "workers": Who("/workers/", EVERYBODY),
    "drain_worker": Who("/workers/{worker}/drain/", NOBODY, EITHER),
    # --- the API ---
    "api-problems": Who("/api/problems/", EVERYBODY),
    "api-problem": Who("/api/problems/5.3/", EVERYBODY),
    "api-comments": Who("/api/problems/5.3/comments/", EVERYBODY, MEMBERS),
    "api-comment": Who("/api/comments/{comment}/", EVERYBODY),
    "api-claim": Who("/api/problems/5.3/claims/", NOBODY, MEMBERS),
    "api-claim-note": Who("/api/problems/5.3/claim/note/", NOBODY, OWNER),
    "api-schema": Who("/api/schema/", EVERYBODY),
    "api-recipe-schema": Who("/api/schema/recipe/", EVERYBODY),
    "api-tokens": Who("/api/tokens/", NOBODY, MEMBERS),
    "api-quotas": Who("/api/quotas/", MEMBERS),
    "api-recipes": Who("/api/recipes/", EVERYBODY, MEMBERS),
    "api-recipe-check": Who("/api/recipes/check/", NOBODY, EVERYBODY),
    "api-recipe": Who("/api/recipes/{recipe}/", EVERYBODY),
    "api-recipe-runs": Who("/api/recipes/{recipe}/runs/", NOBODY, MEMBERS),
    "api-runs": Who("/api/runs/", EVERYBODY),
    "api-run": Who("/api/runs/{run}/", EVERYBODY),
    "api-run-cancel": Who("/api/runs/{waiting}/cancel/", NOBODY, EITHER),
    "api-run-measurements": Who("/api/runs/{run}/measurements/", EVERYBODY),
    "api-run-log": Who("/api/runs/{run}/log/", EVERYBODY),
    "api-run-artifacts": Who("/api/runs/{run}/artifacts/", EVERYBODY),
    "api-run-artifact": Who("/api/runs/{run}/artifacts/panels/curve.json/", EVERYBODY),
    "api-run-panels": Who("/api/runs/{run}/panels/", EVERYBODY),
    "worker-announce": Who("/api/worker/announce/", NOBODY),
    "worker-claim": Who("/api/worker/shards/{shard}/claim/", NOBODY),
    "shard-heartbeat": Who("/api/shards/{shard}/heartbeat/", NOBODY),
    "shard-events": Who("/api/shards/{shard}/events/", NOBODY),
    "shard-blob": Who("/api/shards/{shard}/blobs/{sha256}/", NOBODY, NOBODY, "put"),
    "shard-finish": Who("/api/shards/{shard}/finish/", NOBODY),
}

# Pages that show something else for what stands behind the question mark: the name of their row, and the address.
WITH_QUERY = [
    ("problems", "/problems/?view=cards&sort=difficulty"),
    ("problems", "/problems/?q=using"),
    ("problems", "/problems/?q=using&view=cards"),
    ("problems", "/problems/?difficulty=D&q=nothing"),
    ("problems-csv", "/problems/export.csv?q=using"),
    ("find", "/problems/find/?asked=yes"),
    ("difficulty", "/difficulty/unknown/"),
    ("alias", "/p/9.99/"),
    ("problem", "/problems/5.3/?list=difficulty%3DB%26sort%3Druns"),
    ("problem", "/problems/5.3/?quote=1"),
    ("problem", "/problems/5.4/?itself"),
    ("problem", "/problems/5.99/"),
    ("revisions", "/problems/5.3/revisions/?from=1&to=3"),
    ("ideas", "/ideas/?kind=hypothesis&state=open"),
    ("curator-acts", "/moderation/acts/?problem=5.3"),
    ("experiments", "/experiments/?category=5"),
    ("compare", "/compare/?runs=1,2,3,4"),
    ("compare_curves", "/compare/curves/?runs=1,2,3,4"),
]

# Pages of others' making that have our look.
ANYWAY = [
    *("/accounts/login/", "/accounts/signup/", "/accounts/logout/", "/accounts/password/change/", "/accounts/email/"),
    *("/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/2fa/", "/accounts/3rdparty/"),
    *("/nowhere/", "/problems/5.999/", "/categories/77/", "/recipes/new/?fork=1"),
]
