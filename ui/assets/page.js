// Runs once, when the conversation is on the page: `element` holds it, `trigger` reaches Python.
// Clicks go to Python as links made of ids and offsets; what comes back is shown, scrolled to and announced here.
const PHONE = window.matchMedia("(max-width: 859px)");
const log = element.closest("#yj-log");
const byId = (id) => document.getElementById(id);
const paneKey = () => byId("yj-pane")?.querySelector(".yj-source")?.dataset.key ?? "";

const status = document.createElement("div");
status.className = "yj-sr";
status.setAttribute("role", "status");
document.body.append(status);

let opener = null; // the link to give the focus back to when the sheet closes
let wanted = false; // a click waits for its source
let shownKey = "";
let shownTurns = "";

function setSheet(open) {
  byId("yj-main").toggleAttribute("data-sheet", open);
  for (const id of ["yj-head", "yj-chat"]) byId(id)?.toggleAttribute("inert", open);
  const side = byId("yj-side");
  if (open) {
    side?.setAttribute("role", "dialog");
    side?.setAttribute("aria-modal", "true");
    side?.querySelector("h2, .yj-close")?.focus({ preventScroll: true });
  } else {
    side?.removeAttribute("role");
    side?.removeAttribute("aria-modal");
    opener?.focus({ preventScroll: true });
    opener = null;
  }
}

// The library column: beside the conversation in wide windows, a drawer over it in narrower ones.
const NARROW = window.matchMedia("(max-width: 1279px)");

function setLibrary(open) {
  byId("yj-main").dataset.library = open ? "open" : "folded";
  for (const button of document.querySelectorAll(".yj-fold, .yj-drawer")) button.setAttribute("aria-expanded", open);
  const fold = document.querySelector(".yj-fold");
  fold?.setAttribute("aria-label", open ? fold.dataset.fold : fold.dataset.open);
}

function restoreLibrary() {
  setLibrary(!NARROW.matches && localStorage.getItem("yj-library") !== "folded");
}

function toggleLibrary() {
  const open = byId("yj-main").dataset.library !== "open";
  if (!NARROW.matches) localStorage.setItem("yj-library", open ? "open" : "folded");
  setLibrary(open);
  if (PHONE.matches) document.querySelector(open ? ".yj-fold" : ".yj-drawer")?.focus();
}

function toMark() {
  const paper = document.querySelector("#yj-pane .yj-paper");
  const mark = paper?.querySelector("mark");
  if (!mark) return;
  const box = mark.getBoundingClientRect();
  const room = Math.max(24, (paper.clientHeight - box.height) / 3);
  paper.scrollTop += box.top - paper.getBoundingClientRect().top - room;
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  mark.animate([{ backgroundColor: "rgba(184, 53, 42, .38)" }, {}], { duration: 900, easing: "ease-out" });
}

function showSource() {
  const key = paneKey();
  for (const link of document.querySelectorAll("a.yj-chip, a.yj-cite")) {
    const current = key !== "" && link.getAttribute("href") === key;
    link.classList.toggle("yj-on", current);
    current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
  if (key !== shownKey) {
    shownKey = key;
    toMark();
    if (wanted && PHONE.matches) setSheet(true);
    wanted = false;
  }
}

function showTurns() {
  const turns = log.querySelectorAll(".yj-turn");
  const last = turns[turns.length - 1];
  const state = last ? `${turns.length} ${last.className}` : "";
  if (state === shownTurns) return;
  shownTurns = state;
  if (!last) return;
  log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 20;
  status.textContent = last.dataset.say;
}

function update() {
  showTurns();
  showSource();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.yj-chip, a.yj-cite");
  if (link) {
    event.preventDefault();
    opener = link;
    const href = link.getAttribute("href");
    if (href === paneKey()) {
      toMark();
      if (PHONE.matches) setSheet(true);
      return;
    }
    wanted = true;
    trigger("cite", { href });
    return;
  }
  const example = event.target.closest(".yj-example");
  if (example) {
    trigger("example", { question: example.textContent });
    if (!PHONE.matches) byId("yj-box")?.querySelector("textarea")?.focus();
    return;
  }
  if (event.target.closest(".yj-fold, .yj-drawer")) toggleLibrary();
  else if (NARROW.matches && !event.target.closest("#yj-library") && byId("yj-main").dataset.library === "open") setLibrary(false);
  if (event.target.closest(".yj-close") || event.target.id === "yj-side") setSheet(false);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (byId("yj-main").hasAttribute("data-sheet")) setSheet(false);
  else if (NARROW.matches && byId("yj-main").dataset.library === "open") toggleLibrary();
});

PHONE.addEventListener("change", () => setSheet(false));
NARROW.addEventListener("change", restoreLibrary);
restoreLibrary();

// Gradio says in a box of its own, in its own language, that the server is gone. That box is hidden; we say it in ours.
new MutationObserver(() => {
  const hint = byId("yj-hint")?.querySelector("p");
  const lost = log.querySelector(".yj-log").dataset.lost;
  if (!hint || hint.textContent === lost || !document.querySelector(".toast-body.error")) return;
  hint.className = "yj-hint yj-hint-bad";
  hint.setAttribute("role", "alert");
  hint.textContent = lost;
}).observe(document.querySelector("gradio-app"), { childList: true, subtree: true });

let queued = false;
new MutationObserver(() => {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    update();
  });
}).observe(byId("yj-main"), { childList: true, subtree: true, characterData: true, attributeFilter: ["data-key"] });
update();
