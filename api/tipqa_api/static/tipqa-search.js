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
    ol { list-style: none; margin: 0; padding: 0; }
    ol > li { border-top: 1px solid; padding: .75rem 0; }
    p, ul { margin: .25rem 0; }
    ul { padding-left: 1.25rem; font-size: .9em; }
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

  // Spans are offsets in code points, as Python counts them.
  function cut(text, spans) {
    const points = Array.from(text);
    const pieces = [];
    let last = 0;
    for (const [start, end] of spans) {
      pieces.push(points.slice(last, start).join(""));
      pieces.push(element("mark", {}, points.slice(start, end).join("")));
      last = end;
    }
    return [...pieces, points.slice(last).join("")];
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
      this.list = element("ol");
      const label = element("label", { htmlFor: "q" }, this.getAttribute("label") || "Search country profiles on human trafficking");
      const form = element("form", {}, label, this.box, element("button", {}, "Search"));
      form.setAttribute("role", "search");
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
      this.said.replaceChildren(
        count === 0 ? "The profiles hold nothing near to this." : `${count} nearest passage${count === 1 ? "" : "s"}. `,
        link(`${this.server}/?${new URLSearchParams({ q: query })}`, "All results and the answer"),
      );
      this.list.replaceChildren(...found.results.map((result) => this.hit(result)));
    }

    hit({ passage, highlights, citations }) {
      const { profile } = passage;
      const [, anchor] = passage.id.split("#");
      const edition = profile.edition ? `, ${profile.edition}` : "";
      const shown = element("li", {},
        element("p", { className: "where" }, link(
          `${this.server}/profiles/${encodeURIComponent(profile.id)}#${anchor}`,
          element("bdi", {}, profile.country_name || profile.title), `${edition}, paragraph ${passage.paragraph}`,
        )),
        element("p", { dir: "auto" }, ...cut(passage.text, highlights)),
      );
      const sources = new Map(citations.flatMap((c) => c.sources).map((source) => [source.id, source]));
      if (sources.size === 0) {
        shown.append(element("p", {}, "This passage rests on the profile alone: it names no source."));
      } else {
        shown.append(
          element("p", {}, sources.size === 1 ? "Source:" : "Sources:"),
          element("ul", {}, ...[...sources.values()].map((source) => this.source(source))),
        );
      }
      return shown;
    }

    source({ id, publisher, title, year, url }) {
      const item = element("li", {}, link(
        `${this.server}/sources/${encodeURIComponent(id)}`, element("bdi", {}, title),
      ));
      if (publisher) item.append(", ", element("bdi", {}, publisher));
      item.append(year ? `, ${year}` : "");
      if (isWeb(url)) item.append(" (", link(url, new URL(url).hostname), ")");
      return item;
    }
  }

  if (!customElements.get("tipqa-search")) customElements.define("tipqa-search", TipqaSearch);
})();
