"""Who looks at a check: a selector of agents turned into agents. Pure, so that every fold of the log agrees."""

import re
from collections.abc import Sequence

from collector.ids import rank
from collector.store.agents import Agent
from collector.store.checks import Check
from collector.store.targets import Target
from rules.errors import Invalid
from rules.selector import Selector

OWN = "own"
OUTSIDE = "outside"
_GROUP = re.compile(r"(?:any\s+(?P<count>[1-9]\d*)|all)\s+of\s+(?P<selector>.+)")
_WITNESSES = 2


def read(text: str) -> str:
    """The selector of agents in one way of writing. Raises Invalid."""
    clean = " ".join(text.split())
    group = _GROUP.fullmatch(clean)
    if group:
        Selector.parse(group["selector"])
    elif re.match(r"(any|all)\b.*\s", clean):
        raise Invalid(f"{text!r} does not say which agents. Write any 3 of site=hz, all of site=*, or their names.")
    return clean


def assigned(check: Check, target: Target, agents: Sequence[Agent]) -> list[Agent]:
    """The agents that look at a check, of the living ``agents`` given by number.

    Nobody, when the selector names nobody. Without a selector: the first agent of the target's site, else the first of
    all, which is the collector's own where ``nineward up`` made it.
    """
    text = check.agents
    if text == OWN:
        return [agent for agent in agents if agent.id == target.agent]
    if text == OUTSIDE:
        return witnesses(target, agents)
    if not text:
        site = target.labels.get("site")
        near = [agent for agent in agents if site and agent.labels.get("site") == site]
        return (near or list(agents))[:1]
    group = _GROUP.fullmatch(text)
    if group is None:
        names = {name.strip() for name in text.split(",")}
        return [agent for agent in agents if agent.name in names or agent.id in names]
    selector = Selector.parse(group["selector"])
    matching = [agent for agent in agents if selector.matches({**agent.labels, "name": agent.name})]
    if group["count"] is None:
        return matching
    # The highest random weight: when an agent comes or goes, only the checks it wins or loses move.
    chosen = sorted(matching, key=lambda agent: rank(check.id, agent.id))[: int(group["count"])]
    return sorted(chosen, key=lambda agent: agent.number)


def witnesses(target: Target, agents: Sequence[Agent]) -> list[Agent]:
    """Who can say from outside whether an agent's own host is there: at most two of its site, else the first agent.

    An agent on the same machine is no witness: it dies with it.
    """
    elsewhere = [agent for agent in agents if agent.machine != target.machine]
    site = target.labels.get("site")
    near = [agent for agent in elsewhere if site and agent.labels.get("site") == site]
    if near:
        return near[:_WITNESSES]
    return [agent for agent in agents[:1] if agent in elsewhere]
