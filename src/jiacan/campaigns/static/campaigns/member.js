// Codes and links are copied by a button where the browser lets a page do so; without it they can be selected.
const SAID_MS = 2000;

for (const button of document.querySelectorAll("[data-copy]")) {
  const text = button.parentElement.querySelector("[data-copied-text]");
  if (!navigator.clipboard || !text) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent.trim());
    button.setAttribute("aria-pressed", "true");
    setTimeout(() => button.removeAttribute("aria-pressed"), SAID_MS);
  });
}
