// The page for scoring: keys become changes, one after the other; moving on waits until they are saved. What
// is pressed while the next answer is on its way belongs to that answer.
"use strict";

import { Changes } from "/static/changes.js";
import { renderFormulas } from "/static/formulas.js";

const TYPING_PAUSE = 800; // milliseconds
const MOST_PRESSES = 30; // that wait for an answer to come
const FRESH = 10_000; // milliseconds for which an answer that was asked for ahead may be shown

const find = (id) => document.getElementById(id);
const all = (selector, root = find("work")) => Array.from(root.querySelectorAll(selector));

/** What the page knows of the answer that it shows. */
let here;
let conflict = null;
let mode = ""; // "part": the next key is an item's; "snippet": the next digit is a comment's
let shift = ""; // what was pressed of an item's keys where it has several
let moving = false;
let presses = Promise.resolve();
let waitingPresses = 0;
let typing = 0;

let ahead = null; // the answer that waits next, asked for while this one is read
const changes = new Changes(told, answered, refused);

/** Take over what the page shows now. */
function enter() {
  const work = find("work");
  const form = find("form");
  here = {
    address: work.dataset.address,
    rubric: work.dataset.rubric,
    members: form.elements.members.value.split(" "),
    seen: { points: Number(work.dataset.seen), comment: Number(work.dataset.seen) },
    comment: find("comment")?.value.trim() ?? "",
    again: form.elements.again !== undefined,
    scored: work.dataset.scored === "yes",
    undo: Number(work.dataset.undo), // what may be undone, as the server names it; 0: nothing
  };
  here.token = here.address.split("/").pop();
  here.points = here.scored ? shown() : null;
  mode = shift = "";
  setConflict(null);
  renderFormulas(work);
  form.addEventListener("submit", submitted);
  form.addEventListener("change", changed);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.type === "text") {
      event.preventDefault();
      event.target.blur();
    }
  });
  find("comment")?.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(sendComment, TYPING_PAUSE);
  });
  find("comment")?.addEventListener("blur", sendComment);
  lookAhead();
}

// Points

const boxes = () => all("input[name=earned]");
const part = (box) => find("form").elements[`part-${box.value}`];
const single = () => find("points");
const most = (box) => Number(box.dataset.possible);
const mostOf = (code) => (code === "" ? Number(find("work").dataset.possible) : most(boxes().find((box) => box.value === code)));

/** The points that the fields say, by item. */
function shown() {
  if (single()) return single().value.trim() === "" ? null : { "": numberIn(single().value) };
  return Object.fromEntries(
    boxes().map((box) => [box.value, part(box).value.trim() ? numberIn(part(box).value) : box.checked ? most(box) : 0]),
  );
}

function numberIn(text) {
  return Number(text.trim().replace(",", "."));
}

function uniform(full) {
  if (single()) return { "": full ? Number(find("work").dataset.possible) : 0 };
  return Object.fromEntries(boxes().map((box) => [box.value, full ? most(box) : 0]));
}

/** Let these points hold: show them, and send them. null: not scored. */
function give(points) {
  here.points = points;
  show();
  send({ points });
}

function show() {
  const points = here.points;
  for (const box of boxes()) {
    const value = points === null ? 0 : points[box.value];
    box.checked = value === most(box);
    part(box).value = value === 0 || value === most(box) ? "" : value;
  }
  if (single()) single().value = points === null ? "" : points[""];
  const possible = Number(find("work").dataset.possible);
  find("total").textContent = points === null ? "not scored yet" : `${total(points)} of ${possible}`;
}

/** What points by item come to: never more than the question has. */
function total(points) {
  const sum = Object.values(points).reduce((a, b) => a + b, 0);
  return Math.min(Number(find("work").dataset.possible), Math.round(sum * 1e9) / 1e9);
}

function toggle(box) {
  const points = { ...(here.points ?? uniform(false)) };
  points[box.value] = points[box.value] === most(box) ? 0 : most(box);
  give(points);
}

/** Take back one's last points for this answer: the server knows them, also after the page was loaded anew. */
async function undo() {
  if (!(await changes.drained())) return;
  if (here.again || !here.undo) return tell("nothing of yours to undo here", "");
  send({ undo: here.undo });
  if (!(await changes.drained())) return;
  await move(location.href, { keep: true });
  tell("undone", "saved");
}

// What is sent, and what comes back

function members() {
  return find("alone")?.checked ? [here.token] : here.members;
}

function send(change) {
  ahead = null; // it says how many are scored, which comments were used
  const about = here;
  const body = { ...change, rubric: about.rubric, members: members(), again: about.again };
  const kind = "comment" in change ? "comment" : "points";
  changes.add(`${about.address}/change`, () => ({ ...body, seen: about.seen[kind] }));
}

