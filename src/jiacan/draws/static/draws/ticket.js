// A customer's own number goes into the ticket: 128 bits that this browser makes and nobody knew before.

const form = document.querySelector("[data-nonce-form]");
const bytes = crypto.getRandomValues(new Uint8Array(16));
const nonce = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
form.elements.nonce.value = nonce;
form.querySelector("[data-nonce-shown]").textContent = nonce;
form.querySelector("[data-nonce-says]").hidden = false;
form.addEventListener("submit", () => { form.querySelector("button").disabled = true; });
// Whoever goes back in the browser may press the button again; the ticket is drawn only once.
addEventListener("pageshow", () => { form.querySelector("button").disabled = false; });
