// Derives every result of a draw's file again, in the browser, and says where the first thing stands that does not
// follow. It uses nothing but the browser's own SHA-256 and HMAC. It looks at the same things in the same order as
// `jiacan draw verify`; docs/algorithms/draws.md defines them byte by byte.

const MOST = 2 ** 31 - 1;
const RANGE = 2 ** 32;
const AT_ONCE = 2000;
export const WORD = /^[0-9A-Za-z._~/:@+-]{1,128}$/;
export const DIGEST = /^[0-9a-f]{64}$/;
const LINE = /^[^\x00-\x1f\x7f]+$/;
export const utf8 = new TextEncoder();

export class Flaw extends Error {
  constructor(where, checked = 0) {
    super(where);
    this.where = where;
    this.checked = checked;
  }
}

/** What a draw's file comes to: whether all of it follows, where not, and how many results were found again. */
export async function verify(file) {
  try {
    return { ok: true, where: "", checked: await verified(file) };
  } catch (flaw) {
    if (!(flaw instanceof Flaw)) throw flaw;
    return { ok: false, where: flaw.where, checked: flaw.checked };
  }
}

async function verified(file) {
  const whole = parsed(file);
  fields(whole, "", ["format", "terms", "commitment", "rules", "seed", "tickets", "closed", "public"]);
  if (whole.format !== "jiacan.draw/1") throw new Flaw("/format");
  const { terms, tickets } = whole;
  checkTerms(terms);
  matching(whole.commitment, "/commitment", DIGEST);
  if ((await sha256(canonical(terms))) !== whole.commitment) throw new Flaw("/terms");
  if (typeof whole.rules !== "string" || (await sha256(whole.rules)) !== terms.rules_hash) throw new Flaw("/rules");
  matching(whole.seed, "/seed", DIGEST);
  const seed = bytesOf(whole.seed);
  if (hex(await digest(seed)) !== terms.seed_hash) throw new Flaw("/seed");
  const mac = await keyed(seed);
  const layouts = await checkSeals(mac, terms);
  listed(tickets, "/tickets", checkTicket);
  const closed = await checkLog(terms, whole.commitment, tickets);
  if (whole.closed !== closed) throw new Flaw("/closed");
  const value = await publicValue(whole.public, terms, closed);
  const results =
    terms.mode === "instant"
      ? await dealt(mac, terms, layouts, tickets)
      : await dealtByRank(mac, terms, layouts, tickets, closed, value);
  return checkResults(tickets, results);
}

// --- the text and its shape -------------------------------------------------------------------------------

export function parsed(file) {
  try {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = typeof file === "string" ? file : strict.decode(file);
    const value = JSON.parse(text);
    const written = canonical(value);
    if (text === written || text === written + "\n") return value;
  } catch {
    // Not UTF-8, not JSON, or a value that has no canonical form: all one to whoever asks where.
  }
  throw new Flaw("file");
}

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const keys = Object.keys(value).sort(byCodePoint);
    return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new TypeError("no whole number");
  if (typeof value === "string" && /\p{Surrogate}/u.test(value)) throw new TypeError("half a character");
  return JSON.stringify(value);
}

// UTF-16 puts the characters that need two units before some that need one; by code point they come after all.
const inOrderOf = (unit) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

