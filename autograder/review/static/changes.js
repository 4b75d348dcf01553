// The changes of one page, sent one after the other. Each has a number; the server applies it once. What is
// not answered is asked for again, with growing pauses, until it is; nothing overtakes anything.
"use strict";

const PATIENCE = 10_000; // milliseconds for one answer
const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 10_000;

const UNREACHABLE =
  "not saved: the server does not answer. Leave this page open: it tries again by itself. If the program has ended, start it again";
const STARTED_AGAIN =
  "not saved: the server was started again. Open its new link in another tab; this page then goes on by itself";

/** A queue of changes.
 *
 * told(text, kind): what is to be shown; kind is "busy", "saved" or "unsaved".
 * answered(change, reply): a change holds; reply is what the server says.
 * refused(change, reply, status): it does not; what waited behind it is dropped.
 */
export class Changes {
  #told;
  #answered;
  #refused;
  #waiting = [];
  #client = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  #number = 0;
  #running = null;
  #wake = () => {};
  reachable = true;

  constructor(told, answered, refused) {
    this.#told = told;
    this.#answered = answered;
    this.#refused = refused;
    for (const event of ["online", "focus"]) addEventListener(event, () => this.#wake());
  }

  get empty() {
    return this.#waiting.length === 0;
  }

  /** Put a change at the end; body() is asked for what to send when its turn has come. */
  add(address, body) {
    this.#number += 1;
    this.#waiting.push({ address, body, number: this.#number });
    this.#running ??= this.#run();
  }

  /** Wait until nothing waits; false where a change was refused. */
  async drained() {
    return this.#running === null ? true : await this.#running;
  }

  async #run() {
    let held = true;
    this.#told("saving…", "busy");
    while (this.#waiting.length > 0) {
      const change = this.#waiting[0];
      const { status, reply } = await this.#delivered(change);
      if (status === 200) {
        this.#answered(change, reply);
        this.#waiting.shift();
      } else {
        this.#waiting = [];
        held = false;
        this.#refused(change, reply, status);
      }
    }
    this.#running = null;
    if (held) this.#told("saved", "saved");
    return held;
  }

  async #delivered(change) {
    const text = JSON.stringify({ client: this.#client, number: change.number, ...change.body() });
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const found = await this.#asked(change.address, text);
      if (found !== null) {
        this.reachable = true;
        return found;
      }
      this.reachable = false;
      await new Promise((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, pause);
      });
    }
  }

  /** One try; null where nobody can tell whether it arrived, or the server is in trouble. */
  async #asked(address, text) {
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: text,
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.status >= 500 || answer.status === 403 || answer.status === 421) {
        this.#told(answer.status === 403 ? STARTED_AGAIN : `not saved: the server says ${answer.status}`, "unsaved");
        return null;
      }
      const isJson = answer.headers.get("content-type")?.startsWith("application/json");
      const reply = isJson ? await answer.json() : { problem: `The server says ${answer.status}.` };
      return { status: answer.status, reply };
    } catch {
      this.#told(UNREACHABLE, "unsaved");
      return null;
    }
  }
}
