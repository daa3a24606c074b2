// What the search page can do without, and does better with: suggestions while typing,
// copying at once, chips that open where a number leads to them.
"use strict";

const input = document.getElementById("q");
if (input) suggestIn(input);

function suggestIn(input) {
  const list = document.createElement("ul");
  list.id = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
    "aria-controls": list.id,
  })) input.setAttribute(name, value);

  let typed = input.value;
  let asking;
  let waiting;

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function show(suggestions) {
    list.replaceChildren(...suggestions.map((text, number) => {
      const option = document.createElement("li");
      option.id = `suggestion-${number}`;
      option.textContent = text;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(text));
      return option;
    }));
    list.hidden = !suggestions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  function take(text) {
    input.value = typed = text;
    close();
    input.focus();
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(`/v1/suggest?q=${encodeURIComponent(typed)}`, {
        signal: asking.signal,
      });
      const found = answer.ok ? (await answer.json()).suggestions : [];
      if (document.activeElement === input) show(found.filter((text) => text !== typed));
    } catch { /* another letter came, or there is no answer: no suggestions */ }
  }

  function move(step) {
    const options = [...list.children];
    const before = options.findIndex((option) => option.ariaSelected === "true");
    const now = (before + step + (before < 0 && step < 0 ? 1 : 0) + options.length)
      % options.length;
    options.forEach((option, number) => {
      option.setAttribute("aria-selected", String(number === now));
    });
    options[now].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[now].id);
  }

  input.addEventListener("input", () => {
    typed = input.value;
    close();
    if (typed.trim().length > 1) waiting = setTimeout(ask, 150);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const chosen = list.querySelector('[aria-selected="true"]');
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && chosen) take(chosen.textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

// A number opens the chip that it leads to.
document.querySelectorAll("sup a").forEach((mark) => {
  mark.addEventListener("click", () => {
    const chip = document.querySelector(`${mark.getAttribute("href")} > details`);
    if (chip) chip.open = true;
  });
});

// On paper each chip is open; browsers that can't do so by style are told here.
window.addEventListener("beforeprint", () => {
  document.querySelectorAll(".chips details").forEach((chip) => { chip.open = true; });
});

// Copying; where the browser refuses, the link leads to the page with the text.
document.querySelectorAll("a.copy").forEach((link) => {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
    event.preventDefault();
    try {
      const answer = await fetch(`${link.href}&format=text`);
      if (!answer.ok) throw new Error(answer.statusText);
      await navigator.clipboard.writeText(await answer.text());
      told(link);
    } catch {
      window.location.assign(link.href);
    }
  });
});

const whole = document.querySelector(".copy-text");
whole?.addEventListener("click", async () => {
  const text = document.getElementById("copied");
  try {
    await navigator.clipboard.writeText(`${text.textContent}\n`);
    told(whole);
  } catch {
    window.getSelection().selectAllChildren(text);
  }
});

function told(control) {
  let said = control.parentNode.querySelector("[role=status]");
  if (!said) {
    said = document.createElement("span");
    said.setAttribute("role", "status");
    control.after(" ", said);
  }
  said.textContent = "";
  setTimeout(() => { said.textContent = "Copied"; }, 50);
}

// How many passages are selected.
const ticks = [...document.querySelectorAll('input[name="passage"]')];
const selected = document.getElementById("selected");
function count() {
  const chosen = ticks.filter((tick) => tick.checked).length;
  selected.textContent = chosen ? `${chosen} selected` : "";
}
ticks.forEach((tick) => tick.addEventListener("change", count));
if (selected) window.addEventListener("pageshow", count);
