// Runs once, when the source pane is on the page: `element` holds it, `trigger` and `server` reach Python.
// Links made of ids and offsets go to Python; what comes back is shown, scrolled to, turned, enlarged and copied here.
const PHONE = window.matchMedia("(max-width: 859px)");
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
const ZOOMS = [50, 75, 100, 125, 150, 175, 200, 250, 300]; // per cent of the pane's width
const LINE = 15; // pixels: where a quote's lines are lower, its page is enlarged, as far as they still fit
const MARGIN = 24; // pixels beside them
const LINKS = "a.yj-chip, a.yj-cite";
const pane = element.closest("#yj-pane");
const byId = (id) => document.getElementById(id);
const main = byId("yj-main");
const source = () => pane.querySelector(".yj-source");
const paneKey = () => source()?.dataset.key ?? "";

let opener = null; // the link to give the focus back to when the source closes
let wanted = ""; // a click waits for this source
let latest = ""; // the source that was asked for last
const earlier = new Map(); // those before it, whose answers may come later than its own, and when it was asked for
const LATE = 3000; // milliseconds
let shownKey = "";
let zoomed = 0; // the size that somebody chose: it stays

// ---- open and closed: a column beside the conversation, on a phone a sheet over it

const sheetIsOpen = () => main.hasAttribute("data-sheet");

function openSource() {
  delete main.dataset.source;
  if (!PHONE.matches || sheetIsOpen()) return;
  main.setAttribute("data-sheet", "");
  for (const id of ["yj-head", "yj-chat", "yj-library"]) byId(id)?.setAttribute("inert", "");
  const side = byId("yj-side");
  side.setAttribute("role", "dialog");
  side.setAttribute("aria-modal", "true");
  side.querySelector("h2, .yj-close")?.focus({ preventScroll: true });
}

function closeSheet() {
  main.removeAttribute("data-sheet");
  for (const id of ["yj-head", "yj-chat", "yj-library"]) byId(id)?.removeAttribute("inert");
  byId("yj-side").setAttribute("role", "complementary");
  byId("yj-side").removeAttribute("aria-modal");
}

function closeSource() {
  if (PHONE.matches) closeSheet();
  else main.dataset.source = "closed";
  markLinks("");
  (opener?.isConnected ? opener : byId("yj-box")?.querySelector("textarea"))?.focus({ preventScroll: true });
  opener = null;
}

const isOpen = () => (PHONE.matches ? sheetIsOpen() : main.dataset.source !== "closed" && paneKey().startsWith("#"));

// ---- to the quote

function flash(part) {
  if (!CALM.matches) part.animate([{ outline: "3px solid rgba(184, 53, 42, .55)", outlineOffset: "2px" }, { outline: "3px solid transparent", outlineOffset: "6px" }], { duration: 900, easing: "ease-out" });
}

// What is seen from the beginning, and with nothing to fetch before it, is not scrolled to: the title stays above it.
function bring(scroller, part) {
  const box = part.getBoundingClientRect();
  const at = box.top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  const room = Math.max(24, (scroller.clientHeight - box.height) / 3);
  const near = at + box.height < scroller.clientHeight * 0.6 && !scroller.querySelector(".yj-more[data-side=before]");
  scroller.scrollTop = near ? 0 : at - room;
  const left = box.left - scroller.getBoundingClientRect().left;
  if (left < 0 || left + box.width > scroller.clientWidth - MARGIN) scroller.scrollLeft += left - Math.max(60, (scroller.clientWidth - box.width) / 2);
  flash(part);
}

function toMark() {
  if (source()?.dataset.view === "page") return toBoxes();
  const paper = pane.querySelector(".yj-paper");
  const mark = paper?.querySelector("mark");
  const said = mark?.offsetHeight > paper?.clientHeight ? mark.querySelector("strong") : null; // of a very long quote
  if (mark) bring(paper, said ?? mark);
}

function toBoxes() {
  const page = pane.querySelector(".yj-page");
  if (page.querySelector("img").naturalWidth) fit();
  const quote = quoteOnPage(page);
  if (!quote) return;
  page.scrollLeft += quote.left - page.getBoundingClientRect().left - Math.max(MARGIN, (page.clientWidth - quote.width) / 2);
  bring(page, page.querySelector(".yj-box-answer:not([hidden])") ?? page.querySelector(".yj-box:not([hidden])"));
}

// Where the paragraph of the quote stands on the page that is shown, and how high most lines of the quote are.
function quoteOnPage(page) {
  const lines = [...page.querySelectorAll(".yj-box:not([hidden], .yj-box-answer)")].map((box) => box.getBoundingClientRect());
  if (!lines.length) return null;
  const { left, width } = (page.querySelector(".yj-column:not([hidden])") ?? page.querySelector(".yj-box:not([hidden])")).getBoundingClientRect();
  const heights = lines.map((line) => line.height).sort((a, b) => a - b);
  return { left, width, line: heights[heights.length >> 1] };
}

