// Takes files that are dropped, says what is chosen, and keeps back what is too large to be sent.
"use strict";

const MB = 2 ** 20;
const MOST_SHOWN = 10;
const form = document.querySelector("form.steps");

/** Show what is chosen in a field; too much of it cannot be sent. */
function shown(input) {
  const files = Array.from(input.files);
  const list = input.parentElement.querySelector(".files");
  if (list) {
    const lines = files.slice(0, MOST_SHOWN).map((file) => `${file.name}, ${(file.size / MB).toFixed(1)} MB`);
    if (files.length > MOST_SHOWN) lines.push(`and ${files.length - MOST_SHOWN} more`);
    list.replaceChildren(
      ...lines.map((line) => {
        const item = document.createElement("li");
        item.textContent = line;
        return item;
      }),
    );
  }
  const most = Number(form.dataset.mostMb);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  input.setCustomValidity(most && size > most * MB ? `Too large: at most ${most} MB may be sent at once.` : "");
}

for (const place of form.querySelectorAll(".drop")) {
  const input = place.querySelector("input[type=file]");
  input.addEventListener("change", () => shown(input));
  for (const kind of ["dragenter", "dragover"]) {
    place.addEventListener(kind, (event) => {
      event.preventDefault();
      place.classList.add("over");
    });
  }
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    const taken = new DataTransfer();
    for (const file of Array.from(event.dataTransfer.files).slice(0, input.multiple ? undefined : 1)) taken.items.add(file);
    input.files = taken.files;
    shown(input);
  });
  shown(input);
}

form.addEventListener("submit", () => {
  const button = form.querySelector("button.first");
  button.textContent = "Sending …";
  setTimeout(() => (button.disabled = true));
});
