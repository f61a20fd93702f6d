// Checks one ticket by its receipt alone, in the browser, and holds it against the draw's file. It looks at the same
// things in the same order as `jiacan draw check-receipt`; docs/algorithms/draws.md defines them.

import {
  DIGEST, Flaw, WORD, bytesOf, canonical, checkTerms, checkTicket, digest, fields, hex, listed, matching, numbered,
  orEmpty, parsed, sha256, utf8,
} from "./verify.js";

/** Whether the receipt follows from its commitment; if not, where. */
export async function checkReceipt(receipt) {
  return told(async () => { await read(receipt); });
}

/** Whether a receipt that was kept is what the draw's file says at its place. */
export async function checkAgainst(receipt, file) {
  return told(async () => {
    const kept = await read(receipt);
    const published = parsed(file);
    if (canonical(kept.terms) !== canonical(published.terms)) throw new Flaw("/terms");
    const place = kept.number - 1;
    if (place >= published.tickets.length) throw new Flaw("/tickets");
    if (canonical(kept.ticket) !== canonical(published.tickets[place])) throw new Flaw(`/tickets/${place}`);
  });
}

async function told(check) {
  try {
    await check();
    return { ok: true, where: "", checked: 1 };
  } catch (flaw) {
    if (!(flaw instanceof Flaw)) throw flaw;
    return { ok: false, where: flaw.where, checked: 0 };
  }
}

async function read(receipt) {
  const whole = parsed(receipt);
  fields(whole, "", ["format", "terms", "commitment", "number", "before", "ticket", "cards"]);
  if (whole.format !== "jiacan.draw-ticket/1") throw new Flaw("/format");
  checkTerms(whole.terms);
  matching(whole.commitment, "/commitment", DIGEST);
  if ((await sha256(canonical(whole.terms))) !== whole.commitment) throw new Flaw("/terms");
  numbered(whole.number, "/number", 1);
  matching(whole.before, "/before", DIGEST);
  checkTicket(whole.ticket, "/ticket");
  listed(whole.cards, "/cards", checkCard);
  await checkPlace(whole);
  await checkCards(whole);
  return whole;
}

function checkCard(card, at) {
  fields(card, at, ["deck", "position", "prize", "salt", "path"]);
  matching(card.deck, `${at}/deck`, WORD);
  numbered(card.position, `${at}/position`, 0);
  orEmpty(card.prize, `${at}/prize`, WORD);
  matching(card.salt, `${at}/salt`, DIGEST);
  listed(card.path, `${at}/path`, (step, place) => matching(step, place, DIGEST));
}

async function checkPlace({ terms, commitment, number, before, ticket }) {
  if (!terms.decks.some((deck) => deck.id === ticket.deck)) throw new Flaw("/ticket/deck");
  if (number === 1 && before !== commitment) throw new Flaw("/before");
  const head = await sha256(`ticket\n${before}\n${number}\n${ticket.deck}\n${ticket.id}\n${ticket.customer}`);
  if (head !== ticket.head) throw new Flaw("/ticket");
}

async function checkCards({ terms, ticket, cards }) {
  if (ticket.guaranteed !== null && terms.guarantee === null) throw new Flaw("/ticket/guaranteed");
  const taken = [];
  if (ticket.card !== null) taken.push([terms.decks.find((deck) => deck.id === ticket.deck), ticket.card]);
  if (ticket.guaranteed !== null) taken.push([terms.guarantee.deck, ticket.guaranteed]);
  const same = ([deck, position], i) => cards[i].deck === deck.id && cards[i].position === position;
  if (cards.length !== taken.length || !taken.every(same)) throw new Flaw("/cards");
  for (const [place, card] of cards.entries()) {
    const [deck] = taken[place];
    if ((await rootBy(card, deck.cards)) !== deck.root) throw new Flaw(`/cards/${place}`);
  }
  const won = cards.find((card) => card.prize)?.prize ?? "";
  if (ticket.prize !== won) throw new Flaw("/ticket/prize");
}

/** The root to which the card's path leads, in hexadecimal; empty where it is not a path of such a tree. */
async function rootBy({ deck, position, prize, salt, path }, cards) {
  if (position >= cards) return "";
  let found = await digest(utf8.encode(`\0card\n${deck}\n${position}\n${prize}\n${salt}`));
  let place = position;
  let step = 0;
  for (let wide = cards; wide > 1; wide = Math.ceil(wide / 2)) {
    if (place % 2 || place + 1 < wide) {
      if (step === path.length) return "";
      const sibling = bytesOf(path[step]);
      found = await digest(joined(place % 2 ? [sibling, found] : [found, sibling]));
      step += 1;
    }
    place = Math.floor(place / 2);
  }
  return step === path.length ? hex(found) : "";
}

function joined([left, right]) {
  const both = new Uint8Array(65);
  both[0] = 1;
  both.set(left, 1);
  both.set(right, 33);
  return both;
}
