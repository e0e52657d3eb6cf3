"""Judges files without storing anything: what a child of the sandbox does for `docbridge check`.

The same rules as for a mail that came in, without those that need the registers: no route, no sender, no fields.
"""

import io
import mimetypes
from collections.abc import Mapping

import pikepdf

from bridge import secrecy
from bridge.checked import Checked, CheckRequest, Classified
from bridge.form import form_observations
from bridge.judging import judge, weigh
from bridge.lists import list_observations
from bridge.papers import is_text, leaves, signs_others
from bridge.signed_by import placed_on
from validation import media_type
from validation.attachments import extension_of
from validation.bounce import bounces
from validation.classify import classify
from validation.codes import Code
from validation.finding import Observation
from validation.inspect import inspect
from validation.inspected import Attachment, Inspected
from validation.message import Message, read
from validation.secrecy import CODES
from validation.settings import ReadingCaps
from validation.signatures import beside
from validation.verdict import word

MAIL = "message/rfc822"


def warm() -> None:
    """Use each library once that reads something from outside at its first use; see `bridge.sandbox.warm`."""
    media_type.warm()
    mimetypes.init()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(io.BytesIO())


def check(request: CheckRequest, content: bytes, *others: bytes) -> Checked:
    """Judges one file; `others` are the files that the request names as beside it."""
    came_with = beside([Attachment((name,), "", other) for name, other in zip(request.beside, others, strict=True)])
    inspection = inspect(Attachment((request.name,), "", content), request.evidence, request.caps, came_with)
    file = inspection.file
    observed = [observation for inner in file.walk() for observation in inner.observations]
    mails = []
    for inner in file.walk():
        if _is_mail(inner, whole=inner is file):
            message = read(inspection.contents[inner.path], inner.path[-1], request.caps)
            mails.append(_classified(inner, message))
            if inner is file:
                seen = {(observation.code, observation.about) for observation in observed}
                observed += [one for one in message.observations if (one.code, one.about) not in seen]
    classification = mails[0].classification if mails and mails[0].path == file.path else ""
    if classification in ("", "document"):
        observed += _of_documents(file, request, is_mail=bool(classification))
        observed += _secrecy(file, inspection.contents, request.caps, is_mail=bool(classification))
    findings = tuple(weigh(observation, request.sender_class, request.policy) for observation in observed)
    verdict = judge(findings, request.sender_class, request.policy)
    return Checked(file, word(verdict), verdict.findings, tuple(mails), inspection.wanted)


def _secrecy(
    file: Inspected, contents: Mapping[tuple[str, ...], bytes], caps: ReadingCaps, *, is_mail: bool
) -> list[Observation]:
    """What the bridge would seal, were it to come by mail."""
    if is_mail:
        inner = {path: content for path, content in contents.items() if path != file.path}
        found = secrecy.of_mail(read(contents[file.path], file.path[-1], caps), inner)
    else:
        found = max(secrecy.of_file(path[-1], content) for path, content in contents.items())
    return [Observation(CODES[found], file.path)] if found in CODES else []


def _is_mail(file: Inspected, *, whole: bool) -> bool:
    """By its content; a whole file also by its name, where its content is no other thing."""
    found = file.format.media_type
    if found == MAIL:
        return True
    named = whole and extension_of(file.path[-1]) == "eml"
    return named and (found.startswith("text/") or found in (media_type.UNKNOWN, media_type.EMPTY))


def _classified(file: Inspected, message: Message) -> Classified:
    kind = classify(message, message.header("Return-Path").strip("<> "))
    return Classified(file.path, kind, bounces(message) if kind == "bounce" else ())


def _of_documents(file: Inspected, request: CheckRequest, *, is_mail: bool) -> list[Observation]:
    """Formats that the office does not take, absent documents and absent signatures."""
    inner = leaves(file.attachments if is_mail else (file,))
    observed = [seen for leaf in inner for seen in form_observations(leaf, request.policy)]
    texts = [leaf for leaf in inner if is_text(leaf)]
    for main in texts[:1] if texts or is_mail else [file]:
        placed = placed_on(main, (leaf for leaf in inner if leaf is not main))
        observed += list_observations(placed, request.sender_class, request.policy)
    if is_mail and not texts:
        observed.append(Observation(Code.DOCUMENT_MISSING))
    if signs_others(inner) or any(leaf.signatures for leaf in texts):
        return observed
    # A lone file is taken for the document itself, whatever it is; in a mail or an archive annexes need no signature.
    signable = texts[:1] if texts or is_mail else [file]
    observed += [Observation(Code.SIGNATURE_MISSING, leaf.path) for leaf in signable if not leaf.signatures]
    return observed
