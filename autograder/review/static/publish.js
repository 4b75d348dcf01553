// While the report is written: how far it is, and the page anew at its end. Otherwise: one click writes once,
// and the comparison follows the box for partial marks.
"use strict";

const EVERY = 700; // milliseconds

const underWay = document.getElementById("under-way");
if (underWay) watch();

const form = document.getElementById("write");
if (form) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.textContent = "Writing…";
    button.setAttribute("aria-disabled", "true");
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  const partial = document.getElementById("partial");
  partial?.addEventListener("change", () => {
    const address = new URL(location.href);
    address.searchParams.set("partial", partial.checked ? "yes" : "no");
    location.replace(address);
  });
}

async function watch() {
  underWay.hidden = true;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    const answer = await fetch("/publish/state").catch(() => null);
    if (!answer?.ok) break;
    const state = await answer.json();
    if (!state.underWay) return location.replace("/publish?since=before");
    const written = document.getElementById("written");
    if (!written && state.submissions) return location.reload();
    if (written) written.textContent = state.done;
  }
  underWay.hidden = false; // the server is gone, or another program answers there
}
