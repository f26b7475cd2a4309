// Texts that run a script wherever a page takes them for markup, an address, an attribute, a style or a template. Each
// would set `window.ran`.

const RUN = "window.ran=1";

const AS_MARKUP = [
  `<script>${RUN}</script>`,
  `<SCRIPT SRC=data:text/javascript,${RUN}></SCRIPT>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<img src=x onerror="${RUN}">`,
  `<img src=x onerror=${RUN}//`,
  `<svg onload="${RUN}">`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin="${RUN}" attributeName=x dur=1s>`,
  `<svg><a xlink:href="javascript:${RUN}"><text x=9 y=9>x</text></a></svg>`,
  `<math><mi xlink:href="javascript:${RUN}">x</mi></math>`,
  `<iframe srcdoc="<script>parent.ran=1</script>"></iframe>`,
  `<iframe src="javascript:parent.ran=1"></iframe>`,
  `<object data="javascript:${RUN}"></object>`,
  `<embed src="javascript:${RUN}">`,
  `<details open ontoggle="${RUN}">`,
  `<video><source onerror="${RUN}">`,
  `<audio src=x onerror="${RUN}">`,
  `<body onload="${RUN}">`,
  `<input autofocus onfocus="${RUN}">`,
  `<select autofocus onfocus="${RUN}">`,
  `<textarea autofocus onfocus="${RUN}">`,
  `<marquee onstart="${RUN}">`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<link rel=stylesheet href="data:text/css,*{}" onload="${RUN}">`,
  `<style onload="${RUN}">*{}</style>`,
  `<base href="javascript:${RUN}//">`,
  `<form><button formaction="javascript:${RUN}">x</button></form>`,
  `<template><script>${RUN}</script></template>`,
  `<noscript><img title="</noscript><img src=x onerror=${RUN}>"></noscript>`,
  `<!--><img src=x onerror="${RUN}">-->`,
  `<![CDATA[<script>${RUN}</script>]]>`,
  `<x onpointerenter="${RUN}" style="position:fixed;inset:0">`,
  `<a href="javascript:${RUN}" autofocus onfocus="this.click()">x</a>`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `\u003cscript\u003e${RUN}\u003c/script\u003e`,
];
/** What a text may have to get out of first. */
const BEFORE = ["", '">', "'>", "</textarea>", "</title>", "--></style>"];
const AS_ELSE = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  `java\tscript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `vbscript:${RUN}`,
  `" onmouseover="${RUN}" x="`,
  `' onfocus='${RUN}' autofocus='`,
  `';${RUN};//`,
  `";${RUN};//`,
  `</script><script>${RUN}</script>`,
  `\${${RUN}}`,
  `{{constructor.constructor("${RUN}")()}}`,
  `{% raw %}{{ ${RUN} }}{% endraw %}`,
  `expression(${RUN})`,
  `url("javascript:${RUN}")`,
  `*{background:url(javascript:${RUN})}`,
  `__proto__`,
  `constructor`,
  `#/l/x/events`,
  `#token=stolen`,
  `?from=x&to=y`,
  `%3Cscript%3E${RUN}%3C/script%3E`,
  `%`,
  `%E0%A4%A`,
];

/** Every one of them. */
export const SCRIPT_INJECTIONS: readonly string[] = [
  ...AS_MARKUP.flatMap((text) => BEFORE.map((before) => before + text)),
  ...AS_ELSE,
];
