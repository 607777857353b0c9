// Runs once, when the hint under the question box is on the page: `element` holds it. The server went away, or was started
// anew and does not know this page: Gradio then answers nothing more, and the page has to be loaded again. Owns when that is,
// not while a file is being sent or a question written, and what is brought back into the box whenever the page is loaded again.
const AGAIN = 20_000; // milliseconds before the page loads itself another time
const LOOK = 1500; // milliseconds between looks for the server
const byId = (id) => document.getElementById(id);
const hint = element.closest("#yj-hint");
const box = () => byId("yj-box")?.querySelector("textarea");
const said = () => document.querySelector(".yj-log").dataset;
const kept = sessionStorage;
let looking = 0; // the timer, once the connection is lost
let unsent = false; // something was typed and not asked yet
let asking = false; // it was asked when nobody was there to hear it

// Gradio would load the page again by itself, whatever goes on in it.
const plain = window.fetch.bind(window);
window.fetch = (...asked) =>
  String(asked[0]?.url ?? asked[0]).endsWith("/gradio_api/app_id") ? Promise.reject(new TypeError("not now")) : plain(...asked);

function say(words, bad) {
  const line = hint.querySelector("p");
  if (!line || line.textContent === words) return;
  line.className = bad ? "yj-hint yj-hint-bad" : "yj-hint yj-hint-back";
  line.setAttribute("role", bad ? "alert" : "status");
  line.textContent = words;
}

const sending = () => Number(byId("yj-shelf")?.dataset.sending ?? 0) > 0;
const writing = () => unsent && document.activeElement === box() && box().value.trim() !== "";

async function comeBack() {
  if (Date.now() - Number(kept.getItem("yj-came-back") ?? 0) < AGAIN) return;
  const ready = await fetch("readyz", { cache: "no-store" }).then((answer) => answer.ok, () => false);
  if (!ready) return say(said().lost, true);
  if (sending()) return say(said().backSending, false);
  if (writing()) return say(said().backWriting, false);
  clearInterval(looking);
  if (asking) kept.setItem("yj-ask", "1");
  kept.setItem("yj-came-back", Date.now());
  location.reload();
}

// Whoever loads the page again gets back what was typed, or asked and not yet answered.
window.addEventListener("pagehide", () => {
  const draft = box()?.value || document.querySelector(".yj-asked")?.textContent;
  draft ? kept.setItem("yj-draft", draft) : kept.removeItem("yj-draft");
});

// Gradio says in a box of its own, in its own language, that the server is gone. That box is hidden; we say it in ours.
new MutationObserver(() => {
  if (looking || !document.querySelector(".toast-body.error")) return;
  say(said().lost, true);
  looking = setInterval(comeBack, LOOK);
}).observe(document.querySelector("gradio-app"), { childList: true, subtree: true });

// ---- what is typed, and what is asked meanwhile

document.addEventListener("input", (event) => {
  if (event.target === box()) unsent = true;
}, true);

function ask(event) {
  unsent = false;
  if (!looking || !box().value.trim()) return;
  asking = true;
  event.preventDefault();
  event.stopImmediatePropagation();
  comeBack();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === box()) ask(event);
}, true);
document.addEventListener("click", (event) => {
  if (event.target.closest("#yj-send")) ask(event);
}, true);

// ---- after the page was loaded again

function restore() {
  const draft = kept.getItem("yj-draft");
  const conversation = new URLSearchParams(location.search).get("conversation");
  const shown = document.querySelector("#yj-history-list .yj-history")?.dataset.current;
  const there = box() && (!conversation || shown === conversation);
  if (draft && !there && performance.now() < AGAIN) return setTimeout(restore, 100);
  const again = draft && kept.getItem("yj-ask");
  kept.removeItem("yj-draft");
  kept.removeItem("yj-ask");
  if (!draft) return;
  box().value = draft;
  box().dispatchEvent(new Event("input", { bubbles: true }));
  box().focus();
  box().setSelectionRange(draft.length, draft.length);
  if (again) setTimeout(() => byId("yj-send").click(), 100); // when Gradio has taken in what the box holds
}

restore();
