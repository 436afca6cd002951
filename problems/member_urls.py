"""Ideas, proposed problems, people and what they follow."""

from django.urls import path
from django.views.decorators.http import require_safe

from problems.views import feeds, following, ideas, people, proposals

urlpatterns = [
    path("ideas/", ideas.ideas, name="ideas"),
    path("ideas/propose/", ideas.propose, name="propose-idea"),
    path("ideas/<int:pk>/", ideas.idea, name="idea"),
    path("ideas/<int:pk>/curate/", ideas.curate, name="curate-idea"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/propose/", proposals.propose, name="propose-problem"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("people/<str:handle>/", people.person, name="person"),
    path("you/edit/", people.edit_profile, name="edit-profile"),
    path("you/settings/", people.settings, name="settings"),
    path("you/leave/", people.leave, name="leave"),
    path("following/", following.following, name="following"),
    path("following/read/", following.read, name="following-read"),
    path("following/feeds/", following.renew_feeds, name="renew-feeds"),
    path("following/digest/<str:token>/stop/", following.stop_digest, name="digest-stop"),
    path("following/<str:thing>/<str:key>/", following.follow_thing, name="follow"),
    path("feeds/everything.atom", require_safe(feeds.EverythingFeed()), name="feed"),
    path("feeds/own/<str:token>.atom", require_safe(feeds.OwnFeed()), name="own-feed"),
    path("feeds/own/<str:token>/<int:pk>.atom", require_safe(feeds.SavedFilterFeed()), name="saved-filter-feed"),
    path("problems/<str:number>/activity.atom", require_safe(feeds.ProblemFeed()), name="problem-feed"),
    path("categories/<int:number>/activity.atom", require_safe(feeds.CategoryFeed()), name="category-feed"),
]
