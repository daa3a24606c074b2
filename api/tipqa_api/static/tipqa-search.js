// A search box for any site:
//
//   <script src="https://SERVER/static/tipqa-search.js" defer></script>
//   <tipqa-search hits="5"><a href="https://SERVER/">Search the profiles</a></tipqa-search>
//
// Attributes: server (its address; the one this file came from where none is given), hits
// (1 to 20), label. What stands inside is shown where scripts don't run. The server must be
// started with --allow-origin and the site's origin. What is asked goes to that server alone,
// without cookies; it is sent when the form is, not while typing.
"use strict";

(() => {
  const HOME = document.currentScript && new URL(document.currentScript.src).origin;
  const LONGEST = 500;
  const STYLE = `
    :host { display: block; overflow-wrap: anywhere; line-height: 1.5; text-align: start; }
    form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
    label { flex: 1 1 100%; font-weight: 600; }
    input { flex: 1 1 12rem; min-width: 0; font: inherit; padding: .5rem; box-sizing: border-box;
      color: inherit; background: transparent; border: 2px solid currentColor; border-radius: .25rem; }
    button { font: inherit; font-weight: 600; padding: .5rem 1rem; cursor: pointer; border-radius: .25rem;
      border: 2px solid currentColor; background: transparent; color: inherit; }
    :focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
    a { color: inherit; }
    .hits { list-style: none; margin: 0; padding: 0; }
    .hits > li { border-top: 1px solid; padding: .75rem 0; }
    p { margin: .25rem 0; }
    sup { line-height: 0; }
    .notes { margin: .5rem 0; padding-left: 1.75rem; }
    .notes, .alone { font-size: .9em; }
    .where { font-weight: 600; }
    mark { background: #fbeeb8; color: #1c2326; }
  `;

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function link(address, ...children) {
    return element("a", { href: address, rel: "noreferrer noopener external" }, ...children);
  }

  function isWeb(address) {
    try {
      return ["http:", "https:"].includes(new URL(address).protocol);
    } catch {
      return false;
    }
  }

  // The sentences of a passage, each with the numbers of the notes it rests on, and the notes.
  function numbered({ text, sentences }, citations, highlights) {
    const points = Array.from(text); // spans are offsets in code points, as Python counts them
    const notes = new Map();
    const marked = new Set(highlights.map(String));
    const pieces = [];
    let last = 0;
    for (const [start, end] of sentences) {
      const sentence = points.slice(start, end).join("");
      pieces.push(points.slice(last, start).join(""));
      pieces.push(marked.has(`${start},${end}`) ? element("mark", {}, sentence) : sentence);
      const resting = citations.filter(({ sentence: [from] }) => from === start);
      for (const { label, note, sources } of resting) {
        const key = `${label} ${note}`;
        if (!notes.has(key)) notes.set(key, { number: notes.size + 1, note, sources });
      }
      const numbers = new Set(resting.map(({ label, note }) => notes.get(`${label} ${note}`).number));
      const shown = [...numbers].sort((a, b) => a - b).join(", ");
      if (shown) pieces.push(element("sup", {}, ` [${shown}]`));
      last = end;
    }
    const alone = sentences.some(([start]) => !citations.some(({ sentence: [from] }) => from === start));
    return { pieces, notes: [...notes.values()], alone };
  }

  class TipqaSearch extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet(); // not held back by a site's rules against inline styles
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.box = element("input", {
        id: "q", name: "q", type: "search", required: true, maxLength: LONGEST, autocomplete: "off",
      });
      this.said = element("p");
      this.said.setAttribute("role", "status");
      this.list = element("ol", { className: "hits" });
      const called = this.getAttribute("label") || "Search country profiles on human trafficking";
      const label = element("label", { htmlFor: "q" }, called);
      const form = element("form", {}, label, this.box, element("button", {}, "Search"));
      form.setAttribute("role", "search");
      form.setAttribute("aria-label", called);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.search(this.box.value.trim());
      });
      root.append(form, this.said, this.list);
    }

    get server() {
      return new URL(this.getAttribute("server") || HOME, document.baseURI).origin;
    }

    get hits() {
      return Math.min(20, Math.max(1, Number.parseInt(this.getAttribute("hits"), 10) || 5));
    }

    async search(query) {
      this.asked?.abort();
      const asked = (this.asked = new AbortController());
      this.list.replaceChildren();
      if (!query) return;
      this.said.textContent = "Searching …";
      try {
        const parameters = new URLSearchParams({ q: query, k: this.hits });
        const answer = await fetch(`${this.server}/v1/search?${parameters}`, {
          credentials: "omit",
          referrerPolicy: "no-referrer",
          signal: asked.signal,
        });
        const found = await answer.json();
        if (asked.signal.aborted) return;
        if (!answer.ok) {
          this.said.textContent = found.detail || "The search failed.";
          return;
        }
        this.show(query, found);
      } catch {
        if (!asked.signal.aborted) {
          this.said.textContent = "The search can't be reached now. Try again later.";
        }
      }
    }

    show(query, found) {
      const count = found.results.length;
      const told = `${count} nearest passage${count === 1 ? "" : "s"}. `;
      this.said.replaceChildren(
        count ? told : "The profiles hold nothing near to this. ",
        link(`${this.server}/?${new URLSearchParams({ q: query })}`, "All results and the answer"),
      );
      this.list.replaceChildren(...found.results.map((result) => this.hit(result)));
    }

    hit({ passage, highlights, citations }) {
      const { profile } = passage;
      const [, anchor] = passage.id.split("#");
      const edition = profile.edition ? `, ${profile.edition}` : "";
      const address = `${this.server}/profiles/${encodeURIComponent(profile.id)}#${anchor}`;
      const { pieces, notes, alone } = numbered(passage, citations, highlights);
      const name = element("bdi", {}, profile.country_name || profile.title);
      const where = link(address, name, `${edition}, paragraph ${passage.paragraph}`);
      const shown = element("li", {},
        element("p", { className: "where" }, where),
        element("p", { dir: "auto" }, ...pieces),
      );
      if (notes.length) {
        const list = element("ol", { className: "notes" }, ...notes.map((note) => this.note(note)));
        list.setAttribute("aria-label", "Notes");
        shown.append(list);
      }
      if (alone) {
        shown.append(element("p", { className: "alone" }, notes.length
          ? "A sentence without a number rests on the profile alone."
          : "This passage rests on the profile alone: it names no source."));
      }
      return shown;
    }

    note({ number, note, sources }) {
      const item = element("li", { value: number }, element("bdi", {}, note));
      for (const { id, title, year, url } of sources) {
        const address = `${this.server}/sources/${encodeURIComponent(id)}`;
        const more = link(address, "More on this source");
        more.setAttribute("aria-label", `More on this source: ${title}${year ? `, ${year}` : ""}`);
        item.append(" · ", more);
        if (isWeb(url)) item.append(" · ", link(url, `Source at ${new URL(url).hostname}`));
      }
      return item;
    }
  }

  if (!customElements.get("tipqa-search")) customElements.define("tipqa-search", TipqaSearch);
})();
