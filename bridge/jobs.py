"""What a sandboxed child can be asked to do, by name alone: what reads hostile bytes is imported in the child."""

#: Name of a job -> the function that does it.
JOBS = {
    "judge": "bridge.in_child:judge",
    "recognise": "bridge.in_child:recognise",
    "recognise_sent": "bridge.in_child:recognise_sent",
    "look": "bridge.programs:programs",
    "draw": "bridge.report.drawing:draw",
    "route": "bridge.route_question:routes_of",
}
