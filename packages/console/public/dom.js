// @ts-check
/**
 * As much of a view library as one page needs: `h` makes elements, `show` brings what stands there to what should stand
 * there and touches nothing else, so scroll, focus, selection and opened details stay; what bears `data-kept` is left to
 * whoever filled it. Text only: no HTML from strings.
 */

/** @typedef {Node | string | number | null | undefined | false} Child */

const svgTags = new Set(["svg", "path", "circle"])
const svgSpace = "http://www.w3.org/2000/svg"

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; `onclick` and such as functions; `key` names it among its siblings
 * @param {...(Child | Child[])} children
 */
export const h = (tag, props = {}, ...children) => {
  const element = svgTags.has(tag) ? document.createElementNS(svgSpace, tag) : document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue
    if (name.startsWith("on")) /** @type {any} */ (element)[name] = value
    else element.setAttribute(name === "key" ? "data-key" : name, value === true ? "" : String(value))
  }
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== false)
      element.append(child instanceof Node ? child : String(child))
  return /** @type {HTMLElement} */ (element)
}

/** @param {Element} parent @param {...(Child | Child[])} children */
export const show = (parent, ...children) => {
  const wanted = document.createElement("div")
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== false)
      wanted.append(child instanceof Node ? child : String(child))
  matchChildren(parent, wanted)
}

/** @param {Node} node */
const keyOf = (node) => (node instanceof Element ? node.getAttribute("data-key") : null)
/** @param {Node} a @param {Node} b */
const isSameKind = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b)

/** @param {Element} stands @param {Element} wanted */
const matchChildren = (stands, wanted) => {
  /** @type {Map<string, Element>} */
  const byKey = new Map()
  for (const child of stands.children) {
    const key = keyOf(child)
    if (key !== null) byKey.set(key, child)
  }
  let at = stands.firstChild
  for (const child of [...wanted.childNodes]) {
    const key = keyOf(child)
    const known = key === null ? undefined : byKey.get(key)
    if (known !== undefined && known !== at && known.nodeName === child.nodeName) {
      stands.insertBefore(known, at)
      at = known
    }
    if (at !== null && isSameKind(at, child)) {
      match(at, child)
      at = at.nextSibling
    } else {
      stands.insertBefore(child, at)
      // A keyed one may be wanted further down; any other that does not fit makes room.
      if (at !== null && keyOf(at) === null && key === null) {
        const gone = at
        at = at.nextSibling
        gone.remove()
      }
    }
  }
  while (at !== null) {
    const gone = at
    at = at.nextSibling
    gone.remove()
  }
}

const handlers = ["onclick", "ontoggle"]
/** What a person did to an element is theirs. */
const ownedByPerson = new Set(["open"])

/** @param {Node} stands @param {Node} wanted */
const match = (stands, wanted) => {
  if (!(stands instanceof Element) || !(wanted instanceof Element)) {
    if (stands.nodeValue !== wanted.nodeValue) stands.nodeValue = wanted.nodeValue
    return
  }
  if (stands.hasAttribute("data-kept")) return
  for (const { name, value } of wanted.attributes)
    if (stands.getAttribute(name) !== value && !ownedByPerson.has(name)) stands.setAttribute(name, value)
  for (const { name } of [...stands.attributes])
    if (!wanted.hasAttribute(name) && !ownedByPerson.has(name)) stands.removeAttribute(name)
  for (const name of handlers) /** @type {any} */ (stands)[name] = /** @type {any} */ (wanted)[name]
  matchChildren(stands, wanted)
}

/**
 * Changes only what differs: an equal value set again would wake everybody who watches.
 * @template {object} E
 * @param {E} element @param {Partial<E>} props
 */
export const set = (element, props) => {
  for (const name of /** @type {(keyof E)[]} */ (Object.keys(props)))
    if (element[name] !== props[name]) Object.assign(element, { [name]: props[name] })
}

/** Icons of one line; drawn here, so that nothing is fetched. */
const drawings = {
  tick: "M3 9.5 6.5 13 14 5.5",
  ticks: "M1.5 9.5 5 13 12 5.5M8.5 12.2l.8.8L16.5 5.5",
  clock: "M9 4.5V9l3 2M9 1.8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 9 1.8Z",
  forward: "M3 4.5 8.5 9 3 13.5ZM9.5 4.5 15 9l-5.5 4.5Z",
  send: "M2.5 9h12M9.5 4l5 5-5 5",
  person: "M9 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3 15.5c.4-3.4 2.8-5 6-5s5.6 1.6 6 5",
  plus: "M9 3.5v11M3.5 9h11",
  pencil: "M11.5 3.5 14.5 6.5 6.5 14.5 3 15 3.5 11.5Z",
  phone:
    "M4 2.5h2.5l1.3 3.3-1.7 1.3a9 9 0 0 0 4.8 4.8l1.3-1.7 3.3 1.3V14a1.5 1.5 0 0 1-1.6 1.5A12.5 12.5 0 0 1 2.5 4.100 1.5 1.5 0 0 1 4 2.5Z",
}
/** @param {keyof typeof drawings} name @param {string} [label] */
export const icon = (name, label) =>
  h(
    "svg",
    {
      viewBox: "0 0 18 18",
      class: `icon icon-${name}`,
      ...(label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label }),
    },
    h("path", { d: drawings[name] }),
  )
