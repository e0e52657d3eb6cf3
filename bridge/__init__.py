"""docbridge's own story: the pipeline of one mail, routing, edXML, the axis, receipts, settings, CLI.

`bridge` imports all the other packages; nobody imports `bridge`.
"""
