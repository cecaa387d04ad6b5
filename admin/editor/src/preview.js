// What a rule would have done: the figures, the chart and the decisions, as the server counts them.
import { fill, h, quoted } from "./dom.js";
import { listen } from "./http.js";

const PATIENCE = 1000;

/**
 * A preview inside `panel`; `show(question)` asks for it anew and drops the answer still waited for.
 *
 * The last answer stays, dimmed, until there is another.
 */
export function attachPreview(panel, { url, strings }) {
  const body = panel.querySelector("[data-preview-body]");
  const note = panel.querySelector("[data-preview-note]");
  const bar = panel.querySelector("[data-preview-progress]");
  let waiting = null;

  const stale = (isStale) => panel.classList.toggle("is-stale", isStale);
  const progress = (share) => {
    bar.hidden = share === null;
    bar.querySelector("progress").value = share ?? 0;
  };

  async function show(question) {
    waiting?.abort();
    const own = new AbortController();
    waiting = own;
    stale(true);
    const asked = performance.now();
    try {
      for await (const line of listen(url, question, own.signal)) {
        if (own !== waiting) return;
        if (line.progress) {
          const [done, all] = line.progress;
          if (performance.now() - asked > PATIENCE) progress(all ? done / all : 0);
        } else if (line.preview) {
          draw(body, note, line.preview, strings);
          stale(false);
        } else if (line.problem) {
          say(line.problem);
        }
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      if (own === waiting) say(error.status ? error.message : strings.offline);
    } finally {
      if (own === waiting) {
        waiting = null;
        progress(null);
      }
    }
  }

  function say(message) {
    note.textContent = message;
    const waiting = body.querySelector(".preview-waiting");
    if (waiting) waiting.textContent = message;
  }

  function drop() {
    waiting?.abort();
    waiting = null;
    progress(null);
    stale(true);
  }

  return { show, drop };
}

function draw(body, note, preview, strings) {
  if (!preview.events) {
    note.textContent = "";
    body.replaceChildren(
      h(
        "div",
        { class: "preview-empty" },
        h("p", { class: "preview-empty-title" }, strings.no_history),
        h("p", { class: "text-secondary" }, strings.no_history_help),
      ),
    );
    return;
  }
  note.textContent = preview.note;
  // The chart's element stays the same, so that its lines move instead of starting anew.
  const chart = body.querySelector(".preview-chart") ?? h("div", { class: "preview-chart" });
  body.replaceChildren(
    h("div", { class: "figures" }, preview.figures.map(figure)),
    preview.own ? h("p", { class: "preview-own", "data-preview-own": "" }, preview.own) : null,
    legend(preview, strings),
    chart,
    preview.samples.length ? h("h3", { class: "preview-heading" }, strings.samples) : null,
    h("ol", { class: "samples" }, preview.samples.map(sample)),
  );
  TallyCharts.draw(chart, lines(preview.series, strings));
}

function figure(one) {
  return h(
    "div",
    { class: "figure", "data-figure": one.key },
    h("div", { class: "figure-label" }, one.label),
    h(
      "div",
      { class: "figure-values" },
      h("span", { class: "figure-before" }, one.before),
      h("span", { class: "figure-arrow", "aria-hidden": "true" }, "→"),
      h("span", { class: "figure-after" }, one.after),
    ),
    h("div", { class: `figure-change ${one.direction}` }, one.change),
  );
}

function legend(preview, strings) {
  return h(
    "div",
    { class: "chart-legend" },
    h("span", { class: "chart-title" }, fill(strings.per_day, { unit: preview.series.unit })),
    h("span", { class: "chart-key is-draft" }, strings.draft),
    h("span", { class: "chart-key is-live" }, strings.live),
    h("span", { class: "chart-key is-change" }, strings.change),
  );
}

function sample(one) {
  return h(
    "li",
    { class: `sample ${one.paid ? "is-paid" : "is-unpaid"}` },
    h(
      "div",
      { class: "sample-head" },
      h("a", { href: one.customer_url, class: "sample-customer" }, one.customer),
      h("a", { href: one.url, class: "sample-when", title: one.exact }, one.when),
      h("span", { class: "sample-total" }, one.total),
    ),
    one.sentences.map(({ rule, text }) =>
      h("div", { class: "sample-why" }, h("span", { class: "sample-rule" }, rule), " · ", quoted(text)),
    ),
  );
}

/** What the chart draws: both lines above, and below them, day by day, what lies between. */
function lines(series, strings) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const grid = colour("--chart-grid");
  const { fontFamily } = getComputedStyle(document.body);
  const text = { color: colour("--chart-text"), fontFamily, fontSize: 11 };
  const line = (name, data, shade, width, z) => ({
    name,
    type: "line",
    data,
    showSymbol: false,
    lineStyle: { width, color: shade },
    itemStyle: { color: shade },
    emphasis: { disabled: true },
    z,
  });
  const day = (gridIndex, hasLabels) => ({
    type: "category",
    gridIndex,
    data: series.days,
    boundaryGap: false,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: grid } },
    axisLabel: { ...text, show: hasLabels, interval: Math.ceil(series.days.length / 7) },
    axisPointer: { lineStyle: { color: colour("--chart-live") } },
  });
  const amount = (gridIndex, splitNumber) => ({
    type: "value",
    gridIndex,
    splitNumber,
    axisLabel: text,
    splitLine: { lineStyle: { color: grid } },
  });
  return {
    animation: false,
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: [
      { left: 52, right: 14, top: 10, height: "56%" },
      { left: 52, right: 14, bottom: 22, height: "22%" },
    ],
    tooltip: {
      trigger: "axis",
      // Drawn, not written: a strict policy for styles lets no markup carry its own.
      renderMode: "richText",
      textStyle: { ...text, fontSize: 12 },
      borderColor: grid,
      formatter: tip,
    },
    xAxis: [day(0, false), day(1, true)],
    yAxis: [amount(0, 3), amount(1, 1)],
    series: [
      line(strings.live, series.live, colour("--chart-live"), 1.5, 2),
      line(strings.draft, series.draft, colour("--chart-draft"), 1.75, 3),
      {
        name: strings.change,
        type: "bar",
        xAxisIndex: 1,
        yAxisIndex: 1,
        barCategoryGap: "30%",
        data: series.change.map((value) => ({
          value,
          itemStyle: { color: colour(Number(value) < 0 ? "--down" : "--up") },
        })),
      },
    ],
  };
}

function tip(points) {
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 4 });
  const rows = points.map((point) => `${point.seriesName}  ${format.format(point.value)}`);
  return [points[0].axisValue, ...rows].join("\n");
}
