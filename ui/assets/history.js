// Runs once, when the list of conversations is on the page: `trigger` reaches Python. Keeps the address in step with the
// conversation, so that a reload or a link brings it back, and sends what a person thinks of an answer.
const byId = (id) => document.getElementById(id);
const list = () => byId("yj-history-list")?.querySelector(".yj-history");
const field = () => document.querySelector(".yj-history-search");
const asked = () => new URLSearchParams(location.search).get("conversation") ?? "";
const turnAsked = () => Number(/^#turn-(\d{1,4})$/.exec(location.hash)?.[1] ?? 0);
const verdicts = new Map(); // what was said since the page was loaded: a turn that is drawn again shows it again

const act = (what) => trigger("talk", { search: field()?.value ?? "", current: list()?.dataset.current, ...what });

let wanted = 0; // the turn to show when the conversation that was asked for is there
let moved = false; // the address was changed by a click here, which makes a step in the browser's history

function open(id, turn) {
  wanted = turn;
  moved = true;
  act({ do: "open", id, turn });
}

function address(id) {
  const next = new URL(location.href);
  id ? next.searchParams.set("conversation", id) : next.searchParams.delete("conversation");
  next.hash = id && wanted ? `turn-${wanted}` : "";
  const to = next.pathname + next.search + next.hash;
  if (to !== location.pathname + location.search + location.hash) history[moved ? "pushState" : "replaceState"](null, "", to);
  moved = false;
}

function toTurn() {
  const turn = byId(`turn-${wanted}`)?.closest(".yj-turn");
  if (!wanted || !turn) return;
  wanted = 0;
  const log = byId("yj-log");
  // After the page has scrolled to the last turn, as it does whenever turns change.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    log.scrollTop += turn.getBoundingClientRect().top - log.getBoundingClientRect().top - 20;
  }));
}

function showVerdict(tools) {
  const said = verdicts.get(`${tools.dataset.conversation} ${tools.dataset.turn}`);
  if (said === undefined) return;
  for (const button of tools.querySelectorAll(".yj-rate")) {
    const pressed = String(button.dataset.verdict === said);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
}

let known = null;
function update() {
  const now = list();
  if (!now) return;
  if (now.dataset.current !== known) {
    const first = known === null;
    known = now.dataset.current;
    if (!first || known) address(known);
  }
  const search = field();
  if (search && document.activeElement !== search && search.value !== now.dataset.search) search.value = now.dataset.search;
  toTurn();
  for (const tools of document.querySelectorAll(".yj-tools")) showVerdict(tools);
}

async function rate(tools, verdict, more = {}) {
  const said = tools.querySelector(".yj-rate-said");
  const body = { conversation: tools.dataset.conversation, turn: Number(tools.dataset.turn), verdict, ...more };
  let answer = null;
  try {
    const response = await fetch("/api/feedback", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    answer = await response.json();
  } catch {
    answer = { error: { message: document.querySelector(".yj-log").dataset.lost } };
  }
  said.classList.toggle("yj-error", Boolean(answer.error));
  const unplaced = answer.outcome === "kept_open" && more.right?.trim(); // what was written does not stand in what was shown
  said.textContent = answer.error ? answer.error.message : said.getAttribute(`data-${(unplaced ? "unplaced" : answer.outcome).replaceAll("_", "-")}`);
  said.scrollIntoView({ block: "nearest" });
  if (answer.error) return;
  verdicts.set(`${body.conversation} ${body.turn}`, verdict);
  showVerdict(tools);
}

function fold(button) {
  const box = button.closest(".yj-talk")?.querySelector(".yj-actions") ?? button.closest(".yj-tools")?.querySelector(".yj-exports");
  const opened = button.getAttribute("aria-expanded") === "true";
  for (const other of document.querySelectorAll('.yj-talk .yj-folds[aria-expanded="true"]')) if (other !== button) fold(other);
  button.setAttribute("aria-expanded", String(!opened));
  box.hidden = opened;
}

function renaming(talk, on) {
  const form = talk.querySelector(".yj-renaming");
  form.hidden = !on;
  talk.querySelector(".yj-open").hidden = on;
  if (on) {
    fold(talk.querySelector(".yj-folds"));
    form.querySelector("input").select();
  } else talk.querySelector(".yj-folds").focus();
}

async function copy(button) {
  const words = new URL(button.dataset.href, location.href).href;
  const was = button.textContent;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    // Without a secure address there is no clipboard: the old way, which needs a field.
    const area = Object.assign(document.createElement("textarea"), { value: words });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = list()?.dataset.copied ?? was;
  setTimeout(() => { button.textContent = was; }, 1500);
}

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const talk = at(".yj-talk");
  const link = at(".yj-open");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(talk.dataset.id, Number(/#turn-(\d+)$/.exec(link.getAttribute("href"))?.[1] ?? 0));
  } else if (at(".yj-new")) {
    moved = true;
    act({ do: "new" });
    byId("yj-box")?.querySelector("textarea")?.focus();
  } else if (at(".yj-folds")) fold(at(".yj-folds"));
  else if (at(".yj-link")) copy(at(".yj-link"));
  else if (at(".yj-rename")) renaming(talk, true);
  else if (at(".yj-delete")) {
    moved = true;
    act({ do: "delete", id: talk.dataset.id });
  } else if (at(".yj-history-note .yj-undo")) act({ do: "restore", id: at(".yj-undo").dataset.id });
  else if (at(".yj-cancel")) {
    if (talk) renaming(talk, false);
    else at(".yj-why").hidden = true;
  } else if (at(".yj-rate")) {
    const button = at(".yj-rate");
    const tools = at(".yj-tools");
    const again = button.getAttribute("aria-pressed") === "true";
    const why = tools.querySelector(".yj-why");
    why.hidden = again || button.dataset.verdict === "up";
    if (!why.hidden) {
      why.querySelector("input").focus({ preventScroll: true });
      why.scrollIntoView({ block: "nearest" });
    }
    rate(tools, again ? "" : button.dataset.verdict);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".yj-renaming")) {
    event.preventDefault();
    act({ do: "rename", id: form.closest(".yj-talk").dataset.id, text: form.querySelector("input").value });
  } else if (form.matches(".yj-why")) {
    event.preventDefault();
    const reason = form.querySelector("input:checked")?.value ?? "";
    rate(form.closest(".yj-tools"), "down", { reason, right: form.elements.right.value, note: form.elements.note.value });
    form.hidden = true;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const cancel = event.target.closest(".yj-renaming, .yj-why")?.querySelector(".yj-cancel");
  if (cancel) {
    event.stopPropagation();
    cancel.click();
  }
}, true);

let waiting = 0;
document.addEventListener("input", (event) => {
  if (!event.target.matches(".yj-history-search")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => act({ do: "list" }), 200);
});

window.addEventListener("popstate", () => {
  wanted = turnAsked();
  if (asked() === (list()?.dataset.current ?? "")) toTurn();
  else act(asked() ? { do: "open", id: asked(), turn: wanted } : { do: "new" });
});

let queued = false;
new MutationObserver(() => {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    update();
  });
}).observe(byId("yj-main"), { childList: true, subtree: true });

wanted = asked() ? turnAsked() : 0;
act(asked() ? { do: "open", id: asked(), turn: wanted } : { do: "list" });
