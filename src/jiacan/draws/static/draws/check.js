// The page that checks: a draw's file or a ticket's receipt, chosen, dropped or fetched, and what is said of it.
// Nothing leaves the browser.

import { checkAgainst, checkReceipt } from "./receipt.js";
import { verify } from "./verify.js";

const MOST_BYTES = 512 * 2 ** 20;
const root = document.querySelector("[data-check]");
const words = document.getElementById("check-words").dataset;
const place = root.querySelector("[data-drop]");
const verdict = root.querySelector("[data-verdict]");
const search = root.querySelector("[data-find]");
let open = null; // the draw's file that was found right

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const whole = new Intl.NumberFormat(document.documentElement.lang);

// --- what is said -----------------------------------------------------------------------------------------

function element(name, text, look = "") {
  return Object.assign(document.createElement(name), { textContent: text, className: look });
}

function show(look, title, lines = [], facts = []) {
  verdict.className = `notice ${look}`;
  const said = document.createElement("div");
  said.append(element("p", title, "check-title"), ...lines.filter(Boolean).map((line) => element("p", line)));
  if (facts.length) {
    const list = element("dl", "", "facts-list");
    for (const [name, value] of facts) list.append(element("dt", name), element("dd", value));
    said.append(list);
  }
  verdict.replaceChildren(said);
  verdict.hidden = false;
}

/** The place of a flaw, in words and as it is written. */
function placeOf(where) {
  const ticket = /^\/tickets\/(\d+)(\/(?:card|guaranteed|prize))?$/.exec(where);
  const names = {
    file: words.atFile, "/format": words.atFile, "/terms": words.atTerms, "/commitment": words.atTerms,
    "/rules": words.atRules, "/seed": words.atSeed, "/closed": words.atLog, "/public": words.atPublic,
    "/before": words.atLog, "/tickets": words.atMissing, "/ticket": words.atLog, "/cards": words.atCards,
    "/ticket/prize": words.atCards,
  };
  let says = names[where] ?? words.atOther;
  if (ticket) says = filled(ticket[2] ? words.atResult : words.atTicket, { number: whole.format(Number(ticket[1]) + 1) });
  else if (/\/root$/.test(where)) says = words.atRoot;
  else if (/^\/cards\/\d+$/.test(where)) says = words.atCards;
  return [says, filled(words.place, { where })];
}

function keeps(commitment) {
  const published = root.dataset.commitment;
  if (!published) return words.compare;
  return published === commitment ? words.same : "";
}

// --- what is checked --------------------------------------------------------------------------------------

async function check(bytes) {
  open = null;
  search.hidden = true;
  show("", words.working);
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  let format = "";
  let value = null;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
    format = value.format;
  } catch {
    // Whatever it is, the verifier says where it stops.
  }
  if (format === "jiacan.draw-ticket/1") await receipt(bytes, value);
  else await file(bytes, value);
}

async function file(bytes, value) {
  const found = await verify(bytes);
  if (!found.ok) return show("is-act", words.wrong, placeOf(found.where));
  const { terms, commitment, tickets } = value;
  if (root.dataset.commitment && root.dataset.commitment !== commitment)
    return show("is-act", words.otherPromise, [], [[words.commitment, commitment]]);
  open = value;
  search.hidden = tickets.length === 0;
  const won = tickets.filter((ticket) => ticket.prize).length;
  return show("is-good", filled(words.right, { tickets: whole.format(found.checked) }), [keeps(commitment)], [
    [words.draw, terms.draw],
    [words.winners, whole.format(won)],
    [words.commitment, commitment],
  ]);
}

async function receipt(bytes, value) {
  const found = await checkReceipt(bytes);
  if (!found.ok) return show("is-act", words.wrongReceipt, placeOf(found.where));
  const { terms, commitment, ticket, number } = value;
  if (root.dataset.commitment && root.dataset.commitment !== commitment)
    return show("is-act", words.otherPromise, [], [[words.commitment, commitment]]);
  const facts = [
    [words.draw, terms.draw],
    [words.ticket, ticket.id],
    [words.number, whole.format(number)],
    [words.prize, ticket.prize || words.none],
    [words.commitment, commitment],
  ];
  if (!root.dataset.file) return show("is-good", words.rightReceipt, [keeps(commitment), words.keep], facts);
  const published = await fetched(root.dataset.file);
  const whether = await verify(published);
  if (!whether.ok) return show("is-act", words.wrong, placeOf(whether.where), facts);
  const against = await checkAgainst(bytes, published);
  if (!against.ok) return show("is-act", words.notAsKept, placeOf(against.where), facts);
  return show("is-good", words.asKept, [keeps(commitment)], facts);
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(words.lost);
  return answer.arrayBuffer();
}

async function begin(read) {
  place.setAttribute("aria-busy", "true");
  try {
    if (!globalThis.crypto?.subtle) return show("is-watch", words.unsafe);
    await check(await read());
  } catch {
    show("is-act", words.lost);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function given(files) {
  const [chosen] = files;
  if (!chosen) return;
  if (chosen.size > MOST_BYTES) show("is-act", words.tooLarge);
  else begin(() => chosen.arrayBuffer());
}

// --- what is done -----------------------------------------------------------------------------------------

const input = root.querySelector("input[type=file]");
input.addEventListener("change", () => { given(input.files); input.value = ""; });
root.querySelector("[data-check-own]")?.addEventListener("click", () => begin(() => fetched(root.dataset.file)));

for (const name of ["dragenter", "dragover"])
  root.addEventListener(name, (event) => { event.preventDefault(); place.classList.add("is-over"); });
for (const name of ["dragleave", "drop"])
  root.addEventListener(name, (event) => { event.preventDefault(); place.classList.remove("is-over"); });
root.addEventListener("drop", (event) => given(event.dataTransfer.files));

search.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = search.querySelector("input").value.trim();
  const found = open.tickets.findIndex((ticket) => ticket.id === asked || ticket.id.startsWith(`${asked}.`));
  const said = search.querySelector("output");
  if (found < 0) said.textContent = words.noTicket;
  else {
    const prize = open.tickets[found].prize || words.none;
    said.textContent = filled(words.found, { number: whole.format(found + 1), prize });
  }
});

place.hidden = false;