function markLinks(key) {
  for (const link of document.querySelectorAll(LINKS)) {
    const current = key !== "" && link.getAttribute("href") === key;
    link.classList.toggle("yj-on", current);
    current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
}

// ---- the citations of one answer, one after another

function siblings(key = paneKey()) {
  const here = [...document.querySelectorAll("#yj-log a.yj-cite")].findLast((link) => link.getAttribute("href") === key);
  const links = [...(here?.closest(".yj-turn")?.querySelectorAll("a.yj-cite") ?? [])];
  return { links, at: links.findIndex((link) => link.getAttribute("href") === key) };
}

function showSteps() {
  const steps = pane.querySelector(".yj-steps");
  if (!steps) return;
  const { links, at } = siblings();
  steps.hidden = links.length < 2;
  const nth = `${at + 1} / ${links.length}`;
  if (steps.querySelector(".yj-nth").textContent !== nth) steps.querySelector(".yj-nth").textContent = nth;
  for (const button of steps.querySelectorAll(".yj-step")) button.disabled = !links[at + Number(button.dataset.step)];
}

function step(by) {
  const { links, at } = siblings(wanted || paneKey());
  const next = at < 0 ? null : links[at + by];
  if (!next) return;
  const folded = next.closest("details");
  if (folded) folded.open = true;
  next.scrollIntoView({ block: "nearest" });
  ask(next.getAttribute("href"));
}

function ask(href) {
  if (href === paneKey()) {
    openSource();
    markLinks(href);
    toMark();
  } else wanted = href;
  if (latest && latest !== href) earlier.set(latest, Date.now());
  earlier.delete(href);
  latest = href;
  trigger("cite", { href }); // also where it is shown already: it is proven again each time it is opened
}

// ---- what is shown

function showSource() {
  const key = paneKey();
  if (main.dataset.source !== "closed" || key !== shownKey) markLinks(key);
  showSteps();
  if (key === shownKey) return;
  shownKey = key;
  if (Date.now() - (earlier.get(key) ?? 0) < LATE) {
    earlier.delete(key);
    return trigger("cite", { href: latest });
  }
  watchEdges();
  veil();
  if (wanted) openSource();
  else if (key.startsWith("#")) delete main.dataset.source;
  wanted = "";
  toMark();
}

// ---- the page picture

const drawn = new WeakMap(); // each picture and the address that it shows

// A picture goes on showing the page before until its own has come: it is not seen under another page's boxes meanwhile.
function veil() {
  const image = pane.querySelector(".yj-page-picture img");
  image?.parentElement.classList.toggle("yj-coming", drawn.get(image) !== image.src);
}

function setView(name) {
  source().dataset.view = name;
  for (const button of pane.querySelectorAll(".yj-views button")) button.setAttribute("aria-pressed", button.dataset.view === name);
  toMark();
}

function turnPage(by) {
  const leaf = pane.querySelector(".yj-leaf");
  const page = Number(leaf.dataset.page) + by;
  if (page < 1 || page > Number(leaf.dataset.pages)) return;
  leaf.dataset.page = page;
  const said = leaf.dataset.said.replace("{page}", page);
  const image = leaf.querySelector("img");
  image.src = `${leaf.dataset.address}${page}?${leaf.dataset.version}`;
  image.alt = said;
  veil();
  leaf.querySelector(".yj-page").setAttribute("aria-label", said);
  leaf.querySelector(".yj-page-no b").textContent = page;
  for (const part of leaf.querySelectorAll(".yj-part")) part.setAttribute("aria-pressed", Number(part.dataset.page) === page);
  for (const box of leaf.querySelectorAll(".yj-box, .yj-column")) box.hidden = Number(box.dataset.page) !== page;
  leaf.querySelector(".yj-page").scrollTop = 0;
  toMark();
}

const zoomOf = (leaf) => Number(leaf.dataset.zoom ?? 100);

function setZoom(leaf, size) {
  leaf.dataset.zoom = size;
  leaf.querySelector(".yj-page-picture").style.width = `${size}%`;
  leaf.querySelector(".yj-zoomed").textContent = `${size}%`;
}

function zoom(by) {
  const leaf = pane.querySelector(".yj-leaf");
  const next = ZOOMS[ZOOMS.indexOf(zoomOf(leaf)) + by];
  if (!next) return;
  zoomed = next;
  setZoom(leaf, next);
  toMark();
}

// A page is first seen at a size at which its quote can be read.
function fit() {
  const leaf = pane.querySelector(".yj-leaf");
  if (leaf.dataset.zoom || !leaf.clientWidth) return;
  const page = leaf.querySelector(".yj-page");
  const quote = quoteOnPage(page);
  const most = quote ? 100 * Math.min(LINE / quote.line, (page.clientWidth - 2 * MARGIN) / quote.width) : 100;
  setZoom(leaf, zoomed || Math.min(200, ZOOMS.findLast((size) => size <= Math.max(100, most))));
}

pane.addEventListener("error", (event) => {
  if (!event.target.closest?.(".yj-page-picture")) return;
  event.target.closest(".yj-page-picture").hidden = true;
  pane.querySelector(".yj-page-gone").hidden = false;
}, true);

pane.addEventListener("load", (event) => {
  if (!event.target.closest?.(".yj-page-picture")) return;
  drawn.set(event.target, event.target.src);
  veil();
  if (source()?.dataset.view === "page") toMark();
}, true);

// ---- more paragraphs, as they are scrolled to

let edges = null;

function watchEdges() {
  edges?.disconnect();
  const paper = pane.querySelector(".yj-paper");
  if (!paper) return;
  edges = new IntersectionObserver((seen) => seen.forEach((one) => one.isIntersecting && more(one.target)), { root: paper, rootMargin: "240px 0px" });
  for (const edge of paper.querySelectorAll(".yj-more")) edges.observe(edge);
}

async function more(edge) {
  edges.unobserve(edge);
  if (edge.dataset.asked) return;
  edge.dataset.asked = "1";
  const { document: id, revision } = source().dataset;
  const asked = { document: id, revision, first: Number(edge.dataset.first), last: Number(edge.dataset.last) };
  const html = await server.more(asked);
  if (!edge.isConnected) return;
  if (!html) return edge.remove();
  const paper = edge.parentElement;
  const before = edge.dataset.side === "before";
  const part = document.createElement("template");
  part.innerHTML = html;
  for (const old of part.content.querySelectorAll(".yj-more")) if (old.dataset.side !== edge.dataset.side) old.remove();
  const height = paper.scrollHeight;
  const top = paper.scrollTop;
  joinRows(part.content, before ? edge.nextElementSibling : edge.previousElementSibling, before);
  const fresh = part.content.querySelector(".yj-more");
  edge.replaceWith(part.content);
  if (before) paper.scrollTop = top + paper.scrollHeight - height;
  if (fresh) edges.observe(fresh);
}

// Rows of a table that goes on from one part to the next stand in one table, so that their columns agree.
function joinRows(content, neighbour, before) {
  const wraps = [...content.children].filter((part) => part.matches(".yj-rows"));
  const wrap = before ? wraps[wraps.length - 1] : wraps[0];
  const edge = wrap && (before ? wrap.nextElementSibling : wrap.previousElementSibling);
  const table = neighbour?.querySelector?.(":scope > table");
  const rows = wrap?.querySelector("table");
  if (edge || !table || !rows || table.dataset.table !== rows.dataset.table) return;
  if (before && !rows.caption) table.caption?.remove(); // it stands above, as a paragraph
  table.tBodies[0][before ? "prepend" : "append"](...rows.tBodies[0].rows);
  wrap.remove();
}

// ---- copying

async function copy(button) {
  const words = button.nextElementSibling.textContent;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const box = Object.assign(document.createElement("textarea"), { value: words });
    document.body.append(box);
    box.select();
    document.execCommand("copy"); // without https, other machines' browsers have this way only
    box.remove();
  }
  const label = button.dataset.label ?? (button.dataset.label = button.textContent);
  button.textContent = button.dataset.done;
  button.focus();
  setTimeout(() => button.isConnected && (button.textContent = label), 1600);
}

