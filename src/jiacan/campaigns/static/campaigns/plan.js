// The field a plan is written in: it grows with its text, its lines are numbered, and problems lead to their lines.

const field = document.querySelector("[data-plan-text]");
const numbers = document.querySelector("[data-numbers]");
const form = document.querySelector("[data-plan-form]");
let saved = field.value;

function number() {
  const wanted = field.value.split("\n").length;
  field.rows = wanted;
  for (let line = numbers.children.length + 1; line <= wanted; line += 1) {
    numbers.append(Object.assign(document.createElement("span"), { id: `line-${line}`, textContent: String(line) }));
  }
  while (numbers.children.length > wanted) numbers.lastElementChild.remove();
}

function mark() {
  numbers.querySelectorAll(".marked").forEach((line) => { line.className = ""; });
  document.querySelectorAll("#found .problems a[href^='#line-']").forEach((link) => {
    const line = document.getElementById(link.hash.slice(1));
    const watch = link.closest(".is-watch") !== null;
    if (line && !(watch && line.className === "marked")) line.className = watch ? "marked is-watch" : "marked";
  });
}

function select(line) {
  const lines = field.value.split("\n");
  if (!(line >= 1 && line <= lines.length)) return;
  const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, from + lines[line - 1].length);
  document.getElementById(`line-${line}`).scrollIntoView({ block: "center" });
}

function asked() {
  const found = /^#(?:line-|L)(\d+)$/.exec(location.hash);
  if (found) select(Number(found[1]));
}

field.addEventListener("input", number);
document.addEventListener("htmx:afterSwap", mark);
addEventListener("hashchange", asked);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#line-']");
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", link.hash);
  asked();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "s" && (event.ctrlKey || event.metaKey) && form.contains(event.target)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button"));
  }
});
form.addEventListener("submit", () => { saved = field.value; });
addEventListener("beforeunload", (event) => { if (field.value !== saved) event.preventDefault(); });

number();
mark();
asked();
