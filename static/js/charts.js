/* Charts with one definition. Each builder turns the data of a core.charts.Chart into an ECharts option; this file runs unchanged
   in the page (charts-page.js) and in the embedded V8 that draws SVG for PDF and mail (core/charts.py).
   The data of every kind is described in core/charts.py. Axes and scales are ECharts' own; marks are custom series. */
(function (root) {
  "use strict";

  const SIZE = 12, SMALL = 11;
  const FONT = "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif";
  // c: six hues on six steps of lightness; s: five-point scale, orange = dissatisfied, teal = satisfied. Kept equal to tokens.css.
  const LIGHT = {
    card: "#ffffff", ink: "#14201f", ink2: "#465553", ink3: "#606e6c", grid: "#e6ebea", axis: "#9fabaa", limit: "#7c8a88",
    band: "#eef4f3", accent: "#0f766e", attention: "#875100", "attention-bg": "#fdf2dd",
    c1: "#173b57", c2: "#7b3f6b", c3: "#14857b", c4: "#dd7a1f", c5: "#6fb3d9", c6: "#e3c88f",
    s1: "#b4540a", s2: "#eea860", s3: "#d7dddc", s4: "#83c5bc", s5: "#0f766e",
    "s1-ink": "#ffffff", "s2-ink": "#3b1d00", "s3-ink": "#2b3836", "s4-ink": "#06302c", "s5-ink": "#ffffff",
  };
  const DARK = {
    card: "#161e1d", ink: "#e8eeed", ink2: "#b3c0be", ink3: "#8d9b99", grid: "#232e2c", axis: "#53615f", limit: "#8d9b99",
    band: "#17211f", accent: "#37b8a8", attention: "#ecb65c", "attention-bg": "#30230c",
    c1: "#41618a", c2: "#9a5488", c3: "#259a8c", c4: "#e08a3a", c5: "#86c0e4", c6: "#f3e6c4",
    s1: "#b3590f", s2: "#e9ad6f", s3: "#47534f", s4: "#5aa79d", s5: "#16776d",
    "s1-ink": "#ffffff", "s2-ink": "#2c1600", "s3-ink": "#e8eeed", "s4-ink": "#04211e", "s5-ink": "#ffffff",
  };
  const PALETTES = { light: LIGHT, dark: DARK, print: LIGHT };

  function palette(theme, read) {
    const base = PALETTES[theme] || LIGHT, own = {};
    for (const name in base) own[name] = (read && read("--" + name.replace(/^ink(\d)$/, "ink-$1"))) || base[name];
    return own;
  }

  /* ---- numbers and words ---- */
  function num(value, decimals) {
    if (value == null) return "–";
    const fixed = Math.abs(value).toFixed(decimals || 0).split(".");
    fixed[0] = fixed[0].replace(/\B(?=(\d{3})+$)/g, ",");
    return (value < 0 && Number(fixed.join("").replace(/,/g, "")) ? "−" : "") + fixed.join(".");
  }
  const signed = (value, decimals) => (Number(value.toFixed(decimals || 0)) > 0 ? "+" : "") + num(value, decimals);
  const fill = (words, value) => words.replace("{}", value);
  const sum = (list) => list.reduce((total, value) => total + (value || 0), 0);
  const top = (list, least) => list.reduce((most, value) => Math.max(most, value == null ? most : value), least);

  // Estimated, not measured: the page and the PDF must break a label at the same place.
  function textWidth(text, size, bold) {
    let em = 0;
    for (const char of String(text)) {
      const code = char.codePointAt(0);
      em += code >= 0x2e80 ? 1 : /[A-Zmw%@+−–—±→←]/.test(char) ? 0.7 : /[ilj.,:;'| ]/.test(char) ? 0.32 : 0.6;
    }
    return em * (size || SIZE) * (bold ? 1.05 : 1);
  }

  function cut(text, room, size) {
    if (textWidth(text, size) <= room) return text;
    let kept = Array.from(text);
    while (kept.length > 1 && textWidth(kept.join("") + "…", size) > room) kept = kept.slice(0, -1);
    return kept.join("").trimEnd() + "…";
  }

  function breakAt(text, room, size) {
    const pieces = String(text).match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+/g) || [""], lines = [""];
    for (const piece of pieces) {
      const last = lines.length - 1;
      if (lines[last] && textWidth(lines[last] + piece.trimEnd(), size) > room) lines.push(piece);
      else lines[last] += piece;
    }
    return lines;
  }
  // At most so many lines, of about the same length.
  function wrap(text, room, size, most) {
    let lines = breakAt(text, room, size);
    const even = breakAt(text, Math.min(room, textWidth(text, size) / lines.length + (size || SIZE)), size);
    if (even.length === lines.length) lines = even;
    const kept = lines.slice(0, most);
    if (lines.length > most) kept[most - 1] += lines.slice(most).join("");
    return kept.map((line) => cut(line.trim(), room, size));
  }

  function nice(low, high, count) {
    const span = high - low || Math.abs(high) || 1, rough = span / (count || 5), unit = Math.pow(10, Math.floor(Math.log10(rough)));
    const interval = [1, 2, 2.5, 5, 10].map((k) => k * unit).find((k) => k >= rough * 0.999);
    const round = (value) => Number(value.toFixed(8));
    return { min: round(Math.floor(low / interval + 1e-9) * interval), max: round(Math.ceil(high / interval - 1e-9) * interval), interval };
  }
  function scale(values, bounds, unit, count) {
    const known = values.filter((value) => value != null);
    if (bounds) return nice(bounds[0], bounds[1], count);
    const low = Math.min(...known), high = Math.max(...known), air = (high - low) * 0.04;
    const share = unit === "%" && low >= 0 && high <= 100;
    return nice(share ? Math.max(0, low - air) : low - air, share ? Math.min(100, high + air) : high + air, count);
  }
  const tickDecimals = (axis) => (Number.isInteger(axis.interval) && Number.isInteger(axis.min) ? 0 : axis.interval < 0.1 ? 2 : 1);

  /* ---- shapes ---- */
  const text = (c, x, y, words, style) => ({
    type: "text", silent: true,
    style: Object.assign({ x, y, text: String(words), fill: c.p.ink, fontSize: SIZE, fontFamily: c.font, align: "left", verticalAlign: "middle" }, style),
  });
  const lineStyle = (stroke, width, dash) => ({ stroke, lineWidth: width || 1, lineDash: dash || null, fill: null });
  const line = (x1, y1, x2, y2, stroke, width, dash) => ({
    type: "line", silent: true, shape: { x1, y1, x2, y2 }, style: lineStyle(stroke, width, dash),
  });
  const path = (points, stroke, width, dash) => ({ type: "polyline", silent: true, shape: { points }, style: lineStyle(stroke, width, dash) });
  const bar = (x, y, width, height, fill, r) => ({ type: "rect", shape: { x, y, width: Math.max(0, width), height, r: r || 0 }, style: { fill } });
  const area = (x, y, width, height) => bar(x, y, width, height, "rgba(0,0,0,0)");
  const dot = (x, y, fill, stroke, r) => ({ type: "circle", shape: { cx: x, cy: y, r: r || 5 }, style: { fill, stroke, lineWidth: 1.7 } });

  // Diagonals cut exactly at the rectangle: the shade survives a grey copy and needs no pattern.
  function hatch(x, y, width, height, stroke, gap) {
    let pathData = "";
    for (let at = gap || 5; at < width + height; at += gap || 5) {
      pathData += `M${x + Math.min(at, width)} ${y + Math.max(0, at - width)}L${x + Math.max(0, at - height)} ${y + Math.min(at, height)}`;
    }
    return pathData ? [{ type: "path", silent: true, shape: { pathData }, style: lineStyle(stroke, 1) }] : [];
  }
  const dissatisfied = (c, x, y, width, height) => [bar(x, y, width, height, c.p.s1), ...hatch(x, y, width, height, c.p["s1-ink"])];

  function whisker(low, high, at, stroke, upright) {
    const end = (value) => (upright ? line(at - 3.5, value, at + 3.5, value, stroke, 1.7) : line(value, at - 3.5, value, at + 3.5, stroke, 1.7));
    return [upright ? line(at, low, at, high, stroke, 1.7) : line(low, at, high, at, stroke, 1.7), end(low), end(high)];
  }

  // Three shapes for three verdicts, told apart without colour.
  function mark(c, verdict, x, y) {
    const triangle = (points, fill) => ({ type: "polygon", silent: true, shape: { points }, style: { fill } });
    if (verdict === "better") return triangle([[x, y + 4], [x + 5, y - 5], [x + 10, y + 4]], c.p.s5);
    if (verdict === "worse") return triangle([[x, y - 4], [x + 5, y + 5], [x + 10, y - 4]], c.p.s1);
    return dot(x + 5, y, "rgba(0,0,0,0)", c.p.ink3, 4);
  }

  // A small group is hidden in one way everywhere: a hatched strip and the reason.
  function suppressed(c, x, y, width, words) {
    const room = Math.min(width, textWidth(words) + 16), left = x + (width - room) / 2;
    return [bar(x, y - 7, width, 14, c.p.band), ...hatch(x, y - 7, width, 14, c.p.axis, 7), bar(left, y - 9, room, 18, c.p.card),
      text(c, x + width / 2, y, cut(words, room, SIZE), { fill: c.p.ink3, align: "center" })];
  }

  /* ---- the option ---- */
  function layer(items, draw, z) {
    return {
      type: "custom", coordinateSystem: "cartesian2d", clip: false, z: z || 3, silent: !items.some((item) => item.tip || item.url),
      data: items.map((item, index) => ({ value: [index, 0], name: item.label, tip: item.tip, url: item.url })),
      renderItem(params, api) {
        const item = items[params.dataIndex], plot = params.coordSys;
        const at = { x: (value) => api.coord([value, 0])[0], y: (value) => api.coord([0, value])[1] };
        at.left = plot.x; at.top = plot.y; at.right = plot.x + plot.width; at.bottom = plot.y + plot.height; at.width = plot.width;
        return { type: "group", children: draw(item, params.dataIndex, at).flat(9).filter(Boolean) };
      },
    };
  }
  const paint = (draw, z) => layer([{}], (_, __, at) => draw(at), z);

  function option(c, frame, x, y, series) {
    const axis = (own, extra) => Object.assign({
      type: "value", axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false, lineStyle: { color: c.p.grid } },
      axisLabel: { show: false, color: c.p.ink3, fontSize: SMALL, fontFamily: c.font, margin: 8 },
    }, own, extra);
    return {
      animation: false, backgroundColor: "transparent", textStyle: { fontFamily: c.font }, aria: { enabled: false },
      tooltip: {
        trigger: "item", renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: c.p.card, borderColor: c.p.axis, borderWidth: 1,
        padding: [6, 10], textStyle: { color: c.p.ink, fontSize: SIZE, lineHeight: 18, fontFamily: c.font }, formatter: (params) => params.data.tip || "",
      },
      grid: { left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom, outerBoundsMode: "none" },
      xAxis: axis(x), yAxis: axis(y), series,
    };
  }
  const ticks = (c, unit, axis) => ({
    show: true, color: c.p.ink3, fontSize: SMALL, fontFamily: c.font, margin: 8, hideOverlap: true,
    formatter: (value) => num(value, tickDecimals(axis)) + (unit || ""),
  });
  const rowAxis = (rows) => ({ min: 0, max: rows, inverse: true });
  const splits = (c) => ({ show: true, lineStyle: { color: c.p.grid } });

  // Rows with their names on the left: how wide the names are, how tall a row is.
  function rowFrame(c, rows, more) {
    const least = c.width * (c.width < 480 ? 0.3 : 0.34), own = Object.assign({ top: 6, bottom: 6, right: 0, step: 30 }, more);
    const room = Math.min(top(rows.map((row) => textWidth(row.label, SIZE, row.strong)), 36), least);
    const labels = rows.map((row) => wrap(row.label, room, SIZE, 2));
    const based = own.base && rows.some((row) => row.n != null);
    own.step = Math.max(own.step, top(labels.map((lines) => lines.length), 1) * 16 + (based ? 14 : 0) + 8);
    own.left = Math.ceil(Math.max(room, based ? 60 : 0)) + 14;
    own.height = own.top + own.bottom + own.step * rows.length;
    own.label = (row, index, y) => {
      const lines = labels[index], n = based && row.n != null, height = lines.length * 16 + (n ? 14 : 0);
      const drawn = lines.map((words, k) => text(c, 0, y - height / 2 + 8 + 16 * k, words, row.strong ? { fontWeight: "bold" } : null));
      if (n) drawn.push(text(c, 0, y + height / 2 - 7, "n=" + num(row.n), { fontSize: SMALL, fill: c.p.ink3 }));
      return drawn;
    };
    own.hit = (index, at) => area(0, at.y(index), c.width, own.step);
    return own;
  }

  // Keys: [{draw(x, y) → shapes, words}], flowing from left to right.
  function legend(c, keys, left) {
    const placed = [], from = left || 0;
    let x = from, y = 0;
    for (const key of keys) {
      const width = 20 + textWidth(key.words, SMALL) + 16;
      if (x > from && x + width - 16 > c.width) { x = from; y += 18; }
      placed.push({ key, x, y });
      x += width;
    }
    return {
      height: keys.length ? y + 18 : 0,
      draw: (from_y) => placed.map(({ key, x: at, y: down }) => [
        key.draw(at, from_y + down + 9), text(c, at + 20, from_y + down + 9, key.words, { fontSize: SMALL, fill: c.p.ink2 })]),
    };
  }
  const swatch = (fill) => (x, y) => bar(x, y - 5, 14, 10, fill);

  // Intervals that overlap stand side by side: the lane of each bracket.
  function lanes(brackets) {
    const ends = [];
    return brackets.map(([first, last]) => {
      let lane = ends.findIndex((end) => end < first);
      if (lane < 0) lane = ends.length;
      ends[lane] = last;
      return lane;
    });
  }

  /* ---- the kinds ---- */
  const build = {};

  build.dot_interval = function (c, d) {
    const difference = Boolean(d.difference), show = difference ? signed : num, unit = d.unit || "", decimals = d.decimals == null ? 1 : d.decimals;
    const brackets = d.brackets || [], lane = lanes(brackets), marks = [].concat(d.reference || [], d.lines || []);
    const notes = c.width >= 480 && d.rows.some((row) => row.note || row.verdict);
    const noteRoom = notes ? top(d.rows.map((row) => textWidth(row.note || "", SMALL)), 0) + (d.rows.some((row) => row.verdict) ? 18 : 4) : 0;
    const valueRoom = top(d.rows.map((row) => (row.value == null ? 0 : textWidth(show(row.value, decimals) + unit, SIZE, true))), 30) + 14;
    const laneRoom = brackets.length ? (Math.max(...lane) + 1) * 9 + 8 : 0;
    const colour = (row) => (difference ? { better: c.p.s5, worse: c.p.c4 }[row.verdict] || c.p.limit : c.p.s5);
    const keys = [];
    if (!difference) keys.push({ words: d.value_label || c.w.interval, draw: (x, y) => [line(x, y, x + 16, y, c.p.s5, 1.7), dot(x + 8, y, c.p.s5, c.p.s5, 4)] });
    if (d.rows.some((row) => row.previous != null)) keys.push({ words: d.previous_label || c.w.previous, draw: (x, y) => dot(x + 8, y, c.p.card, c.p.limit, 4) });
    for (const verdict of ["better", "none", "worse"]) {
      if (d.rows.some((row) => row.verdict === verdict) && notes) keys.push({ words: c.w[verdict], draw: (x, y) => mark(c, verdict, x + 4, y) });
    }
    if (brackets.length) keys.push({ words: c.w.bracket, draw: (x, y) => path([[x + 6, y - 6], [x + 11, y - 6], [x + 11, y + 6], [x + 6, y + 6]], c.p.ink, 1.2) });
    const foot = legend(c, keys), below = marks.length ? 20 : 4;
    const f = rowFrame(c, d.rows, { base: true, top: 26, right: valueRoom + laneRoom + noteRoom + 6, bottom: foot.height + below + 6 });
    const values = d.rows.flatMap((row) => [row.value, row.low, row.high, row.previous]).concat(marks.map((own) => own.value), difference ? [0] : []);
    const axis = values.some((value) => value != null) ? scale(values, d.bounds, unit, c.width < 480 ? 3 : 5) : scale([0, 1]);
    const tip = (row) => [row.label, row.suppressed || show(row.value, decimals) + unit,
      row.low == null || row.suppressed ? "" : c.w.interval + " " + show(row.low, decimals) + "–" + show(row.high, decimals) + unit,
      row.previous == null || row.suppressed ? "" : (d.previous_label || c.w.previous) + " " + num(row.previous, decimals) + unit,
      row.n == null ? "" : "n=" + num(row.n), row.note || ""].filter(Boolean).join("\n");
    const rows = d.rows.map((row) => Object.assign({ tip: tip(row) }, row));
    const draw = (row, index, at) => {
      const y = at.y(index + 0.5), end = at.right + valueRoom - 2, drawn = [f.hit(index, at), f.label(row, index, y)];
      if (row.suppressed) return [drawn, suppressed(c, at.left, y, at.width, row.suppressed)];
      if (row.previous != null) drawn.push(line(at.x(row.previous), y, at.x(row.value), y, c.p.axis), dot(at.x(row.previous), y, c.p.card, c.p.limit, 4));
      if (row.low != null) drawn.push(whisker(at.x(row.low), at.x(row.high), y, colour(row)));
      if (row.value != null) drawn.push(dot(at.x(row.value), y, colour(row), c.p.card), text(c, end, y, show(row.value, decimals) + unit, { align: "right", fontWeight: "bold" }));
      if (notes && row.verdict) drawn.push(mark(c, row.verdict, end + laneRoom + 8, y));
      if (notes && row.note) drawn.push(text(c, c.width, y, row.note, { align: "right", fontSize: SMALL, fill: row.verdict && row.verdict !== "none" ? c.p.ink : c.p.ink3 }));
      return drawn;
    };
    const under = (at) => [
      difference ? line(at.x(0), at.top, at.x(0), at.bottom, c.p.ink3, 1) : null,
      marks.map((own) => [line(at.x(own.value), at.top, at.x(own.value), at.bottom + 4, c.p.limit, 1, [3, 3]),
        text(c, at.x(own.value), at.bottom + 13, own.label, { align: "center", fontSize: SMALL, fill: c.p.ink2 })]),
      brackets.map(([first, last], k) => {
        const x = at.right + valueRoom + 6 + lane[k] * 9, y1 = at.y(first) + 8, y2 = at.y(last + 1) - 8;
        return path([[x - 4, y1], [x, y1], [x, y2], [x - 4, y2]], c.p.ink, 1.2);
      }),
      foot.draw(at.bottom + below),
    ];
    const x = Object.assign({ position: "top", axisLabel: ticks(c, unit, axis), splitLine: splits(c) }, axis);
    return { height: f.height, option: option(c, f, x, rowAxis(rows.length), [paint(under, 2), layer(rows, draw)]) };
  };

  build.diverging = function (c, d) {
    const levels = d.scale.length, middle = levels % 2 ? (levels - 1) / 2 : null;
    const tones = { 2: [2, 4], 3: [2, 3, 4], 4: [1, 2, 4, 5], 5: [1, 2, 3, 4, 5] }[levels] || d.scale.map((_, k) => (k === middle ? 3 : k < levels / 2 ? (k ? 2 : 1) : k === levels - 1 ? 5 : 4));
    const shares = (row) => row.shares || row.counts.map((count) => (count / (sum(row.counts) || 1)) * 100);
    const low = (parts) => sum(parts.slice(0, Math.floor(levels / 2))), high = (parts) => sum(parts.slice(Math.ceil(levels / 2)));
    const half = (parts) => (middle == null ? 0 : parts[middle] / 2);
    const seen = d.rows.filter((row) => !row.suppressed).map(shares), widest = (list) => top(list, 1);
    const below = widest(seen.map((parts) => low(parts) + half(parts))), above = widest(seen.map((parts) => high(parts) + half(parts)));
    const key = d.scale.map((words, k) => ({ words, draw: (x, y) => (tones[k] === 1 ? dissatisfied(c, x, y - 5, 14, 10) : bar(x, y - 5, 14, 10, c.p["s" + tones[k]])) }));
    const head = legend(c, key), baseRoom = c.width >= 420 ? top(d.rows.map((row) => textWidth("n=" + num(row.n), SMALL)), 30) + 12 : 0;
    const f = rowFrame(c, d.rows, { top: head.height + 26, right: baseRoom + 52 });
    f.left += 46;
    const tip = (row) => [row.label].concat(row.suppressed || d.scale.map((words, k) => words + " " + num(shares(row)[k], 1) + "%" + (row.counts ? "（" + num(row.counts[k]) + "）" : "")),
      "n=" + num(row.n == null ? sum(row.counts || []) : row.n)).join("\n");
    const rows = d.rows.map((row) => Object.assign({ tip: tip(row) }, row));
    const draw = (row, index, at) => {
      const y = at.y(index + 0.5), drawn = [f.hit(index, at), f.label(row, index, y)], height = Math.min(22, f.step - 8);
      if (row.suppressed) return [drawn, suppressed(c, at.left, y, at.width, row.suppressed)];
      const parts = shares(row);
      let x = at.x(-low(parts) - half(parts));
      drawn.push(text(c, x - 6, y, num(low(parts), 1) + "%", { align: "right", fill: c.p.ink2 }));
      parts.forEach((part, k) => {
        const width = at.x(part) - at.x(0), words = num(part) + "%", tone = tones[k];
        drawn.push(tone === 1 ? dissatisfied(c, x, y - height / 2, width, height) : bar(x, y - height / 2, width, height, c.p["s" + tone]));
        if (tone !== 1 && width > textWidth(words, SMALL) + 4) drawn.push(text(c, x + width / 2, y, words, { align: "center", fontSize: SMALL, fill: c.p["s" + tone + "-ink"] }));
        x += width;
      });
      drawn.push(text(c, x + 6, y, num(high(parts), 1) + "%", { fontWeight: "bold" }));
      if (baseRoom) drawn.push(text(c, c.width, y, "n=" + num(row.n == null ? sum(row.counts || []) : row.n), { align: "right", fontSize: SMALL, fill: c.p.ink3 }));
      return drawn;
    };
    const under = (at) => [
      head.draw(0), line(at.x(0), at.top - 8, at.x(0), at.bottom, c.p.limit, 1, [3, 3]),
      text(c, at.x(0) - 8, at.top - 14, "← " + (d.low_label || c.w.dissatisfied), { align: "right", fontSize: SMALL, fill: c.p.ink2 }),
      text(c, at.x(0) + 8, at.top - 14, (d.high_label || c.w.satisfied) + " →", { fontSize: SMALL, fill: c.p.ink2 })];
    return { height: f.height, option: option(c, f, { min: -below, max: above }, rowAxis(rows.length), [layer(rows, draw), paint(under, 4)]) };
  };

  // Moves labels apart so that neighbours keep a line's height.
  function apart(labels, gap) {
    const sorted = labels.slice().sort((a, b) => a.y - b.y);
    for (let round = 0; round < 8; round++) {
      for (let k = 1; k < sorted.length; k++) {
        const lack = gap - (sorted[k].y - sorted[k - 1].y);
        if (lack > 0.01) { sorted[k].y += lack / 2; sorted[k - 1].y -= lack / 2; }
      }
    }
    return sorted;
  }

  build.trend_limits = function (c, d) {
    const unit = d.unit || "", decimals = d.decimals == null ? 1 : d.decimals, count = d.points.length, last = d.points[count - 1];
    const breaks = d.breaks || [], starts = [0].concat(breaks.filter((own) => !own.comparable).map((own) => own.before), [count]);
    const segments = starts.slice(0, -1).map((from, k) => d.points.slice(from, starts[k + 1]).map((point, i) => ({ point, i: from + i })));
    const show = (value) => num(value, decimals) + unit, values = d.points.flatMap((point) => [point.value, point.low, point.high, point.lower, point.upper]);
    const axis = scale(values.concat(d.target ? [d.target.value] : []), d.bounds, unit, 5);
    const ends = [["upper", c.w.upper], ["center", c.w.center], ["lower", c.w.lower]].filter(([name]) => last[name] != null).map(([name, words]) => ({ value: last[name], words: fill(words, show(last[name])) }));
    if (d.target) ends.push({ value: d.target.value, words: d.target.label + (/[\w)]$/.test(d.target.label) ? " " : "") + show(d.target.value) });
    const f = { left: textWidth(num(axis.max, tickDecimals(axis)) + unit, SMALL) + 14, top: breaks.length ? 34 : 20, bottom: 42, height: d.height || 250 };
    f.right = top(ends.map((end) => textWidth(end.words, SMALL)), 4) + 10;
    const room = (c.width - f.left - f.right) / count, each = Math.ceil(top(d.points.map((point) => textWidth(point.label, SMALL)), 20) / (room - 4));
    const signal = (point) => point.signal || (point.upper != null && point.value > point.upper) || (point.lower != null && point.value < point.lower);
    const tip = (point) => [point.label, show(point.value), point.low == null ? "" : c.w.interval + " " + show(point.low) + "–" + show(point.high),
      point.upper == null ? "" : c.w.limits + " " + show(point.lower) + "–" + show(point.upper), point.n == null ? "" : "n=" + num(point.n), signal(point) ? c.w.signal : ""].filter(Boolean).join("\n");
    const points = d.points.map((point) => Object.assign({ tip: point.suppressed || tip(point) }, point));
    const stairs = (segment, name, at) => segment.filter(({ point }) => point[name] != null).flatMap(({ point, i }) => [[at.x(i), at.y(point[name])], [at.x(i + 1), at.y(point[name])]]);
    const limits = (segment, at) => [["upper", [5, 3]], ["center", null], ["lower", [5, 3]]].map(([name, dash]) => {
      const steps = stairs(segment, name, at);
      return steps.length ? path(steps, name === "center" ? c.p.axis : c.p.limit, 1, dash) : null;
    });
    const band = (segment, at) => {
      const known = segment.filter(({ point }) => point.low != null);
      const edge = (name) => known.map(({ point, i }) => [at.x(i + 0.5), at.y(point[name])]);
      return known.length > 1 ? { type: "polygon", silent: true, shape: { points: edge("high").concat(edge("low").reverse()) }, style: { fill: c.p.band } } : null;
    };
    const under = (at) => [
      segments.map((segment) => [band(segment, at), limits(segment, at)]),
      d.target ? line(at.left, at.y(d.target.value), at.right, at.y(d.target.value), c.p.attention, 1, [2, 3]) : null,
      segments.map((segment) => path(segment.filter(({ point }) => point.value != null).map(({ point, i }) => [at.x(i + 0.5), at.y(point.value)]), c.p.s5, 2)),
      breaks.map((own) => {
        const x = at.x(own.before), words = cut(own.label, c.width * 0.6, SMALL), flip = x + 6 + textWidth(words, SMALL) > c.width;
        return [line(x, at.top - 20, x, at.bottom, own.comparable ? c.p.axis : c.p.attention, own.comparable ? 1 : 1.6, own.comparable ? [1, 3] : null),
          text(c, flip ? x - 6 : x + 6, at.top - 16, words, { align: flip ? "right" : "left", fontSize: SMALL, fill: own.comparable ? c.p.ink3 : c.p.attention })];
      }),
      apart(ends.map((end) => ({ y: at.y(end.value), words: end.words })), 14).map((end) => text(c, at.right + 8, end.y, end.words, { fontSize: SMALL, fill: c.p.ink2 })),
      line(at.left, at.bottom, at.right, at.bottom, c.p.axis),
    ];
    const draw = (point, i, at) => {
      const x = at.x(i + 0.5), y = at.y(point.value), final = i === count - 1, colour = signal(point) ? c.p.s1 : c.p.s5, drawn = [area(at.x(i), at.top, at.x(i + 1) - at.x(i), f.height - at.top)];
      const rules = [point.center, point.upper, point.lower, d.target && d.target.value].filter((value) => value != null).map(at.y);
      const crossed = (label) => rules.some((rule) => Math.abs(rule - label) < 8), high = point.value >= (point.center == null ? (d.points[Math.max(0, i - 1)].value || 0) : point.center);
      const above = high ? !crossed(y - 14) || crossed(y + 15) : crossed(y + 15) && !crossed(y - 14);
      if ((count - 1 - i) % each === 0) {
        const middle = Math.min(x, c.width - textWidth(point.label, SMALL, final) / 2);
        drawn.push(text(c, middle, at.bottom + 12, point.label, { align: "center", fontSize: SMALL, fontWeight: final ? "bold" : "normal", fill: final ? c.p.ink : c.p.ink2 }));
        if (point.n != null && room * each > 38) drawn.push(text(c, middle, at.bottom + 27, "n=" + num(point.n), { align: "center", fontSize: 10, fill: c.p.ink3 }));
      }
      if (point.value == null) return [drawn, point.suppressed ? hatch(x - 6, at.bottom - 24, 12, 24, c.p.axis, 5) : null];
      drawn.push(dot(x, y, final || signal(point) ? colour : c.p.card, colour, final ? 5 : 4));
      if (room > 34 || final || signal(point)) drawn.push(text(c, x, above ? y - 14 : y + 15, num(point.value, decimals), { align: "center", fontSize: final ? SIZE : SMALL, fontWeight: final ? "bold" : "normal" }));
      return drawn;
    };
    const y = Object.assign({ axisLabel: ticks(c, unit, axis), splitLine: splits(c) }, axis);
    return { height: f.height, option: option(c, f, { min: 0, max: count }, y, [paint(under, 2), layer(points, draw)]) };
  };

  build.pareto = function (c, d) {
    const unit = d.unit || "", total = sum(d.rows.map((row) => row.value)), f = { left: 4, right: 44, top: 30, bottom: 46, height: d.height || 260 };
    const most = Math.max(3, Math.floor((c.width - f.left - f.right) / 46)), sorted = d.rows.filter((row) => !row.other).sort((a, b) => b.value - a.value);
    const rest = sorted.splice(sorted.length + 1 > most ? most - 1 : sorted.length), others = rest.concat(d.rows.filter((row) => row.other));
    let rows = sorted, run = 0;
    if (others.length) rows = rows.concat({ label: others.length === 1 ? others[0].label : c.w.other, value: sum(others.map((row) => row.value)), other: true, url: others.length === 1 ? others[0].url : "" });
    const vital = d.cut || 80;
    rows = rows.map((row) => {
      const before = (run / total) * 100;
      run += row.value;
      const share = (run / total) * 100;
      return Object.assign({}, row, { share, vital: before < vital && (share <= vital + 5 || !before) && !row.other, tip: row.label + "\n" + num(row.value) + unit + "\n" + c.w.cumulative + " " + num(share, 0) + "%" });
    });
    const room = (c.width - f.left - f.right) / rows.length, labels = rows.map((row) => wrap(row.label, room - 6, SMALL, 3));
    f.bottom = 14 + 14 * top(labels.map((lines) => lines.length), 1);
    const axis = { min: 0, max: total, interval: total / 5 };
    const draw = (row, i, at) => {
      const width = Math.min(64, room - 14), middle = at.x(i + 0.5), y = at.y(row.value), inside = at.bottom - y > 13 && !row.other;
      const [fill, ink] = row.other ? [c.p.s3, c.p.ink] : row.vital ? [c.p.s5, c.p["s5-ink"]] : [c.p.s4, c.p["s4-ink"]];
      return [area(at.x(i), at.top, room, f.height - at.top), bar(middle - width / 2, y, width, at.bottom - y, fill, 2),
        row.other ? hatch(middle - width / 2, y, width, at.bottom - y, c.p.axis, 6) : null,
        text(c, middle, inside ? at.bottom - Math.min(10, (at.bottom - y) / 2) : y - 9, num(row.value), { align: "center", fontWeight: "bold", fill: inside ? ink : c.p.ink }),
        labels[i].map((words, k) => text(c, middle, at.bottom + 14 + 14 * k, words, { align: "center", fontSize: SMALL }))];
    };
    const over = (at) => {
      const points = rows.map((row, i) => [at.x(i + 0.5), at.y((row.share / 100) * total)]);
      return [text(c, at.left, 8, fill(c.w.pareto, num(total) + unit), { fontSize: SMALL, fill: c.p.ink3 }), line(at.left, at.bottom, at.right, at.bottom, c.p.axis), path(points, c.p.ink, 1.4),
        points.map(([x, y], i) => [{ ...dot(x, y, c.p.card, c.p.ink, 3.5), silent: true },
          i && (room > 34 || i === rows.length - 1) ? text(c, x, y - 12, num(rows[i].share) + "%", { align: "center", fontSize: SMALL, fontWeight: rows[i].vital ? "bold" : "normal" }) : null])];
    };
    const percent = { show: true, color: c.p.ink3, fontSize: SMALL, fontFamily: c.font, margin: 8, formatter: (value) => num((value / total) * 100) + "%" };
    const y = Object.assign({ position: "right", axisLabel: percent, splitLine: splits(c) }, axis);
    return { height: f.height, option: option(c, f, { min: 0, max: rows.length }, y, [layer(rows, draw), paint(over, 4)]) };
  };

  build.funnel = function (c, d) {
    const first = d.stages[0].value || 1, stages = d.stages.map((stage, i) => {
      const before = i ? d.stages[i - 1].value : null, share = before ? (stage.value / before) * 100 : null;
      return Object.assign({ share, tip: [stage.label, num(stage.value), share == null ? "" : c.w.of_previous + " " + num(share, 1) + "%", stage.note || ""].filter(Boolean).join("\n") }, stage);
    });
    const wide = c.width >= 380, noteRoom = wide ? top(stages.map((stage) => textWidth(stage.note || "", SMALL)), 0) : 0, shareRoom = Math.max(54, textWidth(c.w.of_previous, SMALL) + 8);
    const f = rowFrame(c, stages, { top: 24, right: 52 + shareRoom + (noteRoom ? noteRoom + 16 : 0) });
    const draw = (stage, i, at) => {
      const y = at.y(i + 0.5), end = at.x(stage.value);
      return [f.hit(i, at), f.label(stage, i, y), bar(at.left, y - 10, at.width, 20, c.p.band, 2), bar(at.left, y - 10, end - at.left, 20, i === stages.length - 1 ? c.p.s5 : c.p.c5, 2),
        text(c, at.right + 48, y, num(stage.value), { align: "right", fontWeight: "bold" }),
        stage.share == null ? null : text(c, at.right + 48 + shareRoom, y, num(stage.share, 1) + "%", { align: "right", fill: c.p.ink2 }),
        wide && stage.note ? text(c, c.width, y, stage.note, { align: "right", fontSize: SMALL, fill: c.p.ink3 }) : null];
    };
    const head = (at) => text(c, at.right + 48 + shareRoom, 12, c.w.of_previous, { align: "right", fontSize: SMALL, fill: c.p.ink3 });
    return { height: f.height, option: option(c, f, { min: 0, max: top(stages.map((stage) => stage.value), first) }, rowAxis(stages.length), [layer(stages, draw), paint((at) => [head(at)])]) };
  };

  build.ageing = function (c, d) {
    const unit = d.unit || "", wide = c.width >= 480, notes = wide ? top(d.rows.map((row) => textWidth(row.note || "", SMALL)), 0) : 0;
    const rows = d.rows.map((row) => Object.assign({ tip: [row.label, num(row.value) + unit, row.note || ""].filter(Boolean).join("\n") }, row));
    const f = rowFrame(c, rows, { step: 28, right: top(rows.map((row) => textWidth(num(row.value) + unit, SIZE, true)), 24) + 12 + (notes ? Math.min(notes, c.width * 0.35) + 12 : 0) });
    const draw = (row, i, at) => {
      const y = at.y(i + 0.5), width = at.x(row.value) - at.left, fill = { attention: c.p.s2, late: c.p.s1 }[row.state] || c.p.s5;
      return [f.hit(i, at), f.label(row, i, y), row.state === "late" ? dissatisfied(c, at.left, y - 9, width, 18) : bar(at.left, y - 9, width, 18, fill, 2),
        text(c, at.left + width + 8, y, num(row.value) + unit, { fontWeight: "bold" }),
        notes && row.note ? text(c, c.width, y, cut(row.note, c.width * 0.35, SMALL), { align: "right", fontSize: SMALL, fill: c.p.ink3 }) : null];
    };
    const base = (at) => [line(at.left, at.top, at.left, at.bottom, c.p.axis)];
    return { height: f.height, option: option(c, f, { min: 0, max: top(rows.map((row) => row.value), 1) }, rowAxis(rows.length), [layer(rows, draw), paint(base)]) };
  };

  build.contribution = function (c, d) {
    const decimals = d.decimals == null ? 2 : d.decimals, tones = [c.p.s5, c.p.c1, c.p.c5], total = d.total, whole = total.max || top(d.rows.map((row) => row.max), 100), marks = d.marks || [];
    let run = 0;
    const rows = d.rows.map((row) => {
      const from = run;
      run += row.value;
      return Object.assign({ from, tip: [row.label, num(row.value, decimals) + " / " + num(row.max, decimals)].join("\n") }, row);
    }).concat({ from: 0, whole: true, strong: true, tip: total.label + "\n" + num(total.value, 1) + " / " + num(whole, 1), max: whole, ...total });
    // Names of marks that stand too close go on the line above.
    const staggered = marks.map((own, i) => ({ ...own, up: i % 2 === 1 && own.value - marks[i - 1].value < (whole * (textWidth(own.label, SMALL) + 8)) / (c.width * 0.6) }));
    const head = marks.length ? (staggered.some((own) => own.up) ? 42 : 26) : 12, f = rowFrame(c, rows, { top: head, right: 56 });
    const draw = (row, i, at) => {
      const y = at.y(i + 0.5), x = at.x(row.from), end = at.x(row.from + row.value), lost = row.max - row.value, fill = row.whole ? c.p.ink2 : tones[row.group || 0];
      const lack = lost > 0 ? at.x(row.from + row.max) - end : 0, words = num(row.value, row.whole ? 1 : decimals), outside = lack + textWidth(words, SIZE, true) + 10;
      const before = row.from > 0 && x - at.left > textWidth(words, SIZE, true) + 12, inside = row.whole;
      return [f.hit(i, at), f.label(row, i, y), row.whole ? line(0, at.y(i), c.width, at.y(i), c.p.axis) : line(end, y + 10, end, at.y(i + 1) + f.step / 2 - 10, c.p.axis),
        bar(x, y - 10, end - x, 20, fill), lack > 1 && !row.whole ? [hatch(end, y - 10, lack, 20, c.p.c4, 5), path([[end, y - 10], [end + lack, y - 10], [end + lack, y + 10], [end, y + 10]], c.p.c4, 1)] : null,
        inside ? text(c, end - 8, y, words, { align: "right", fontWeight: "bold", fill: c.p.card })
          : before ? text(c, x - 6, y, words, { align: "right", fontWeight: "bold" }) : text(c, end + outside, y, words, { align: "right", fontWeight: "bold" }),
        lost > 0.004 ? text(c, c.width, y, num(-lost, row.whole ? 1 : decimals), { align: "right", fill: c.p.attention, fontWeight: row.whole ? "bold" : "normal" }) : null];
    };
    const over = (at) => staggered.map((own) => [line(at.x(own.value), at.top - 6, at.x(own.value), at.bottom, c.p.limit, 1, [3, 3]),
      text(c, at.x(own.value), at.top - (own.up ? 32 : 16), own.label, { align: "center", fontSize: SMALL, fill: c.p.ink2 })]);
    return { height: f.height, option: option(c, f, { min: 0, max: whole }, rowAxis(rows.length), [paint(over, 2), layer(rows, draw)]) };
  };

  // Puts each name on the first free place beside its cross; free means: inside, on no other name, on no other cross.
  function placeNames(c, points, at) {
    const boxes = points.map((point) => ({ x: at.x(point.x) - 6, y: at.y(point.y) - 6, w: 12, h: 12 }))
      .concat(points.map((point) => ({ x: at.x(point.x_low), y: at.y(point.y) - 2, w: at.x(point.x_high) - at.x(point.x_low), h: 4 })),
        points.map((point) => ({ x: at.x(point.x) - 2, y: at.y(point.y_high), w: 4, h: at.y(point.y_low) - at.y(point.y_high) })));
    const hits = (a, b) => Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y));
    return points.map((point) => {
      const x = at.x(point.x), y = at.y(point.y), w = textWidth(point.label), h = 16, left = at.x(point.x_low), right = at.x(point.x_high), high = at.y(point.y_high), low = at.y(point.y_low);
      const spots = [[x + 8, y - h - 3], [x + 8, y + 3], [x - w - 8, y - h - 3], [x - w - 8, y + 3], [right + 6, y - h / 2], [left - w - 6, y - h / 2], [x - w / 2, high - h - 3], [x - w / 2, low + 3]]
        .map(([bx, by]) => ({ x: Math.min(Math.max(bx, at.left + 2), at.right - w - 2), y: Math.min(Math.max(by, at.top + 2), at.bottom - h - 2), w, h }));
      const best = spots.map((box) => ({ box, cost: sum(boxes.map((other) => hits(box, other))) })).reduce((a, b) => (b.cost < a.cost ? b : a)).box;
      boxes.push(best);
      return best;
    });
  }

  build.importance_performance = function (c, d) {
    const decimals = d.decimals == null ? 1 : d.decimals, xu = d.x_unit || "", yu = d.y_unit || "";
    const filled = d.points.map((point) => ({ x_low: point.x, x_high: point.x, y_low: point.y, y_high: point.y, ...Object.fromEntries(Object.entries(point).filter(([, value]) => value != null)) }));
    const sx = scale(filled.flatMap((p) => [p.x_low, p.x_high, d.x_mean]), d.x_bounds, xu), sy = scale(filled.flatMap((p) => [p.y_low, p.y_high, d.y_mean]), d.y_bounds, yu);
    const tip = (p) => [p.label, d.x_label + " " + num(p.x, 1) + xu + "（" + num(p.x_low, 1) + "–" + num(p.x_high, 1) + "）", d.y_label + " " + num(p.y, decimals) + yu + "（" + num(p.y_low, decimals) + "–" + num(p.y_high, decimals) + "）",
      p.n == null ? "" : "n=" + num(p.n)].filter(Boolean).join("\n");
    const points = filled.map((point) => {
      const open = (point.x_low < d.x_mean && d.x_mean < point.x_high) || (point.y_low < d.y_mean && d.y_mean < point.y_high);
      return { tip: tip(point), ...point, open, first: !open && point.x > d.x_mean && point.y < d.y_mean };
    });
    const keys = [[c.p.s5, c.w.certain], [c.p.s1, c.w.first_certain], [null, c.w.uncertain]].map(([colour, words]) => ({ words, draw: (x, y) => dot(x + 8, y, colour || c.p.card, colour || c.p.ink3) }));
    const foot = legend(c, keys), f = { left: textWidth(num(sy.max, tickDecimals(sy)) + yu, SMALL) + 14, right: 18, top: 26, bottom: foot.height + 50 };
    f.height = d.height || Math.round(Math.min(430, Math.max(300, c.width * 0.6))) + foot.height;
    const under = (at) => {
      const mx = at.x(d.x_mean), my = at.y(d.y_mean), corner = (x, y, words, align, first) => text(c, x, y, words, { align, fill: first ? c.p.s1 : c.p.ink3, fontWeight: first ? "bold" : "normal" });
      return [bar(mx, my, at.right - mx, at.bottom - my, c.p["attention-bg"]), line(mx, at.top, mx, at.bottom, c.p.limit, 1, [4, 3]), line(at.left, my, at.right, my, c.p.limit, 1, [4, 3]),
        corner(at.right - 8, at.top + 12, c.w.keep, "right"), corner(at.right - 8, at.bottom - 12, c.w.improve_first, "right", true), corner(at.left + 8, at.top + 12, c.w.maintain, "left"), corner(at.left + 8, at.bottom - 12, c.w.improve_later, "left"),
        text(c, at.left, 8, d.y_label, { fontSize: SMALL, fill: c.p.ink2 }), text(c, (at.left + at.right) / 2, at.bottom + 36, d.x_label, { align: "center", fontSize: SMALL, fill: c.p.ink2 }), foot.draw(at.bottom + 48)];
    };
    let places = null;
    const draw = (point, i, at) => {
      places = i && places ? places : placeNames(c, points, at);
      const x = at.x(point.x), y = at.y(point.y), colour = point.open ? c.p.ink3 : point.first ? c.p.s1 : c.p.s5;
      return [point.x_low < point.x_high ? whisker(at.x(point.x_low), at.x(point.x_high), y, colour) : null, point.y_low < point.y_high ? whisker(at.y(point.y_low), at.y(point.y_high), x, colour, true) : null,
        dot(x, y, point.open ? c.p.card : colour, colour), text(c, places[i].x, places[i].y + 8, point.label, { fontWeight: point.first ? "bold" : "normal" }), area(x - 14, y - 14, 28, 28)];
    };
    const x = { ...sx, axisLabel: ticks(c, xu, sx), axisLine: { show: true, onZero: false, lineStyle: { color: c.p.axis } } }, y = { ...sy, axisLabel: ticks(c, yu, sy), splitLine: splits(c) };
    return { height: f.height, option: option(c, f, x, y, [paint(under, 2), layer(points, draw)]) };
  };

  build.bars = function (c, d) {
    const unit = d.unit || "", decimals = d.decimals || 0, series = d.series || [], hues = { dissatisfied: ["s2", "s2-ink"], satisfied: ["s5", "s5-ink"], neutral: ["s3", "s3-ink"], accent: ["s5", "s5-ink"], other: ["c5", "s4-ink"] };
    const tone = (k) => hues[(d.tones || [])[k]] || (series.length > 1 ? hues[["accent", "other", "dissatisfied", "neutral"][k % 4]] : hues.accent);
    const total = (row) => (row.total == null ? sum(row.values) : row.total), show = (value) => num(value, decimals) + unit;
    const rows = d.rows.map((row) => ({ ...row, tip: [row.label].concat(row.suppressed || (series.length > 1 ? series.map((words, k) => words + " " + show(row.values[k])) : []), row.suppressed ? [] : show(total(row)), row.note || []).join("\n") }));
    const keys = series.length > 1 ? series.map((words, k) => ({ words, draw: swatch(c.p[tone(k)[0]]) })) : [], seen = rows.filter((row) => !row.suppressed);
    const head = legend(c, keys), f = rowFrame(c, rows, { base: true, step: 28, top: head.height + 6, right: top(seen.map((row) => textWidth(show(total(row)), SIZE, true)), 20) + 12 });
    const draw = (row, i, at) => {
      const y = at.y(i + 0.5), drawn = [f.hit(i, at), f.label(row, i, y)];
      if (row.suppressed) return [drawn, suppressed(c, at.left, y, at.width, row.suppressed)];
      let x = at.left;
      row.values.forEach((value, k) => {
        const width = at.x(value) - at.left, [fill, ink] = tone(k);
        drawn.push(bar(x, y - 9, width, 18, c.p[fill]));
        if (series.length > 1 && width > textWidth(num(value, decimals), SMALL) + 8) drawn.push(text(c, x + width - 6, y, num(value, decimals), { align: "right", fontSize: SMALL, fill: c.p[ink] }));
        x += width;
        if (k && width) drawn.push(line(x - width, y - 9, x - width, y + 9, c.p.card, 1));
      });
      return [drawn, text(c, x + 8, y, show(total(row)), series.length > 1 ? { fill: c.p.ink2 } : { fontWeight: "bold" })];
    };
    return { height: f.height, option: option(c, f, { min: 0, max: top(seen.map((row) => sum(row.values)), d.most || 1) }, rowAxis(rows.length), [layer(rows, draw), paint((at) => [head.draw(0), line(at.left, at.top, at.left, at.bottom, c.p.axis)], 4)]) };
  };

  function empty(c) {
    const words = (at) => [text(c, c.width / 2, 48, c.w.empty, { align: "center", fill: c.p.ink3, fontSize: 13 }), line(c.width / 2 - 24, 70, c.width / 2 + 24, 70, c.p.grid, 2)];
    return { height: 96, option: option(c, { left: 0, right: 0, top: 0, bottom: 0 }, {}, {}, [paint(words)]) };
  }

  function isEmpty(chart) {
    const d = chart.data, items = d.rows || d.points || d.stages || [];
    if (!items.length) return true;
    return ["pareto", "funnel", "ageing"].includes(chart.kind) && !items.some((item) => item.value > 0);
  }

  /* chart: {kind, data, words}; look: {width, theme, read(cssVariable), font} → {height, option} */
  function draw(chart, look) {
    const c = { p: palette(look.theme, look.read), width: look.width, font: look.font || FONT, w: chart.words };
    return isEmpty(chart) ? empty(c) : build[chart.kind](c, chart.data);
  }

  // SVG without style attributes and sheets (they would not pass a strict policy inside a page) and without interaction marks.
  function clean(svg) {
    const shown = /^(fill|stroke|font-(?!family)|opacity)/;
    return svg.replace("<svg ", `<svg font-family="${FONT}" `).replace(/<style[\s\S]*?<\/style>/g, "").replace(/ (class|pointer-events|xml:space|baseProfile|ecmeta_\w+)="[^"]*"/g, "").replace(/ style="([^"]*)"/g, (_, css) =>
      css.split(";").map((rule) => rule.split(":")).filter(([name, value]) => value && shown.test(name.trim())).map(([name, value]) => ` ${name.trim()}="${value.trim()}"`).join(""));
  }

  function svg(chart, look) {
    const drawn = draw(chart, look), plot = root.echarts.init(null, null, { renderer: "svg", ssr: true, width: look.width, height: look.height || drawn.height });
    try {
      plot.setOption(drawn.option);
      return clean(plot.renderToSVGString({ useViewBox: true }));
    } finally {
      plot.dispose();
    }
  }

  root.portalCharts = { draw, svg, kinds: Object.keys(build) };
})(globalThis);
