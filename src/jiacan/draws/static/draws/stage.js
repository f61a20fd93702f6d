// The stage by keyboard: a figure names its prize, n takes the next step.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest?.("input, textarea, select")) return;
  const button = event.key === "n"
    ? document.querySelector("[data-next]")
    : /^[1-9]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("submit", (event) => {
  // Once pressed is once drawn.
  event.target.querySelectorAll("[data-next]").forEach((button) => { setTimeout(() => { button.disabled = true; }); });
});