function byCodePoint(a, b) {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i += 1) {
    const difference = inOrderOf(a.charCodeAt(i)) - inOrderOf(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function fields(value, at, names) {
  const table = value !== null && typeof value === "object" && !Array.isArray(value);
  if (!table || Object.keys(value).length !== names.length || !names.every((name) => Object.hasOwn(value, name)))
    throw new Flaw(at || "file");
}

export function listed(value, at, check) {
  if (!Array.isArray(value)) throw new Flaw(at);
  value.forEach((item, place) => check(item, `${at}/${place}`));
}

export function matching(value, at, pattern) {
  if (typeof value !== "string" || !pattern.test(value)) throw new Flaw(at);
}

export function numbered(value, at, least) {
  if (!Number.isSafeInteger(value) || value < least || value > MOST) throw new Flaw(at);
}

const orNull = (value, at, least) => value === null || numbered(value, at, least);
export const orEmpty = (value, at, pattern) => value === "" || matching(value, at, pattern);

export function checkTerms(terms) {
  const names = ["draw", "mode", "plan", "rules_hash", "seed_hash", "source", "wins_per_customer", "guarantee", "decks"];
  fields(terms, "/terms", names);
  matching(terms.draw, "/terms/draw", WORD);
  if (!["instant", "scheduled", "live"].includes(terms.mode)) throw new Flaw("/terms/mode");
  fields(terms.plan, "/terms/plan", ["id", "version"]);
  matching(terms.plan.id, "/terms/plan/id", WORD);
  numbered(terms.plan.version, "/terms/plan/version", 1);
  matching(terms.rules_hash, "/terms/rules_hash", DIGEST);
  matching(terms.seed_hash, "/terms/seed_hash", DIGEST);
  orEmpty(terms.source, "/terms/source", LINE);
  orNull(terms.wins_per_customer, "/terms/wins_per_customer", 1);
  if (terms.guarantee !== null) {
    fields(terms.guarantee, "/terms/guarantee", ["after", "deck"]);
    numbered(terms.guarantee.after, "/terms/guarantee/after", 1);
    checkDeck(terms.guarantee.deck, "/terms/guarantee/deck");
  }
  listed(terms.decks, "/terms/decks", checkDeck);
  checkSense(terms);
}

function checkDeck(deck, at) {
  fields(deck, at, ["id", "cards", "prizes", "root"]);
  matching(deck.id, `${at}/id`, WORD);
  numbered(deck.cards, `${at}/cards`, 1);
  listed(deck.prizes, `${at}/prizes`, (prize, place) => {
    fields(prize, place, ["id", "units"]);
    matching(prize.id, `${place}/id`, WORD);
    numbered(prize.units, `${place}/units`, 1);
  });
  matching(deck.root, `${at}/root`, DIGEST);
}

function checkSense(terms) {
  const instant = terms.mode === "instant";
  if (instant === (terms.source !== "")) throw new Flaw("/terms/source");
  if (!instant && terms.guarantee !== null) throw new Flaw("/terms/guarantee");
  if (!instant && terms.decks.length !== 1) throw new Flaw("/terms/decks");
  terms.decks.forEach((deck, place) => {
    const at = `/terms/decks/${place}`;
    const twice = terms.decks.findIndex((earlier) => earlier.id === deck.id) < place;
    if (deck.id === "guarantee" || twice) throw new Flaw(`${at}/id`);
    checkDeckSense(deck, at, !instant);
  });
  if (terms.guarantee === null) return;
  if (terms.guarantee.deck.id !== "guarantee") throw new Flaw("/terms/guarantee/deck/id");
  checkDeckSense(terms.guarantee.deck, "/terms/guarantee/deck", true);
}

function checkDeckSense(deck, at, full) {
  deck.prizes.forEach((prize, place) => {
    if (deck.prizes.findIndex((earlier) => earlier.id === prize.id) < place) throw new Flaw(`${at}/prizes/${place}/id`);
  });
  const pieces = deck.prizes.reduce((sum, prize) => sum + prize.units, 0);
  if (pieces > deck.cards || (full && pieces !== deck.cards)) throw new Flaw(`${at}/cards`);
}

export function checkTicket(ticket, at) {
  fields(ticket, at, ["id", "customer", "deck", "head", "card", "guaranteed", "prize"]);
  for (const name of ["id", "customer", "deck"]) matching(ticket[name], `${at}/${name}`, WORD);
  matching(ticket.head, `${at}/head`, DIGEST);
  for (const name of ["card", "guaranteed"]) orNull(ticket[name], `${at}/${name}`, 0);
  orEmpty(ticket.prize, `${at}/prize`, WORD);
}

// --- hashes -----------------------------------------------------------------------------------------------

export const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const bytesOf = (digits) => Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
export const sha256 = async (text) => hex(await digest(utf8.encode(text)));

/** HMAC-SHA256 of texts with this key. */
async function keyed(key) {
  const made = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return async (text) => new Uint8Array(await crypto.subtle.sign("HMAC", made, utf8.encode(text)));
}

/** A fair number below `below`: a word that would favour some numbers is passed over. */
async function uniform(mac, label, below) {
  const fair = RANGE - (RANGE % below);
  for (let block = 0; ; block += 1) {
    const words = new DataView((await mac(`${label}\n${block}`)).buffer);
    for (let at = 0; at < 32; at += 4) {
      const word = words.getUint32(at);
      if (word < fair) return word % below;
    }
  }
}

/** The same for many, some at once, so that the browser's own threads are busy. */
async function mapped(count, make) {
  const found = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const places = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => from + i);
    found.push(...(await Promise.all(places.map(make))));
  }
  return found;
}

// --- decks ------------------------------------------------------------------------------------------------

async function checkSeals(mac, terms) {
  const layouts = new Map();
  for (const [place, deck] of terms.decks.entries()) {
    const layout = terms.mode === "instant" ? await shuffled(mac, deck) : inOrder(deck);
    if ((await rootOf(mac, deck, layout)) !== deck.root) throw new Flaw(`/terms/decks/${place}/root`);
    layouts.set(deck.id, layout);
  }
  if (terms.guarantee !== null) {
    const { deck } = terms.guarantee;
    const layout = inOrder(deck);
    if ((await rootOf(mac, deck, layout)) !== deck.root) throw new Flaw("/terms/guarantee/deck/root");
    layouts.set(deck.id, layout);
  }
  return layouts;
}

const pieces = (deck) => deck.prizes.flatMap((prize) => Array(prize.units).fill(prize.id));
const inOrder = (deck) => new Map(pieces(deck).entries());

async function shuffled(mac, deck) {
  const all = pieces(deck);
  const numbers = await mapped(all.length, (i) => uniform(mac, `lay\n${deck.id}\n${i}`, deck.cards - i));
  const moved = new Map();
  const layout = new Map();
  all.forEach((prize, i) => {
    const j = i + numbers[i];
    layout.set(moved.get(j) ?? j, prize);
    moved.set(j, moved.get(i) ?? i);
  });
  return layout;
}