function sendComment() {
  clearTimeout(typing);
  if (!find("comment")) return;
  const text = find("comment").value.trim();
  if (text === here.comment || conflict) return;
  here.comment = text;
  send({ comment: text });
}

function answered(change, reply) {
  const kind = "comment" in change.body() ? "comment" : "points";
  if (change.address === `${here.address}/change`) {
    here.seen[kind] = reply.seen;
    here.undo = reply.undo;
  }
  find("scored").textContent = reply.scored;
  find("progress").value = reply.scored;
}

function refused(change, reply, status) {
  if (status === 409) {
    setConflict({ ...reply, kind: "comment" in change.body() ? "comment" : "points" });
  } else {
    setConflict({ problem: reply.problem });
  }
}

function setConflict(found) {
  conflict = found;
  find("conflict").hidden = found === null;
  if (found === null) return;
  find("mine").hidden = found.problem !== undefined;
  find("theirs-label").textContent = found.problem === undefined ? "Take theirs" : "Load the answer again";
  if (found.problem !== undefined) {
    find("conflict-text").textContent = found.problem;
    tell("not saved", "unsaved");
    find("theirs").focus();
    return;
  }
  const time = new Date(found.when).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const whose = found.of === 1 ? "this answer" : "one of these answers";
  const what =
    found.kind === "comment"
      ? `commented on ${whose} at ${time}: “${found.theirs.comment.slice(0, 300)}”.`
      : `scored ${whose} at ${time}, after you had opened it: ${spelled(found.theirs.items, found.theirs.points)}. ` +
        `Yours: ${spelled(here.points, null)}.`;
  find("conflict-text").textContent = `${found.who} ${what}`;
  tell("not saved: decide first whose points hold", "unsaved");
  find("mine").focus();
}

/** Points in words: "2 of 3 (items 1, 3)". */
function spelled(items, points) {
  if (items === null || (points === null && Object.values(items).includes(null))) return "not scored";
  const given = boxes().flatMap((box, at) => (items[box.value] > 0 ? [at + 1] : []));
  const sum = points ?? total(items);
  return `${sum} of ${Number(find("work").dataset.possible)}${given.length > 0 ? ` (item ${given.join(", ")})` : ""}`;
}

async function settle(key) {
  const { kind, seen } = conflict;
  if (key === "t") return await move(location.href, { keep: true });
  here.seen[kind] = seen;
  setConflict(null);
  send(kind === "comment" ? { comment: here.comment } : { points: here.points });
}

function told(text, kind) {
  tell(text, kind);
  if (kind === "saved") lookAhead();
}

function tell(text, kind) {
  find("status").textContent = text;
  find("status").dataset.kind = kind;
}

// Moving on

async function loaded(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(10_000) });
  if (answer.status >= 500 || answer.status === 403) throw new Error(`the server says ${answer.status}`);
  return { ok: answer.ok, url: answer.url, text: await answer.text() };
}

/** Ask for the answer that most people want next; asking writes nothing down, so nobody has seen it by that. */
function lookAhead() {
  const address = all("a[data-key=w]")[0]?.href;
  if (!address) return;
  ahead = { address, since: Date.now(), page: loaded(address) };
  ahead.page.catch(() => {}); // then it is asked for again when somebody wants it
}

/** What lies at an address: as it was a moment ago, where it was asked for then. */
function taken(address) {
  const found = ahead;
  ahead = null;
  if (found?.address !== address || Date.now() - found.since > FRESH) return loaded(address);
  return found.page.catch(() => loaded(address));
}

/** Show another answer in the place of this one, once everything is saved. */
async function move(address, { keep = false } = {}) {
  sendComment();
  moving = true;
  try {
    if (!(await changes.drained())) return;
    tell("loading…", "busy");
    const answer = await taken(address);
    const page = new DOMParser().parseFromString(answer.text, "text/html");
    const work = page.getElementById("work");
    if (work === null || !answer.ok) {
      location.assign(answer.ok ? answer.url : address);
      return;
    }
    const same = work.dataset.address === find("work").dataset.address;
    find("work").replaceWith(document.adoptNode(work));
    document.title = page.title;
    if (!keep && !same) history.pushState(null, "", answer.url);
    else if (!keep) history.replaceState(null, "", answer.url);
    enter();
    find("work").querySelector("h1").focus({ preventScroll: true });
    scrollTo(0, 0);
    if (same && address.includes("?go=")) tell("there is no other one", "");
    else tell("", "");
  } catch {
    tell("the server does not answer: press the key again", "unsaved");
  } finally {
    moving = false;
  }
}

