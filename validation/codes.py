"""The closed catalogue of what a rule can find: one code, one meaning, for ever.

A code says what is true of the bytes and nothing about what follows from it.  Its default severity, its Vietnamese
sentence, its SMTP reply and its edXML status stand in one table, `bridge/catalogue.py`; a code without a row there
is a crash in the tests.
"""

from enum import StrEnum


class Code(StrEnum):
    """What a rule found.  `noun.state`, the noun first, so that the sorted list reads as a table of contents."""

    # The mail as a whole
    MAIL_UNREADABLE = "mail.unreadable"  #: no header and no body could be told apart
    MAIL_DAMAGED = "mail.damaged"  #: read with repairs: a defect of the MIME structure is named in the evidence
    TEXT_CHARSET_GUESSED = "text.charset-guessed"  #: in an old Vietnamese code page that nobody declared: read by it
    MAIL_LIMIT = "mail.limit"  #: a cap of the reader was reached (parts, depth, header bytes)
    MAIL_REFERENCE = "mail.reference"  #: message/partial or external-body: the content is elsewhere
    MAIL_CRASHED = "mail.crashed"  #: reading it killed its worker again and again
    MAIL_AUTHENTIC = "mail.authentic"  #: SPF, an aligned DKIM signature or DMARC passes for the reverse path's domain
    MAIL_UNAUTHENTICATED = "mail.unauthenticated"  #: none of them passes, or the domain in From disowns the mail
    SENDER_SPF_FAIL = "sender.spf-fail"  #: the reverse path's domain says that this host may not send for it
    SENDER_DKIM_FAIL = "sender.dkim-fail"  #: signed in the name of From's organisation, and no such signature verifies
    SENDER_DMARC_FAIL = "sender.dmarc-fail"  #: the domain in From says how its mail can be known, and this is not so
    SENDER_IMPERSONATES = "sender.impersonates"  #: the same, and the domain is that of an organ in the register
    SENDER_UNVERIFIED = "sender.unverified"  #: nobody vouches for the domain in From, and it asks nobody to
    SENDER_AMBIGUOUS = "sender.ambiguous"  #: From names nobody, or addresses in several domains
    SENDER_UNKNOWN = "sender.unknown"  #: the reverse path belongs to no known correspondent

    # State secrets
    SECRECY_MARKED = "secrecy.marked"  #: a mark alone on its line, or a secrecy field: the mail is sealed
    SECRECY_SUSPECTED = "secrecy.suspected"  #: a weak sign: inside a sentence, in a name or a subject

    # Who it is for
    RECIPIENT_UNKNOWN = "recipient.unknown"  #: none of the recipients is ours
    ORGAN_SUCCEEDED = "organ.succeeded"  #: meant for a body that was dissolved: it goes to the one in its place
    ROUTE_MISSING = "route.missing"  #: ours, but no rule says which organ it is for
    SENDER_WITHOUT_ID = "sender.without-id"  #: the axis wants an organ id of the sender and none is known

    # The document
    DOCUMENT_MISSING = "document.missing"  #: no attachment that could be a document
    DOCUMENT_PHOTOS = "document.photos"  #: photos alone
    DOCUMENT_DUPLICATE = "document.duplicate"  #: the same document has come in another mail
    DOCUMENT_NUMBER_REUSED = "document.number-reused"  #: its number came in another mail, on another text
    DOCUMENT_SAME_CONTENT = "document.same-content"  #: its text came in another mail, under another number or none
    DOCUMENT_SCANNED = "document.scanned"  #: pictures of pages without a word that a program could read
    FIELD_MISSING = "field.missing"  #: a mandatory field was not found; `about` names it
    FIELD_LONG = "field.long"  #: longer than the decree's register keeps; some receivers may cut it
    FIELD_TOO_LONG = "field.too-long"  #: longer than any receiver is known to keep: the axis may refuse the packet
    FIELD_UNSURE = "field.unsure"  #: found, but below the confidence that the office asks for

    # The form of a file
    SIZE_EXCEEDED = "size.exceeded"
    FORMAT_EXECUTABLE = "format.executable"  #: a program or script, whatever its name says
    FORMAT_MISMATCH = "format.mismatch"  #: declared type, extension and content do not agree
    FORMAT_REFUSED = "format.refused"  #: agrees with itself, but is not on the office's list
    FORMAT_UNKNOWN = "format.unknown"  #: no rule knows what this is
    FORMAT_ENCRYPTED = "format.encrypted"  #: cannot be read without a password
    FORMAT_MACROS = "format.macros"
    FORMAT_ACTIVE = "format.active"  #: JavaScript, a launch action, or other active content
    FORMAT_DAMAGED = "format.damaged"
    FORMAT_EMPTY = "format.empty"
    FORMAT_BOMB = "format.bomb"  #: grows beyond every bound when opened
    ARCHIVE_UNOPENED = "archive.unopened"  #: a container that is not opened yet (rar, 7z, ...)
    ARCHIVE_LIMIT = "archive.limit"  #: too many members, too deep or too large
    FILE_CRASHED = "file.crashed"  #: the reader of this file hit a wall of its sandbox

    # Signatures
    SIGNATURE_MISSING = "signature.missing"
    SIGNATURE_UNSOUND = "signature.unsound"  #: broken, partial, or the file was changed after signing
    SIGNATURE_UNREADABLE = "signature.unreadable"  #: claims to be a signature and could not be checked
    SIGNATURE_UNTRUSTED = "signature.untrusted"  #: no path to a configured anchor
    SIGNATURE_REVOKED = "signature.revoked"  #: revoked before the best proof of time
    SIGNATURE_EXPIRED = "signature.expired"  #: outside the certificate's validity at the best proof of time
    SIGNATURE_REVOCATION_UNKNOWN = "signature.revocation-unknown"
    SIGNATURE_WEAK = "signature.weak"  #: an algorithm or key below what is asked
    SIGNATURE_CHANGED_PERMITTED = "signature.changed-permitted"  #: changed after signing in a permitted, named way
    SIGNATURE_CHANGED_VISIBLY = "signature.changed-visibly"  #: permitted, named, and seen by whoever reads the page
    SIGNATURE_PARTIAL = "signature.partial"  #: sound, and of a part of the file, in a known form: the part is named
    SIGNATURE_AUTHORITY = "signature.authority"  #: signer, issuer and sender do not agree
    SIGNATURE_LIST = "signature.list"  #: trusted by a list that may not speak for such senders
    SIGNATURE_HEADERS_DIFFER = "signature.headers-differ"  #: the mail shows other header fields than were signed
    SIGNATURE_COUNTERSIGNED = "signature.countersigned"  #: others have signed the signature itself
    SIGNATURE_TIME_CLAIMED = "signature.time-claimed"  #: the signing time is the signer's own word
    SIGNATURE_TIME_SHIFTED = "signature.time-shifted"  #: and was local time written as UTC: seven hours are taken off

    # Packets of the axis
    PACKET_INVALID = "packet.invalid"  #: not edXML, or edXML that cannot be understood
    PACKET_RECALL = "packet.recall"  #: its sender takes a document back; a person agrees or refuses
    PACKET_UPDATE = "packet.update"  #: its sender corrects a document that came before
    PACKET_REPLACE = "packet.replace"  #: a new document in the place of others that came before
    LETTER_TOO_LARGE = "letter.too-large"  #: a letter to be sent is larger than its recipient takes
    PACKET_UNADDRESSED = "packet.unaddressed"  #: no receiver of the packet has a registered mail address