async function rootOf(mac, deck, layout) {
  let level = await mapped(deck.cards, async (position) => {
    const salt = hex(await mac(`salt\n${deck.id}\n${position}`));
    return digest(utf8.encode(`\0card\n${deck.id}\n${position}\n${layout.get(position) ?? ""}\n${salt}`));
  });
  while (level.length > 1) {
    const below = level;
    level = await mapped(Math.ceil(below.length / 2), (i) => {
      if (2 * i + 1 === below.length) return below[2 * i];
      const both = new Uint8Array(65);
      both[0] = 1;
      both.set(below[2 * i], 1);
      both.set(below[2 * i + 1], 33);
      return digest(both);
    });
  }
  return hex(level[0]);
}

// --- tickets ----------------------------------------------------------------------------------------------

async function checkLog(terms, commitment, tickets) {
  const decks = new Set(terms.decks.map((deck) => deck.id));
  const before = (place) => (place === 0 ? commitment : tickets[place - 1].head);
  // Each link is hashed from the stated hash before it; the first that does not fit is the first that was changed.
  const heads = await mapped(tickets.length, (place) => {
    const { deck, id, customer } = tickets[place];
    return sha256(`ticket\n${before(place)}\n${place + 1}\n${deck}\n${id}\n${customer}`);
  });
  const known = new Set();
  tickets.forEach((ticket, place) => {
    if (!decks.has(ticket.deck)) throw new Flaw(`/tickets/${place}/deck`);
    if (known.has(ticket.id)) throw new Flaw(`/tickets/${place}/id`);
    if (ticket.head !== heads[place]) throw new Flaw(`/tickets/${place}`);
    known.add(ticket.id);
  });
  return before(tickets.length);
}

async function publicValue(stated, terms, closed) {
  if (terms.mode === "instant") {
    if (stated !== null) throw new Flaw("/public");
    return "";
  }
  fields(stated, "/public", ["value", "head"]);
  matching(stated.value, "/public/value", LINE);
  if (stated.head !== (await sha256(`public\n${closed}\n${stated.value}`))) throw new Flaw("/public");
  return stated.value;
}

const mayWin = (terms, wins) => terms.wins_per_customer === null || wins < terms.wins_per_customer;

async function dealt(mac, terms, layouts, tickets) {
  const piles = new Map(terms.decks.map((deck) => [deck.id, { left: deck.cards, moved: new Map() }]));
  const standings = new Map();
  const results = [];
  let guaranteed = 0;
  for (const ticket of tickets) {
    const standing = standings.get(ticket.customer) ?? { wins: 0, misses: 0 };
    standings.set(ticket.customer, standing);
    const result = { card: null, guaranteed: null, prize: "" };
    results.push(result);
    if (!mayWin(terms, standing.wins)) continue;
    const pile = piles.get(ticket.deck);
    if (pile.left > 0) {
      result.card = taken(pile, await uniform(mac, `draw\n${ticket.head}`, pile.left));
      result.prize = layouts.get(ticket.deck).get(result.card) ?? "";
    }
    standing.misses = result.prize ? 0 : standing.misses + 1;
    if (!result.prize && terms.guarantee !== null && standing.misses >= terms.guarantee.after) {
      if (guaranteed < terms.guarantee.deck.cards) {
        result.guaranteed = guaranteed;
        result.prize = layouts.get("guarantee").get(guaranteed);
        standing.misses = 0;
        guaranteed += 1;
      }
    }
    if (result.prize) standing.wins += 1;
  }
  return results;
}

function taken(pile, slot) {
  const last = pile.left - 1;
  const card = pile.moved.get(slot) ?? slot;
  const moving = pile.moved.get(last) ?? last;
  pile.moved.delete(last);
  if (slot !== last) pile.moved.set(slot, moving);
  pile.left = last;
  return card;
}

async function dealtByRank(mac, terms, layouts, tickets, closed, value) {
  const [deck] = terms.decks;
  const ranking = await keyed(await mac(`public\n${closed}\n${value}`));
  const scores = await mapped(tickets.length, async (place) => hex(await ranking(`rank\n${tickets[place].head}`)));
  const order = tickets.map((_, place) => place);
  order.sort((a, b) => (scores[a] < scores[b] ? -1 : scores[a] > scores[b] ? 1 : a - b));
  const results = tickets.map(() => ({ card: null, guaranteed: null, prize: "" }));
  const wins = new Map();
  let card = 0;
  for (const place of order) {
    if (card === deck.cards) break;
    const { customer } = tickets[place];
    const won = wins.get(customer) ?? 0;
    if (!mayWin(terms, won)) continue;
    results[place] = { card, guaranteed: null, prize: layouts.get(deck.id).get(card) };
    wins.set(customer, won + 1);
    card += 1;
  }
  return results;
}

function checkResults(tickets, results) {
  tickets.forEach((ticket, place) => {
    for (const name of ["card", "guaranteed", "prize"])
      if (ticket[name] !== results[place][name]) throw new Flaw(`/tickets/${place}/${name}`, place);
  });
  return tickets.length;
}
