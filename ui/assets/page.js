// Runs once, when the conversation is on the page: `element` holds it, `trigger` reaches Python.
// Owns the turns, the library column and what is shown while the pointer rests on a citation; the source is in source.js.
const PHONE = window.matchMedia("(max-width: 859px)");
const NARROW = window.matchMedia("(max-width: 1279px)");
const log = element.closest("#yj-log");
const byId = (id) => document.getElementById(id);
const main = byId("yj-main");

const status = document.createElement("div");
status.className = "yj-sr";
status.setAttribute("role", "status");
document.body.append(status);

// ---- landmarks: Gradio's columns have no names of their own

function nameColumns() {
  const names = byId("yj-head").querySelector("header")?.dataset ?? {};
  for (const [id, role, name] of [["yj-library", "complementary", names.library], ["yj-chat", "region", names.chat], ["yj-side", "complementary", names.source]]) {
    byId(id).setAttribute("role", role);
    byId(id).setAttribute("aria-label", name ?? "");
  }
}

// ---- the library: beside the conversation in wide windows, a drawer over it in narrower ones

const libraryIsOpen = () => main.dataset.library === "open";

function setLibrary(open) {
  main.dataset.library = open ? "open" : "folded";
  for (const button of document.querySelectorAll(".yj-fold, .yj-drawer")) button.setAttribute("aria-expanded", open);
  const fold = document.querySelector(".yj-fold");
  fold?.setAttribute("aria-label", open ? fold.dataset.fold : fold.dataset.open);
  for (const id of ["yj-head", "yj-chat"]) byId(id).toggleAttribute("inert", open && PHONE.matches);
}

function restoreLibrary() {
  setLibrary(!NARROW.matches && localStorage.getItem("yj-library") !== "folded");
}

function toggleLibrary() {
  const open = !libraryIsOpen();
  if (!NARROW.matches) localStorage.setItem("yj-library", open ? "open" : "folded");
  setLibrary(open);
  if (PHONE.matches) document.querySelector(open ? ".yj-fold" : ".yj-drawer")?.focus();
}

// ---- turns

let shownTurns = "";

function showTurns() {
  const turns = log.querySelectorAll(".yj-turn");
  const last = turns[turns.length - 1];
  const state = last ? `${turns.length} ${last.className}` : "";
  if (state === shownTurns) return;
  shownTurns = state;
  hidePeek();
  if (!last) return;
  log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 20;
  status.textContent = last.dataset.say;
}

function intoBox(question) {
  const box = byId("yj-box")?.querySelector("textarea");
  if (!box) return;
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  box.setSelectionRange(question.length, question.length);
}

function stopAsking() {
  const button = log.querySelector(".yj-stop");
  if (!button) return false;
  const box = byId("yj-box")?.querySelector("textarea");
  if (!box?.value) intoBox(log.querySelector(".yj-asked").textContent); // what was typed meanwhile stays
  trigger("stop", {});
  return true;
}

// What was not found is said before there are other questions to offer. Whoever asks on meanwhile does not wait for those.
const suggesting = () => log.querySelector(".yj-suggest-wait");
const turnsNow = () => log.querySelectorAll(".yj-turn").length;

