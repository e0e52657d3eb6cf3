"""A signed PDF written octet by octet, so that its signature dictionary can hold what no library would write."""

from collections.abc import Callable, Sequence

from tests.validation.cms_minting import Holder

_ROOM = 6000  #: octets of the hole


def sealed(
    sub_filter: str,
    seal: Callable[[bytes], bytes],
    certificates: Sequence[Holder] = (),
    kind: str = "/Type /Sig",
    direct: bool = False,
) -> bytes:
    """One page and one signature field; `seal` makes /Contents of what the range covers, `certificates` go to /Cert.

    `kind` = how the signature dictionary names itself; `direct` = it stands in the field, not in an object of its own.
    """
    cert = ""
    if certificates:
        cert = "/Cert [" + " ".join(f"<{one.certificate.dump().hex()}>" for one in certificates) + "]"
        cert = cert.replace("[", "").replace("]", "") if len(certificates) == 1 else cert
    hole = b"<" + b"0" * (2 * _ROOM) + b">"
    signature = (
        f"<< {kind} /Filter /Adobe.PPKLite /SubFilter /{sub_filter} {cert} "
        f"/M (D:20261122100000+07'00') /ByteRange [0 {'0' * 10} {'0' * 10} {'0' * 10}] /Contents "
    ).encode() + hole + b" >>"  # fmt: skip
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (vi) /AcroForm << /Fields [4 0 R] /SigFlags 3 >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Annots [4 0 R] >>",
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Sig1) /Rect [0 0 0 0] /F 132 /P 3 0 R /V 5 0 R >>",
        signature,
    ]
    if direct:
        objects[3:] = [objects[3].replace(b"/V 5 0 R", b"/V " + signature)]
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    begin = out.index(hole)
    end = begin + len(hole)
    at = out.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    numbers = f"{begin:010d} {end:010d} {len(out) - end:010d}".encode()
    out[at : at + len(numbers)] = numbers
    octets = seal(bytes(out[:begin] + out[end:]))
    if octets:
        out[begin + 1 : begin + 1 + 2 * len(octets)] = octets.hex().encode()
        return bytes(out)
    return bytes(out[:begin] + b"<>".ljust(len(hole)) + out[end:])
