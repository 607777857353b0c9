// Runs once, when the list of documents is on the page: `element` holds it, `trigger` reaches Python.
// Owns the tick boxes, the search and what is being sent. Changes go over HTTP; what to show comes back from Python.
const shelf = element.closest("#yj-shelf");
const find = (selector) => shelf.querySelector(selector);
const say = (key) => find(".yj-add")?.dataset[key] ?? "";
const TRIES = 10; // times that a file is sent to a server that is busy, away or starting
const POLL = 500; // milliseconds between looks while files are on their way
const PATIENCE = 1000; // milliseconds after which what was asked for is asked for again, where something older came after it
const UNDO = 12_000; // milliseconds for which a removal can be undone in one click

let choice = { all: true, ids: new Set() };
const undo = new Set();
const sending = new Set();
const waiting = [];
let hotUntil = 0; // look again until then, even if nothing seems to be on its way
let wanted = null; // a selector that gets the focus once it is there
let goneOpen = false;

const ticked = (id) => choice.ids.has(id) !== choice.all;
const known = () => ({ choice: chosen(), search: find(".yj-search")?.value ?? "", undo: [...undo], asking });
const look = () => ask("look");
const active = () => sending.size + waiting.length + Number(find(".yj-entries")?.dataset.active ?? 0) > 0 || Date.now() < hotUntil;

// ---- asking what to show: answers may overtake each other, so each says which question it answers

let asking = 0; // the number of the last question
let askedAt = 0;

function ask(what, more = {}) {
  asking += 1;
  askedAt = Date.now();
  trigger(what, { ...known(), ...more });
}

const behind = () => asking > 0 && Number(find(".yj-scope")?.dataset.asking ?? 0) !== asking;

function poll() {
  if (behind() ? Date.now() - askedAt > PATIENCE : active()) look();
}

// ---- tick boxes

function setTick(id, on) {
  on === choice.all ? choice.ids.delete(id) : choice.ids.add(id);
}

const chosen = () => ({ all: choice.all, ids: [...choice.ids] });

function showTicks() {
  for (const box of shelf.querySelectorAll(".yj-tick")) box.checked = ticked(box.closest("[data-id]").dataset.id);
}

function choose(next) {
  if (next) choice = next;
  shelf.dataset.choice = JSON.stringify(chosen()); // goes with each question
  showTicks();
  ask("choose");
}

function tickAll(on) {
  if (!find(".yj-search").value.trim()) return choose({ all: on, ids: new Set() });
  for (const row of shelf.querySelectorAll(".yj-doc")) setTick(row.dataset.id, on);
  choose();
}

// ---- collections: named on a line of its own, which stays while the rest is shown anew

let naming = null; // what is named: { do, id }
let lastName = ""; // of the collection that was chosen last: ticking one more document and saving changes it

function openNaming(what, name) {
  naming = what;
  find(".yj-naming").hidden = false;
  const input = find(".yj-set-name");
  input.value = name;
  input.focus();
  input.select();
}

function closeNaming() {
  naming = null;
  find(".yj-naming").hidden = true;
  wanted = ".yj-set[aria-pressed='true'], .yj-set-save";
  settle();
}

const collect = (collection) => ask("collect", { collection });

function keepName() {
  const name = find(".yj-set-name").value.trim();
  if (!name || !naming) return;
  lastName = name;
  collect({ ...naming, name });
  closeNaming();
}

function chooseSet(button) {
  if (button.getAttribute("aria-pressed") === "true") return choose({ all: true, ids: new Set() });
  lastName = button.title;
  choose({ all: false, ids: new Set(JSON.parse(button.dataset.documents)) });
}

shelf.addEventListener("keydown", (event) => {
  if (!event.target.classList.contains("yj-set-name") || event.isComposing) return;
  if (event.key === "Enter") keepName();
  else if (event.key === "Escape") closeNaming();
});

// Says beside the question box that questions are limited: the library may be folded away.
const limit = document.createElement("p");
limit.className = "yj-limit";
limit.hidden = true;
limit.append(document.createElement("span"), document.createElement("button"));
limit.lastChild.type = "button";
limit.lastChild.className = "yj-quiet yj-ask-all";

