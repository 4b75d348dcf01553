// Gives the page's formulas to KaTeX. They come from students: nothing in them may load, link or run
// anything, or be of any size; what KaTeX does not understand stays as it was written.
"use strict";

const LONGEST_FORMULA = 5000; // characters
const MOST_FORMULAS = 1000;
const DEEPEST = 300; // elements within each other, 40 fractions: at 1,000 Chromium gives up the whole page

const SCROLLING = ".answer, .written, .preview, .math.display, pre";

/** Render the formulas within an element that are not rendered yet; what is too wide scrolls, by keyboard too. */
export function renderFormulas(root) {
  for (const element of Array.from(root.querySelectorAll(".math:not([data-done])")).slice(0, MOST_FORMULAS)) {
    element.dataset.done = "";
    const source = element.textContent;
    if (source.length > LONGEST_FORMULA) continue;
    try {
      element.replaceChildren(rendered(source, element.classList.contains("display")));
    } catch (error) {
      element.textContent = source;
      element.classList.add("unread");
      element.title = String(error.message).slice(0, 200);
    }
  }
  for (const box of root.querySelectorAll(SCROLLING)) {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  }
}

/** A formula as an element that is in no page yet. */
function rendered(source, displayMode) {
  const made = document.createElement("span");
  katex.render(source, made, {
    displayMode,
    throwOnError: true,
    trust: false,
    strict: "ignore",
    maxExpand: 500,
    maxSize: 20,
    output: "htmlAndMathml",
    errorColor: "currentColor", // for what it may not do; its own red cannot be read on every ground
  });
  if (isDeeper(made, DEEPEST)) throw new Error("too much within each other");
  return made;
}

function isDeeper(root, most) {
  let level = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((element) => Array.from(element.children));
  }
  return false;
}

renderFormulas(document);
