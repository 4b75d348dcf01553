// Shows how far grading has come, as the server tells it; opens the class at its end.
"use strict";

const now = document.getElementById("now");
const events = new EventSource("/progress/events");

events.onmessage = (event) => {
  const change = JSON.parse(event.data);
  const held = document.activeElement?.closest("#now form button") !== null && document.activeElement !== document.body;
  now.innerHTML = change.html; // made by the same template as the page, where texts are escaped
  document.title = change.title;
  if (held) now.querySelector("form button")?.focus();
  if (change.running) return;
  events.close();
  if (change.complete) location.replace("/");
};
