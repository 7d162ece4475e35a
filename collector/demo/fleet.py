"""What the made-up fleet consists of: two sites, switches, servers, web sites, and services made of them."""

from collector.specs import AgreementSpec, CheckSpec, PolicySpec, ServiceSpec, TargetSpec
from collector.store.targets import Priority

SITES = {"hz": "杭州", "sh": "上海"}
BAD_MODEL = "X320"
"""The model of switch that fails more often than the others."""

INTERVAL = 300_000
RETRY = 30_000
CONFIRM = 3

_ACCESS, _SERVERS = 10, 15


def targets() -> list[TargetSpec]:
    """About sixty, parents before what depends on them. Addresses are of the documentation range (RFC 5737)."""
    found = []
    for number, site in enumerate(SITES):
        core = f"core-{site}-1"
        place = {"site": site, "customer": "acme" if site == "hz" else "globex"}
        base = 100 * number
        labels = {**place, "model": "S12700", "owner": "li.wei"}
        found.append(_target(core, base + 1, "switch", Priority.URGENT, labels))
        for one in range(1, _ACCESS + 1):
            model = BAD_MODEL if one > _ACCESS - 3 else "S5731"
            labels = {**place, "model": model, "owner": "li.wei"}
            name = f"access-{site}-{one:02}"
            found.append(_target(name, base + 10 + one, "switch", Priority.IMPORTANT, labels, core))
        for one in range(1, _SERVERS + 1):
            behind = f"access-{site}-{(one - 1) % _ACCESS + 1:02}"
            labels = {**place, "model": "R740", "owner": "zhang.min"}
            name = f"srv-{site}-{one:02}"
            found.append(_target(name, base + 40 + one, "server", Priority.GENERAL, labels, behind))
        found.append(
            TargetSpec(
                f"portal-{site}", f"https://portal-{site}.example/", kind="website", priority=Priority.URGENT,
                labels={**place, "owner": "zhang.min"}, parents=(core,),
                checks=(CheckSpec("http", vital=True, agents=f"probe-{site}"),),
            )
        )  # fmt: skip
    return found


def services() -> list[ServiceSpec]:
    """What the targets are there for."""
    found = [ServiceSpec("portal", {"any_of": ["portal-hz", "portal-sh"]}, labels={"owner": "zhang.min"})]
    for site in SITES:
        erp = [f"srv-{site}-{one:02}" for one in (1, 2)]
        found.append(ServiceSpec(f"erp-{site}", {"all_of": erp}, labels={"site": site}))
        storage = [f"srv-{site}-{one:02}" for one in (3, 4, 5)]
        found.append(ServiceSpec(f"storage-{site}", {"2_of": storage}, labels={"site": site}))
    return found


def agreements() -> list[AgreementSpec]:
    """One with each customer; the second is stricter about repair."""
    stricter = {"targets": {"mttr": "3h"}}
    return [
        AgreementSpec("acme", customer="Acme 制造", selector="customer=acme"),
        AgreementSpec("globex", customer="Globex 物流", selector="customer=globex", parameters=stricter),
    ]


def policies() -> list[PolicySpec]:
    """A look every five minutes is enough to see a life of months."""
    return [
        PolicySpec(
            "*",
            {
                "interval": f"{INTERVAL // 1000}s",
                "retry_interval": f"{RETRY // 1000}s",
                "confirm_down": CONFIRM,
                "max_gap": f"{INTERVAL * 5 // 2000}s",
            },
        )
    ]


def site_of(name: str) -> str:
    """The site of a target by its name."""
    return name.split("-")[1]


def _target(
    name: str, host: int, kind: str, priority: Priority, labels: dict[str, str], parent: str = ""
) -> TargetSpec:
    return TargetSpec(
        name,
        f"198.51.100.{host}",
        kind=kind,
        priority=priority,
        labels=labels,
        parents=(parent,) if parent else (),
        checks=(CheckSpec("ping", vital=True, agents=f"probe-{site_of(name)}"),),
    )
