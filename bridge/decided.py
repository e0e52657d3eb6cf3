"""What persons have decided of a mail, as the pipeline asks it."""

from collections.abc import Mapping, Sequence

from store.judgement import Decision, DecisionVerb

#: Key in a decision's detail that names the document; every other key is a field.
DOCUMENT = "document"
#: The same in the detail of a supersession: the mail that came in its place.
MAIL = "mail"
#: The same in the detail of a clearance: the code of the sign that was cleared.
CODE = "code"


def released_by(decisions: Sequence[Decision]) -> Decision | None:
    """The release that stands: the last word of a person, if that was one."""
    if decisions and decisions[-1].verb is DecisionVerb.RELEASE:
        return decisions[-1]
    return None


def superseded_by(decisions: Sequence[Decision]) -> str:
    """The mail that took this one's place, if that was the last word; "" = none."""
    if decisions and decisions[-1].verb is DecisionVerb.SUPERSEDE:
        return decisions[-1].detail.get(MAIL, "")
    return ""


def cleared(decisions: Sequence[Decision]) -> frozenset[str]:
    """Codes of the signs of a state secret that a person has looked at and found to be none."""
    return frozenset(one.detail.get(CODE, "") for one in decisions if one.verb is DecisionVerb.CLEAR)


def clerk_fields(decisions: Sequence[Decision]) -> Mapping[str, Mapping[str, str]]:
    """Document id -> the fields that clerks have given for it; under "" those given for the mail's only document.

    A later word stands over an earlier one.
    """
    given: dict[str, dict[str, str]] = {}
    for decision in decisions:
        if decision.verb is DecisionVerb.COMPLETE:
            fields = {key: value for key, value in decision.detail.items() if key != DOCUMENT}
            given.setdefault(decision.detail.get(DOCUMENT, ""), {}).update(fields)
    return given
