// Notes open beside the sentence that rests on them. Without this, a mark leads to its note
// at the end of the page.
"use strict";

document.querySelectorAll("a.note").forEach((mark, number) => {
  const note = document.querySelector(`${mark.getAttribute("href")} .told`);
  if (!note) return;
  mark.setAttribute("aria-expanded", "false");
  mark.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    toggle(mark, note, `beside-${number}`);
  });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = [...document.querySelectorAll('a.note[aria-expanded="true"]')];
  const here = open.includes(document.activeElement) ? document.activeElement : open.at(-1);
  if (here) here.click();
});

function toggle(mark, note, identity) {
  const open = document.getElementById(identity);
  mark.setAttribute("aria-expanded", String(!open));
  if (open) {
    open.remove();
    mark.removeAttribute("aria-controls");
    return;
  }
  const beside = document.createElement("span");
  beside.className = "beside";
  beside.id = identity;
  beside.setAttribute("role", "note");
  for (const child of note.cloneNode(true).childNodes) beside.append(child.cloneNode(true));
  mark.closest("sup").after(beside);
  mark.setAttribute("aria-controls", identity);
}
