// Asks the server to read the article.
//
// One request at a time: a newer one ends the one under way. What a server that is away or busy
// did not answer is asked again by itself.

/** So long nobody types before a changed article is read. */
const PAUSE_MILLISECONDS = 600;

/** The wait before the first new try, if the server names none; it doubles up to the longest. */
const FIRST_WAIT_SECONDS = 2;
const LONGEST_WAIT_SECONDS = 60;

/** So many answers are kept, so that undo and a look at another sensitivity cost nothing. */
const KEPT_ANSWERS = 12;

/** The type of .docx documents. */
const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/** What a server says of a request that it did not answer. */
async function refusal(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch {
    // Something between this page and the server answered.
  }
  const message = error.message ?? `the server answered with status ${response.status}.`;
  const busy = response.status === 429 || response.status === 503;
  const away = response.status === 502 || response.status === 504;
  const kind = response.status === 401 ? "token" : busy ? "busy" : away ? "away" : "refused";
  const wait = Number(response.headers.get("retry-after"));
  return { kind, message, wait: wait > 0 ? wait : undefined, again: busy || away };
}

export class Reader {
  /** `onReport` gets the request, the report and its text as it came; `onState` a state and more. */
  constructor({ onReport, onState }) {
    this.onReport = onReport;
    this.onState = onState;
    this.token = null;
    this.answers = new Map();
    this.request = null;
    this.timer = 0;
    this.running = null;
    this.waits = 0;
    addEventListener("online", () => this.request && this.read());
  }

  headers() {
    const headers = { "content-type": "application/json" };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    return headers;
  }

  /** Asks for a report; null when there is nothing to read. `soon` leaves the pause out. */
  ask(request, soon = false) {
    this.stop();
    this.request = request;
    this.waits = 0;
    if (!request) return;
    const known = this.answers.get(JSON.stringify(request));
    if (known) {
      this.answered(known);
      return;
    }
    this.onState("waiting");
    this.timer = setTimeout(() => this.read(), soon ? 0 : PAUSE_MILLISECONDS);
  }

  /** Tries once more what is not answered yet, at once. */
  retry() {
    if (this.request) this.read();
  }

  stop() {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = null;
  }

  async read() {
    this.stop();
    const running = new AbortController();
    this.running = running;
    const body = JSON.stringify(this.request);
    this.onState("reading");
    let trouble;
    try {
      const response = await fetch("v1/report", {
        method: "POST",
        headers: this.headers(),
        body,
        signal: running.signal,
      });
      if (response.ok) {
        const source = await response.text();
        if (this.running !== running) return;
        this.keep(body, { request: this.request, report: JSON.parse(source), source });
        this.answered(this.answers.get(body));
        return;
      }
      trouble = await refusal(response);
    } catch {
      trouble = { kind: "away", message: "", again: true };
    }
    if (this.running !== running) return;
    this.running = null;
    this.tryAgain(trouble);
  }

  tryAgain(trouble) {
    if (!trouble.again) {
      this.onState("trouble", trouble);
      return;
    }
    const growing = Math.min(FIRST_WAIT_SECONDS * 2 ** this.waits, LONGEST_WAIT_SECONDS);
    this.waits += 1;
    const seconds = Math.ceil(Math.min(trouble.wait ?? growing, LONGEST_WAIT_SECONDS));
    this.onState("trouble", { ...trouble, seconds });
    this.timer = setTimeout(() => this.read(), seconds * 1000);
  }

  keep(body, answer) {
    this.answers.set(body, answer);
    if (this.answers.size > KEPT_ANSWERS) this.answers.delete(this.answers.keys().next().value);
  }

  answered(answer) {
    this.running = null;
    this.request = null;
    this.onReport(answer);
  }

  /** Asks for the text of a .docx document. */
  async textOf(file) {
    const headers = { ...this.headers(), "content-type": DOCX };
    let response;
    try {
      response = await fetch("v1/text", { method: "POST", headers, body: file });
    } catch {
      throw new Error("the server does not answer");
    }
    if (!response.ok) throw new Error((await refusal(response)).message);
    return response.text();
  }

  /** Asks for the page of the report, as a file. */
  async page(request) {
    const response = await fetch("v1/html", {
      method: "POST",
      headers: this.headers(),
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error((await refusal(response)).message);
    return response.text();
  }
}
