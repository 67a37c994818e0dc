/// The look of a page: dark on light, the reader's own font, figures in columns, paper as A4.
enum PageStyle {
  static let css = """
    :root{--ink:#1d2733;--soft:#5a6675;--line:#dfe4ea;--wash:#f5f7f9;--paper:#fff;--metered:#0b6e69;
    --target:#a3530b;--fill:#cfeae6;--warn:#fff7e6;--warnline:#e8c47a}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
    body{margin:0;background:var(--wash);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,
    "Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-variant-numeric:tabular-nums}
    main{max-width:64rem;margin:0 auto;padding:2.5rem 1.5rem 4rem;background:var(--paper)}
    header{border-bottom:2px solid var(--ink);padding-bottom:1.25rem;margin-bottom:1.5rem}
    .kicker{margin:0;color:var(--soft);font-size:.875rem}
    h1{margin:.15rem 0 .5rem;font-size:1.9rem;line-height:1.2;letter-spacing:-.01em;
    overflow-wrap:anywhere}
    h2{margin:2.75rem 0 .75rem;font-size:1.2rem;line-height:1.3}
    p{margin:.5rem 0;max-width:44rem}
    .summary{font-size:1.15rem;max-width:46rem}
    .note{border-left:4px solid var(--warnline);background:var(--warn);padding:.6rem .9rem;
    margin:.75rem 0}
    dl.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));
    border:1px solid var(--line);border-radius:6px;overflow:hidden;
    margin:1.5rem 0}
    dl.figures div{padding:.8rem 1rem;box-shadow:0 0 0 .5px var(--line)}
    dl.figures dt{color:var(--soft);font-size:.8125rem}
    dl.figures dd{margin:0}
    dl.figures .value{font-size:1.3rem;font-weight:600;line-height:1.35;white-space:nowrap}
    dl.figures .of{color:var(--soft);font-size:.8125rem;line-height:1.3;display:block}
    figure{margin:1rem 0}
    figcaption,p.caption{color:var(--soft);font-size:.875rem}
    p.caption{margin:1rem 0 .4rem;max-width:none}
    svg{display:block;width:100%;height:auto}
    svg text{font-size:13px;fill:var(--soft)}
    svg .grid{stroke:var(--line)}
    svg .zero{stroke:var(--soft)}
    svg .fill{fill:var(--fill)}
    svg .baseline,svg .adjusted,svg .target,svg .metered{fill:none;stroke-width:2.5;stroke-linejoin:round}
    svg .baseline{stroke:var(--soft);stroke-dasharray:7 4}
    svg .adjusted{stroke:var(--soft);stroke-width:1.2}
    svg .target{stroke:var(--target);stroke-dasharray:2 4;stroke-linecap:round}
    svg .metered{stroke:var(--metered)}
    svg .commands{stroke:var(--ink);stroke-width:1.5;fill:none}
    .steps{max-width:30rem}
    .steps svg text{fill:var(--ink)}
    .steps .sum{fill:var(--metered)}
    .steps .less{fill:var(--target)}
    .narrow{display:none}
    .homes{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.5rem 1.5rem}
    .homes figure{margin:.5rem 0;break-inside:avoid}
    ul.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;padding:0;
    margin:.25rem 0 .75rem;font-size:.875rem}
    ul.legend svg{display:inline-block;width:30px;height:12px;vertical-align:middle;
    margin-right:.5rem}
    .scroll{overflow-x:auto;margin:0 0 1.25rem}
    table{border-collapse:collapse;width:100%;font-size:.9375rem}
    th,td{padding:.42rem .65rem;border-bottom:1px solid var(--line);text-align:left;
    vertical-align:top}
    th:first-child,td:first-child{padding-left:0}
    th:last-child,td:last-child{padding-right:0}
    thead th{border-bottom:1.5px solid var(--ink);font-weight:600;font-size:.8125rem;
    vertical-align:bottom}
    tbody th{font-weight:400;position:sticky;left:0;background:var(--paper)}
    tfoot th,tfoot td{border-bottom:0;border-top:1.5px solid var(--ink);font-weight:600}
    .n{text-align:right;white-space:nowrap}
    ul.sentences{padding-left:1.1rem;max-width:46rem}
    ul.sentences li{margin:.3rem 0}
    dl.evidence{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.5rem;
    font-size:.9375rem}
    dl.evidence dt{color:var(--soft)}
    dl.evidence dd{margin:0;overflow-wrap:anywhere}
    code,pre,dl.evidence dd{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,
    "Liberation Mono",monospace;font-size:.8125rem}
    pre{background:var(--wash);border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;
    white-space:pre-wrap;overflow-wrap:anywhere}
    footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:1rem;color:var(--soft);
    font-size:.875rem}
    @media screen and (max-width:640px){main{padding:1.5rem 1rem 3rem}h1{font-size:1.5rem}
    .summary{font-size:1.05rem}.wide{display:none}.narrow{display:block}
    dl.figures{grid-template-columns:1fr 1fr}dl.figures .value{font-size:1.05rem}
    dl.evidence{grid-template-columns:1fr;gap:0}dl.evidence dd{margin-bottom:.6rem}
    th,td{padding:.42rem .5rem}
    .cards table,.cards tbody,.cards tfoot,.cards tr,.cards th,.cards td{display:block}
    .cards thead,.cards td:empty{display:none}
    .cards tr{border-bottom:1px solid var(--line);padding:.5rem 0}
    .cards tfoot tr{border-top:1.5px solid var(--ink)}
    .cards tbody th{position:static;font-weight:600}
    .cards th:empty{display:none}
    .cards th,.cards td,.cards tfoot td{border:0;padding:.1rem 0}
    .cards td{display:flex;justify-content:space-between;gap:1rem;text-align:right}
    .cards td::before{content:attr(data-head);color:var(--soft);text-align:left;font-weight:400;
    white-space:nowrap}}
    @page{size:A4;margin:16mm 15mm 18mm}
    @media print{html{font-size:9.5pt}body{background:none}main{max-width:none;padding:0}
    .wide{display:block}.narrow{display:none}.scroll{overflow:visible}table{font-size:.85rem}
    tbody th{position:static}thead{display:table-header-group}
    tr,figure,dl.figures,.note,pre,.scroll{break-inside:avoid}.scroll.long{break-inside:auto}
    h2,p.caption{break-after:avoid}h2{margin-top:1.8rem}
    dl.figures{grid-template-columns:repeat(4,1fr)}
    dl.evidence{grid-template-columns:max-content 1fr;gap:.2rem 1rem}
    svg .fill,.steps rect,.note{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
    """

  /// For pages of wide tables.
  static let landscape = """
    main{max-width:90rem}
    @page{size:A4 landscape}
    @media print{table{font-size:.75rem}th,td{padding:.3rem .35rem}}
    """
}
