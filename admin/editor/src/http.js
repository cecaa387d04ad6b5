// Requests to the page's own server, as JSON with the token that says they come from its page.

const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

const headers = () => ({ "Content-Type": "application/json", "X-CSRFToken": token() });

/** An answer that is not what was asked for: its status, and what it says. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.detail ?? String(status));
    this.status = status;
    this.body = body ?? {};
  }
}

async function answered(response) {
  if (response.ok) return response;
  const isJson = response.headers.get("Content-Type")?.includes("json");
  throw new Refused(response.status, isJson ? await response.json() : null);
}

/** The JSON answer to a JSON question. */
export async function ask(url, question, options = {}) {
  const body = JSON.stringify(question);
  const response = await fetch(url, { method: "POST", headers: headers(), body, ...options });
  return (await answered(response)).json();
}

/** Each line of an answer that comes in lines of JSON, as it comes. */
export async function* listen(url, question, signal) {
  const body = JSON.stringify(question);
  const response = await fetch(url, { method: "POST", headers: headers(), body, signal });
  const reader = (await answered(response)).body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
    if (done) break;
  }
  if (rest) yield JSON.parse(rest);
}
