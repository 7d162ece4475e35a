// Small comforts of forms: choices that send themselves, lines that copy themselves, a sign-in link that needs no click.

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copies).textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Outside of HTTPS and loopback there is no clipboard: mark the line, so that one key copies it.
    document.getSelection().selectAllChildren(document.getElementById(button.dataset.copies));
    return;
  }
  button.textContent = button.dataset.done;
});

document.querySelector("form[data-at-once]")?.requestSubmit();
