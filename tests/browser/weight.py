"""What one load of a page costs, counted by the browser's own protocol."""

from dataclasses import dataclass
from urllib.parse import urlparse

from playwright.sync_api import Page


@dataclass(frozen=True)
class Weight:
    """Bytes on the wire (headers included), requests, and the hosts that were asked."""

    bytes: int
    requests: int
    hosts: tuple[str, ...]
    urls: tuple[str, ...]


def weigh(page: Page, url: str) -> Weight:
    """Loads `url` and waits until every panel has left `loading` and the network rests."""
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    sizes: list[int] = []
    asked: list[str] = []
    client.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    client.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    page.goto(url)
    page.wait_for_function(
        "() => { const panels = [...document.querySelectorAll('[data-panel]')];"
        " return panels.length && panels.every(p => p.dataset.state !== 'loading') }"
    )
    page.wait_for_timeout(1000)  # late chunks; the poll of the live screen keeps the network from ever being idle
    client.detach()
    urls = tuple(a for a in asked if a.startswith("http"))
    return Weight(sum(sizes), len(urls), tuple(sorted({urlparse(a).netloc for a in urls})), urls)
