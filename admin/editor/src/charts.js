// The parts of ECharts that the screens draw with; the server sends whole options as JSON.
import * as echarts from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** Draw `option` inside `element` and keep it as wide as the element. */
export function draw(element, option) {
  const chart = echarts.getInstanceByDom(element) ?? echarts.init(element, null, { renderer: "svg" });
  chart.setOption(option, { notMerge: true });
  if (!element.dataset.observed) {
    element.dataset.observed = "yes";
    new ResizeObserver(() => chart.resize()).observe(element);
  }
  return chart;
}
