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
let took = 0;

async function refresh() {
  clearTimeout(waiting);
  waiting = null;
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  const begun = performance.now();
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
    took = performance.now() - begun;
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
    if (!young || typing(old) || marking(old)) continue;
    unfold(old, young);
    if (young.outerHTML === old.outerHTML) continue;
    const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    old.replaceWith(document.adoptNode(young));
    // Who goes through the page by keyboard stays where they were.
    if (focused) young.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }
  document.title = fresh.title;
}

// What somebody unfolded stays unfolded.
function unfold(old, young) {
  const before = old.querySelectorAll("details");
  young.querySelectorAll("details").forEach((details, place) => {
    if (before[place]) details.open = before[place].open;
  });
}

function typing(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
}

function marking(part) {
  const selection = document.getSelection();
  return selection && !selection.isCollapsed && part.contains(selection.anchorNode);
}

function soon() {
  if (waiting) return;
  // A page that is dear to make (many targets) is asked for more seldom: at most a fifth of the time goes into it.
  waiting = setTimeout(refresh, Math.max(GATHER, 4 * took));
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
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