function showScope() {
  const scope = find(".yj-scope");
  if (!scope) return;
  const all = scope.querySelector(".yj-all");
  if (all) all.indeterminate = scope.dataset.state === "mixed";
  const ask = document.getElementById("yj-ask");
  if (ask && limit.nextElementSibling !== ask) ask.before(limit);
  limit.hidden = !scope.dataset.scope;
  limit.firstChild.textContent = scope.dataset.scope;
  limit.lastChild.textContent = scope.dataset.reset ?? "";
  const size = document.querySelector(".yj-size");
  if (size && scope.dataset.size) size.textContent = scope.dataset.size;
}

// ---- sending files

function line(name) {
  const item = document.createElement("li");
  item.className = "yj-entry";
  const label = Object.assign(document.createElement("p"), { className: "yj-entry-name" });
  label.append(Object.assign(document.createElement("bdi"), { textContent: name }));
  const state = Object.assign(document.createElement("p"), { className: "yj-entry-state", textContent: say("uploading") });
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  item.append(label, state, bar);
  find(".yj-sending").append(item);
  return { item, state, bar };
}

function complain(name, message) {
  const { item, state, bar } = line(name);
  bar.remove();
  item.classList.add("yj-entry-failed");
  state.className = "yj-entry-line yj-entry-bad";
  state.textContent = message;
}

function send(upload) {
  const { file, name } = upload;
  const job = line(name);
  const tooLarge = file.size > Number(say("limit"));
  const request = new XMLHttpRequest();
  request.open("POST", `api/documents?wait=0&name=${encodeURIComponent(name)}${tooLarge ? `&size=${file.size}` : ""}`);
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.onprogress = (event) => {
    job.bar.value = event.loaded / Math.max(1, event.total);
    job.state.textContent = `${say("uploading")} · ${Math.floor(100 * job.bar.value)}%`;
  };
  request.onloadend = () => {
    sending.delete(request);
    job.item.remove();
    showSending();
    hotUntil = Date.now() + 2000;
    upload.tries = (upload.tries ?? 0) + 1;
    if ([0, 429, 503].includes(request.status) && upload.tries < TRIES) {
      waiting.unshift(upload); // later
      showSending();
      setTimeout(next, 1000 * Math.min(30, Number(request.getResponseHeader("retry-after")) || 2 * upload.tries));
    } else {
      if (request.status !== 202) complain(name, message(request.responseText));
      next();
    }
    look();
  };
  sending.add(request);
  request.send(tooLarge ? null : file);
}

function message(body) {
  try {
    return JSON.parse(body).error.message;
  } catch {
    return say("lost");
  }
}

function next() {
  while (sending.size < 2 && waiting.length) send(waiting.shift());
  showSending();
}

// The page is not loaded again while files are on their way.
function showSending() {
  shelf.dataset.sending = sending.size + waiting.length;
}

function take(files, skipped) {
  find(".yj-sending").replaceChildren();
  const max = Number(say("max"));
  if (skipped) complain("", say("skipped").replace("#", skipped));
  if (files.length > max) return complain("", say("many").replace("#", files.length.toLocaleString()));
  if (files.length && document.getElementById("yj-main")?.dataset.library === "folded") document.querySelector(".yj-fold")?.click();
  waiting.push(...files);
  next();
}

const hidden = (path) => path.split("/").some((part) => part.startsWith(".") || part.startsWith("~$") || part === "__MACOSX");

// Files of a folder are taken if their kind can be read; files that were chosen themselves are always tried.
function sorted(found) {
  const kinds = say("known").split(" ");
  const seen = found.filter(({ name }) => !hidden(name));
  const files = seen.filter(({ name }) => !name.includes("/") || kinds.some((kind) => name.toLowerCase().endsWith(kind)));
  take(files, seen.length - files.length);
}

async function walk(entry, path, found) {
  if (hidden(entry.name)) return;
  if (entry.isFile) {
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    if (file) found.push({ file, name: path + entry.name });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const part = await new Promise((done) => reader.readEntries(done, () => done([])));
    if (!part.length) return;
    for (const child of part) await walk(child, `${path}${entry.name}/`, found);
  }
}

const carries = (event) => find(".yj-add") && event.dataTransfer?.types.includes("Files");
let over = 0;
for (const [kind, step] of [["dragenter", 1], ["dragleave", -1]]) {
  window.addEventListener(kind, (event) => {
    if (!carries(event)) return;
    over += step;
    document.body.classList.toggle("yj-dragging", over > 0);
  });
}
window.addEventListener("dragover", (event) => {
  if (carries(event)) event.preventDefault();
});
window.addEventListener("drop", async (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  over = 0;
  document.body.classList.remove("yj-dragging");
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (const entry of entries) await walk(entry, "", found);
  sorted(found);
});

