"""Markdown of strangers that would run, load or pretend something; `PAY` stands for the script."""

from __future__ import annotations

VECTORS = [
    "<script>PAY</script>",
    "<img src=x onerror=PAY>",
    "[a](javascript:PAY)",
    "[a](&#x6A;ava\tscript:PAY)",
    '<a href="java&#x0A;script:PAY">x</a>',
    '<a href="https://x.example" onclick=PAY style="position:fixed" id=main class=top target=_blank>x</a>',
    "<svg onload=PAY><script>PAY</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=PAY>",
    "<form action=https://x.example><input name=p><button formaction=javascript:PAY>x</button></form>",
    "<style>@import 'https://x.example/';</style><link rel=stylesheet href=https://x.example/>",
    "<meta http-equiv=refresh content=0;url=https://x.example/><base href=https://x.example/>",
    '<iframe srcdoc="<script>PAY</script>"></iframe><object data=x></object><embed src=x>',
    "<details open ontoggle=PAY><summary>x</summary></details>",
    "![a](https://x.example/a.png)",
    "![a](data:image/svg+xml;base64,AAAA)",
    '![a"onerror="PAY](x)',
    "# <img src=x onerror=PAY> h",
    "# \" onmouseover=PAY x='",
    '[a](<https://x.example/"onmouseover=PAY x=>)',
    "| a |\n|---|\n| <img src=x onerror=PAY> |",
    '```" onmouseover=PAY\nx\n```',
    "</div></section></main><h1>Prod</h1>",
    "<p onanimationstart=PAY>x",
    "[![a](b.png)](javascript:PAY)",
]