function clicked(event) {
  const at = event.target.closest("#work a[data-key], #work button[data-key][type=button]");
  if (at === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  press(at.dataset.key);
}

function submitted(event) {
  event.preventDefault();
  const value = event.submitter?.value;
  const key = { full: "f", none: "0", undo: "u" }[value];
  if (key) press(key);
}

/** A field was changed with the mouse, or somebody typed into it. */
function changed(event) {
  const field = event.target;
  if (field.id === "alone") {
    if (!field.checked) press("reload");
    return;
  }
  if (field.id === "comment") return;
  if (field.name === "earned") part(field).value = "";
  const points = shown();
  if (points !== null && !Object.entries(points).every(([code, value]) => value >= 0 && value <= mostOf(code))) {
    tell(`not saved: ${field.value} is no number of points that can be given`, "unsaved");
    return;
  }
  enqueue(() => (conflict ? undefined : give(points)));
}

// Keys

function keyDown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target;
  const typed = field.matches?.("textarea, select, input[type=text]");
  if (typed) {
    if (event.key === "Escape") field.blur();
    return;
  }
  if (find("help").open) return;
  const key = keyOf(event);
  if (event.repeat || !isKnown(key)) return;
  event.preventDefault();
  press(key);
}

/** The key by what stands on it; digits also where they need Shift. */
function keyOf(event) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (event.key === "?" || /^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return digit ? digit[1] : event.key;
}

function isKnown(key) {
  return /^[0-9.?]$/.test(key) || key === "Escape" || "acfgmnpsuwxtk".includes(key) || itemOf(key) !== undefined || begins(key);
}

/** Whether an item has more keys than these, which are its first ones. */
function begins(keys) {
  return boxes().some((box) => box.dataset.key.length > keys.length && box.dataset.key.startsWith(keys));
}

function itemOf(key) {
  return boxes().find((box) => box.dataset.key === key);
}

function press(key) {
  if (moving && !changes.reachable) return;
  enqueue(() => act(key));
}

/** Do things in the order in which they were asked for. */
function enqueue(action) {
  if (waitingPresses >= MOST_PRESSES) return;
  waitingPresses += 1;
  presses = presses
    .then(action)
    .catch((error) => tell(`something is wrong: ${error.message}`, "unsaved"))
    .finally(() => {
      waitingPresses -= 1;
    });
}

async function act(key) {
  if (key === "?") return find("help").showModal();
  if (conflict) {
    if (key === "t" || (key === "k" && conflict.problem === undefined)) await settle(key);
    return;
  }
  key = shift + key;
  shift = begins(key) ? key : "";
  if (shift) return tell(`${shift} … and the rest of an item’s keys`, "");
  if (mode) return await actInMode(key);
  if (key === "0" || key === "f") return give(uniform(key === "f"));
  if (itemOf(key)) return toggle(itemOf(key));
  if (single() && /^[1-9]$/.test(key)) {
    single().focus();
    single().value = key;
    return;
  }
  if (key === "reload") return await move(location.href, { keep: true });
  await command(key);
}

async function command(key) {
  const link = all("a[data-key]").find((one) => one.dataset.key === key);
  if (link) return await move(link.href);
  if (key === "u") await undo();
  else if (key === "c") find("comment")?.focus();
  else if (key === "m") toggleDetails("solution");
  else if (key === "g") toggleAlone();
  else if (key === ".") startMode("part", "now an item’s key");
  else if (key === "s") startSnippets();
}

function toggleDetails(id) {
  const details = find(id);
  if (details) details.open = !details.open;
}

function toggleAlone() {
  const box = find("alone");
  if (!box) return tell("there is no equal answer", "");
  box.checked = !box.checked;
  if (!box.checked) press("reload");
  else tell("only this answer", "");
}

function startMode(name, text) {
  mode = name;
  tell(text, "");
}

function startSnippets() {
  if (!find("snippets")) return tell("no comment was used before", "");
  find("snippets").open = true;
  startMode("snippet", "now a digit");
}

async function actInMode(key) {
  const was = mode;
  mode = "";
  tell("", "");
  if (was === "part" && itemOf(key)) {
    part(itemOf(key)).focus();
    part(itemOf(key)).select();
  } else if (was === "snippet" && /^[1-9]$/.test(key)) {
    const snippet = all("#snippets li")[Number(key) - 1];
    if (snippet) insert(snippet.textContent);
    find("snippets").open = false;
  } else if (key !== "Escape") {
    return act(key);
  }
}

function insert(text) {
  const field = find("comment");
  if (!field.value.includes(text)) field.value = field.value.trim() ? `${field.value.trim()}\n${text}` : text;
  sendComment();
}

// Everything above is there now: what begins here may use it at once.

document.documentElement.classList.add("scripted");
find("theirs").addEventListener("click", () => press("t"));
find("mine").addEventListener("click", () => press("k"));
addEventListener("keydown", keyDown);
addEventListener("popstate", () => enqueue(() => move(location.href, { keep: true })));
addEventListener("beforeunload", (event) => {
  sendComment();
  if (!changes.empty || conflict) event.preventDefault();
});
document.addEventListener("visibilitychange", () => document.hidden && sendComment());
document.addEventListener("click", clicked);
enter();