function askOn(event) {
  if (!suggesting()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  trigger("stop", {});
  const before = turnsNow();
  let tries = 25;
  const again = setInterval(() => {
    if (turnsNow() > before || !byId("yj-box")?.querySelector("textarea")?.value || !tries--) return clearInterval(again);
    if (!suggesting()) byId("yj-send").click(); // Gradio takes no second question while the first one ends
  }, 200);
}

// ---- the paragraph of a citation, while the pointer or the focus rests on its link

const peek = document.createElement("div");
peek.className = "yj-peek";
peek.id = "yj-peek";
peek.setAttribute("role", "tooltip");
peek.hidden = true;
document.querySelector(".gradio-container").append(peek);
let peeking = 0;
let peeked = null;

function hidePeek() {
  clearTimeout(peeking);
  peeked?.removeAttribute("aria-describedby");
  peeked = null;
  peek.hidden = true;
}

function showPeek(link) {
  const href = link.getAttribute("href");
  const text = [...log.querySelectorAll(".yj-peek-text")].find((part) => part.dataset.for === href);
  if (!text || !link.isConnected) return;
  peek.replaceChildren(...[...text.children].map((part) => part.cloneNode(true)));
  peek.hidden = false;
  peeked = link;
  link.setAttribute("aria-describedby", "yj-peek");
  const at = link.getBoundingClientRect();
  const width = Math.min(420, window.innerWidth - 24);
  peek.style.width = `${width}px`;
  peek.style.left = `${Math.max(12, Math.min(at.left - 20, window.innerWidth - width - 12))}px`;
  const height = peek.offsetHeight;
  const below = at.bottom + 8 + height < window.innerHeight - 12;
  peek.style.top = `${Math.max(12, below ? at.bottom + 8 : at.top - 8 - height)}px`;
}

function peekSoon(link, wait) {
  hidePeek();
  if (link && window.matchMedia("(hover: hover)").matches) peeking = setTimeout(showPeek, wait, link);
}

const citationOf = (target) => target.closest?.("a.yj-chip, a.yj-cite");

log.addEventListener("pointerover", (event) => {
  const link = citationOf(event.target);
  if (link && link !== peeked) peekSoon(link, 180);
});
log.addEventListener("pointerout", (event) => {
  if (citationOf(event.target) && citationOf(event.target) !== citationOf(event.relatedTarget ?? document.body)) hidePeek();
});
log.addEventListener("focusin", (event) => {
  const link = citationOf(event.target);
  if (link?.matches(":focus-visible")) peekSoon(link, 0);
});
log.addEventListener("focusout", hidePeek);
log.addEventListener("scroll", hidePeek, { passive: true });

// ---- what is clicked and pressed

document.addEventListener("click", (event) => {
  const target = event.target;
  if (citationOf(target)) hidePeek();
  const example = target.closest(".yj-example");
  if (example && suggesting()) {
    intoBox(example.textContent);
    return byId("yj-send").click();
  }
  if (example) {
    trigger("example", { question: example.textContent });
    if (!PHONE.matches) byId("yj-box")?.querySelector("textarea")?.focus();
    return;
  }
  if (target.closest(".yj-skip")) return byId("yj-box")?.querySelector("textarea")?.focus();
  if (target.closest(".yj-stop")) return stopAsking();
  const mend = target.closest(".yj-mend");
  if (mend) return intoBox(mend.parentElement.querySelector(".yj-meant").textContent);
  if (target.closest(".yj-fold, .yj-drawer, .yj-rail")) return toggleLibrary();
  const away = !target.closest("#yj-library") && target.isConnected;
  // A conversation that was chosen in the drawer, or begun, lies under it.
  if (NARROW.matches && libraryIsOpen() && (away || target.closest(".yj-open, .yj-new"))) setLibrary(false);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches?.("#yj-box textarea") && event.target.value.trim()) askOn(event);
}, true);
document.addEventListener("click", (event) => {
  if (event.target.closest("#yj-send") && byId("yj-box")?.querySelector("textarea")?.value.trim()) askOn(event);
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (!peek.hidden) {
    hidePeek();
    event.stopImmediatePropagation();
  } else if (NARROW.matches && libraryIsOpen()) {
    toggleLibrary();
    event.stopImmediatePropagation();
  } else if (!event.target.closest?.("#yj-library, .yj-why") && stopAsking()) {
    event.stopImmediatePropagation();
  }
}, true);

NARROW.addEventListener("change", restoreLibrary);

// ---- on paper everything is unfolded, and nothing is dark

let afterPrint = () => {};
window.addEventListener("beforeprint", () => {
  const dark = document.body.classList.contains("dark");
  const folded = [...log.querySelectorAll(".yj-more-quotes:not([open]), .yj-long:not([open])")];
  document.documentElement.classList.add("yj-printing");
  document.body.classList.remove("dark");
  for (const part of folded) part.open = true;
  afterPrint = () => {
    document.documentElement.classList.remove("yj-printing");
    document.body.classList.toggle("dark", dark);
    for (const part of folded) part.open = false;
  };
});
window.addEventListener("afterprint", () => afterPrint());

let queued = false;
new MutationObserver(() => {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    showTurns();
  });
}).observe(log, { childList: true, subtree: true, characterData: true });
restoreLibrary();
nameColumns();
showTurns();
