"""Detection: from the instant a target stops answering to the ticket's arrival at the receiver.

Real parts: collector and agent as processes of their own, ping over a cable into a network namespace, and a webhook
receiver. Each of the targets stops without a word at a random instant (seeded). Needs root, for the namespaces.

    python -m benchmarks.detection [--targets 40] [--seed 1]
"""

import argparse
import contextlib
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.journeys.lab import lab
from tests.journeys.product import Product
from tests.journeys.receiver import Receiver, wait_for

INTERVAL_S, RETRY_S, TIMEOUT_S, CONFIRM = 5.0, 0.5, 1.0, 3
BAR_S = 5.5


def main() -> int:
    """Measure and print; exit code 1 when the median is over the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=40, help="how many targets fail, once each (default 40)")
    parser.add_argument("--seed", type=int, default=1, help="of the instants at which they fail (default 1)")
    arguments = parser.parse_args()
    delays = measure(arguments.targets, random.Random(arguments.seed))
    theory = INTERVAL_S / 2 + (CONFIRM - 1) * RETRY_S + TIMEOUT_S
    median = statistics.median(delays)
    print(f"detection, {len(delays)} failures, preset urgent (5 s, 3 x 0.5 s, 1 s), failure to webhook received")
    print(
        f"  median {median:.2f} s   min {min(delays):.2f}   max {max(delays):.2f}   mean {statistics.mean(delays):.2f}"
    )
    print(f"  theoretical mean to confirmation  tau/2 + (N-1) r + timeout = {theory:.2f} s")
    print(f"  bar: median <= {BAR_S} s: {'met' if median <= BAR_S else 'MISSED'}")
    return 0 if median <= BAR_S else 1


def measure(count: int, chance: random.Random) -> list[float]:
    """Seconds from each failure to its ticket."""
    hosts = [f"10.77.{1 + number // 200}.{1 + number % 200}" for number in range(count)]
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(lab(hosts))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        receiver = Receiver(network.socket("127.0.0.1"))
        stack.callback(receiver.close)
        product = Product(network, folder, 8440, {"DESK": "whsec_" + "A" * 32})
        stack.callback(product.close)
        (product.data / "nineward.toml").write_text(
            '[tickets.desk]\nkind = "webhook"\nsecret = { env = "DESK" }\n'
            f'url = "http://127.0.0.1:{receiver.port}/"\n'
        )
        tree = product.up()
        wait_for("the collector answers", lambda: (product.data / "collector.sock").exists(), 60)
        inventory = folder / "targets.csv"
        rows = [f"host-{number},{address},urgent" for number, address in enumerate(hosts)]
        inventory.write_text("\n".join(["name,address,priority", *rows]) + "\n")
        product.tell("target", "import", str(inventory))
        wait_for("all targets up", lambda: _up(product) >= count, 120)
        failed: dict[str, int] = {}
        start = time.monotonic() + 2
        for instant, number in sorted((chance.uniform(0, 6 * INTERVAL_S), number) for number in range(count)):
            time.sleep(max(0.0, start + instant - time.monotonic()))
            failed[f"host-{number}"] = time.time_ns() // 1_000_000
            network.cut(hosts[number])
        wait_for("a ticket for each failure", lambda: len(receiver.told("opened")) >= count, 60)
        product.stop(tree)
        arrived = {delivery.body["target"]["name"]: delivery.at for delivery in receiver.told("opened")}
        return [(arrived[name] - instant) / 1000 for name, instant in failed.items()]


def _up(product: Product) -> int:
    return sum(row["name"].startswith("host-") and row["state"] == "up" for row in product.ask("target", "list"))


if __name__ == "__main__":
    sys.exit(main())
