/* Mounts the charts of a page: loads ECharts when the first one comes near, follows theme and width, opens the rows behind a datum.
   Every figure carries its data and its table; without this script the table is simply open. */
const loaded = new Map();
const plots = new Map();

function load(url) {
  if (!loaded.has(url)) {
    loaded.set(url, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }));
  }
  return loaded.get(url);
}

function look(box) {
  const css = getComputedStyle(document.documentElement), wanted = document.documentElement.dataset.bsTheme;
  const dark = wanted === "dark" || (wanted !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  return {
    width: Math.floor(box.clientWidth - parseFloat(getComputedStyle(box).paddingLeft) - parseFloat(getComputedStyle(box).paddingRight)),
    theme: dark ? "dark" : "light", read: (name) => css.getPropertyValue(name).trim(), font: getComputedStyle(box).fontFamily,
  };
}

function render(box) {
  const { chart, canvas, plot } = plots.get(box), now = look(box);
  if (now.width < 40) return;
  const drawn = portalCharts.draw(chart, now);
  canvas.style.height = drawn.height + "px";
  plot.resize({ width: now.width, height: drawn.height });
  plot.setOption(drawn.option, true);
}

async function mount(figure) {
  const box = figure.querySelector("[data-chart]"), details = figure.querySelector("details");
  if (plots.has(box)) return;
  plots.set(box, null);
  try {
    await load(figure.dataset.echarts);
    await load(figure.dataset.builders);
  } catch {
    plots.delete(box); // the table stays open
    return;
  }
  const canvas = box.appendChild(document.createElement("div"));
  box.hidden = false;
  const plot = echarts.init(canvas, null, { renderer: "svg", width: 300, height: 100 });
  plots.set(box, { chart: JSON.parse(figure.querySelector("script[type='application/json']").textContent), canvas, plot, width: box.clientWidth });
  plot.on("click", (event) => { if (event.data && event.data.url) location.assign(event.data.url); });
  plot.on("mousemove", (event) => plot.getZr().setCursorStyle(event.data && event.data.url ? "pointer" : "default"));
  render(box);
  details.open = false;
  sizes.observe(box);
}

// Only a change of width redraws: the height follows from it.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const own = plots.get(target);
    if (own && own.width !== target.clientWidth) {
      own.width = target.clientWidth;
      render(target);
    }
  }
});

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) {
      near.unobserve(target);
      mount(target);
    }
  }
}, { rootMargin: "400px" });

function scan(root) {
  for (const [box, own] of plots) {
    if (own && !box.isConnected) {
      own.plot.dispose();
      plots.delete(box);
    }
  }
  root.querySelectorAll("[data-chart-figure]").forEach((figure) => near.observe(figure));
}

const redraw = () => { for (const [box, own] of plots) if (own) render(box); };
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => document.querySelectorAll("[data-chart-figure]").forEach(mount));
document.addEventListener("htmx:load", (event) => scan(event.target.parentElement || document));
scan(document);
