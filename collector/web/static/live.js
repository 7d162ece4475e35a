// Keeps an open page true: when the collector says that something happened, the page is fetched again and the parts
// marked data-live are exchanged where they differ. Without this module every page reads as well, only not by itself.

const GATHER = 400; // ms: events come in flocks
const SELDOM = 30_000; // ms: durations and figures grow without any event
const pulse = document.getElementById("pulse");
const says = pulse?.querySelector(".says");
const liveText = says?.textContent;

let waiting = null;
let fetching = false;
let again = false;

async function refresh() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
      location.reload();
      return;
    }
    if (answer.ok) exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The event source notices and says that the connection is lost; the next refresh comes with its return.
  } finally {
    fetching = false;
    if (again) {
      again = false;
      soon();
    }
  }
}

function exchange(fresh) {
  for (const old of document.querySelectorAll("[data-live][id]")) {
    const young = fresh.getElementById(old.id);
    // A part in which somebody types or marks text is left alone until the next time.
    if (!young || young.outerHTML === old.outerHTML || old.contains(document.activeElement) || marking(old)) continue;
    old.replaceWith(document.adoptNode(young));
  }
  document.title = fresh.title;
}

function marking(part) {
  const selection = document.getSelection();
  return selection && !selection.isCollapsed && part.contains(selection.anchorNode);
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, GATHER);
}

function show(alive) {
  if (!pulse) return;
  pulse.hidden = false;
  pulse.classList.toggle("is-lost", !alive);
  says.textContent = alive ? liveText : document.body.dataset.lost;
}

if (pulse) {
  const source = new EventSource("/api/v1/events");
  let opened = false;
  source.onopen = () => {
    show(true);
    if (opened) soon();
    opened = true;
  };
  source.onerror = () => {
    show(false);
    if (source.readyState === EventSource.CLOSED) soon(); // refused: most likely signed out
  };
  for (const kind of ["state", "incident", "agent", "lost"]) source.addEventListener(kind, soon);
  setInterval(() => document.hidden || refresh(), SELDOM);
  document.addEventListener("visibilitychange", () => document.hidden || soon());
  addEventListener("pagehide", () => source.close());
}