// ---- changes over HTTP

async function call(method, path) {
  try {
    const answer = await fetch(`api/${path}`, { method });
    if (answer.ok) return true;
    complain("", message(await answer.text()));
  } catch {
    complain("", say("lost"));
  }
  return false;
}

async function change(method, path) {
  await call(method, path);
  hotUntil = Date.now() + 2000;
  look();
}

async function remove(row) {
  const { id } = row.dataset;
  row.classList.add("yj-leaving");
  row.querySelector("small").textContent = say("removing");
  if (!(await call("DELETE", `documents/${encodeURIComponent(id)}`))) return look();
  undo.add(id);
  wanted = ".yj-undo .yj-back";
  setTimeout(() => undo.delete(id) && look(), UNDO);
  look();
}

// A long document takes a while: it is read into the indexes again.
function putBack(button, id) {
  undo.delete(id);
  button.disabled = true;
  button.textContent = say("restoring");
  change("POST", `removed/${encodeURIComponent(id)}`);
}

shelf.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { id } = button.closest("[data-id]")?.dataset ?? {};
  const is = (name) => button.classList.contains(name);
  if (is("yj-pick")) find(button.dataset.pick === "folder" ? ".yj-folder" : ".yj-files").click();
  else if (is("yj-only")) choose({ all: false, ids: new Set([id]) });
  else if (is("yj-ask-all")) choose({ all: true, ids: new Set() });
  else if (is("yj-remove")) remove(button.closest(".yj-doc"));
  else if (is("yj-back")) putBack(button, id);
  else if (is("yj-forget")) change("DELETE", "removed");
  else if (is("yj-sample")) button.disabled = true, change("POST", "sample?wait=0");
  else if (is("yj-retry")) change("POST", `uploads/${encodeURIComponent(id)}`);
  else if (is("yj-set")) chooseSet(button);
  else if (is("yj-set-save")) openNaming({ do: "save" }, lastName);
  else if (is("yj-set-rename")) openNaming({ do: "rename", id }, button.dataset.name);
  else if (is("yj-set-keep")) keepName();
  else if (is("yj-set-cancel")) closeNaming();
  else if (is("yj-set-delete")) (lastName = ""), collect({ do: "delete", id });
  else if (is("yj-set-back")) collect({ do: "restore", id });
  else if (is("yj-clear")) find(".yj-sending")?.replaceChildren(), change("DELETE", "uploads");
});
limit.lastChild.addEventListener("click", () => choose({ all: true, ids: new Set() }));

shelf.addEventListener("change", (event) => {
  const box = event.target;
  if (box.classList.contains("yj-tick")) setTick(box.closest("[data-id]").dataset.id, box.checked), choose();
  else if (box.classList.contains("yj-all")) tickAll(box.checked);
  else if (box.classList.contains("yj-files")) sorted([...box.files].map((file) => ({ file, name: file.name })));
  else if (box.classList.contains("yj-folder")) sorted([...box.files].map((file) => ({ file, name: file.webkitRelativePath })));
  if (box.type === "file") box.value = "";
});

let typing = 0;
shelf.addEventListener("input", (event) => {
  if (!event.target.classList.contains("yj-search")) return;
  clearTimeout(typing);
  typing = setTimeout(look, 150);
});

shelf.addEventListener("toggle", (event) => {
  if (event.target.classList?.contains("yj-gone")) goneOpen = event.target.open;
}, true);

// ---- after Python has shown something: keep the focus and what was open

let focused = null;
shelf.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-id]");
  const kind = [...event.target.classList].find((name) => name.startsWith("yj-"));
  focused = kind ? (row ? `[data-id="${CSS.escape(row.dataset.id)}"] .${kind}` : `.${kind}`) : null;
});

function settle() {
  showTicks();
  showScope();
  const gone = find(".yj-gone");
  if (gone && gone.open !== goneOpen) gone.open = goneOpen;
  if (document.activeElement !== document.body) return;
  const target = (wanted && find(wanted)) || (focused && find(focused));
  if (wanted && find(wanted)) wanted = null;
  target?.focus({ preventScroll: true });
}

let queued = false;
new MutationObserver(() => {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    settle();
  });
}).observe(shelf, { childList: true, subtree: true });
setInterval(poll, POLL);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
settle();
shelf.dataset.ready = "";