// ---- what is clicked and pressed

document.addEventListener("click", (event) => {
  const target = event.target;
  const link = target.closest(LINKS);
  if (link) {
    event.preventDefault();
    opener = link;
    return ask(link.getAttribute("href"));
  }
  if (target.closest(".yj-close") || target.id === "yj-side") return closeSource();
  const button = pane.contains(target) && target.closest("button");
  if (!button) return;
  if (button.matches(".yj-step")) step(Number(button.dataset.step));
  else if (button.matches(".yj-turn-page")) turnPage(Number(button.dataset.step));
  else if (button.matches(".yj-part")) turnPage(Number(button.dataset.page) - Number(pane.querySelector(".yj-leaf").dataset.page));
  else if (button.matches(".yj-zoom")) zoom(Number(button.dataset.step));
  else if (button.matches(".yj-copy")) copy(button);
  else if (button.dataset.view) setView(button.dataset.view);
});

const TYPING = "input, textarea, select, [contenteditable], [role=tab], [role=slider], [role=menu]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.key === "Escape" && isOpen()) return closeSource();
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const typing = event.target.closest?.(TYPING);
  if (!by || !isOpen() || (typing && !(typing.matches("#yj-box textarea") && !typing.value))) return;
  const wide = event.target.closest?.(".yj-page");
  if (wide && wide.scrollWidth > wide.clientWidth) return;
  step(by);
});

PHONE.addEventListener("change", closeSheet);

let queued = false;
new MutationObserver(() => {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    showSource();
  });
}).observe(main, { childList: true, subtree: true, attributeFilter: ["data-key"] });
showSource();
