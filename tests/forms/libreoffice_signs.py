"""Signs an OpenDocument file by LibreOffice, over UNO.  Run by the system's Python, which LibreOffice's bridge is for.

Arguments: the file, and the name of the pipe on which the program listens.  The first certificate of the NSS database
in MOZILLA_CERTIFICATE_FOLDER signs; the program ends afterwards.
"""

import contextlib
import sys
import time

import uno  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]
from com.sun.star.lang import DisposedException  # type: ignore[import-not-found]

_READ, _READ_AND_WRITE = 1, 7  # com.sun.star.embed.ElementModes
_PATIENCE = 60.0


def _connected(pipe: str) -> object:
    """The program's component context, as soon as it listens."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def main(path: str, pipe: str) -> None:
    """Sign, as the program's own dialogue does once a certificate is chosen."""
    context = _connected(pipe)
    services = context.ServiceManager  # type: ignore[attr-defined]

    def service(name: str, *arguments: object) -> object:
        return services.createInstanceWithArgumentsAndContext(f"com.sun.star.{name}", arguments, context)

    crypto = service("xml.crypto.NSSInitializer").createSecurityContext("")  # type: ignore[attr-defined]
    certificate = crypto.getSecurityEnvironment().getPersonalCertificates()[0]
    storages, url = service("embed.StorageFactory"), uno.systemPathToFileUrl(path)
    written = storages.createInstanceWithArguments((url, _READ_AND_WRITE))  # type: ignore[attr-defined]
    meta = written.openStorageElement("META-INF", _READ_AND_WRITE)
    stream = meta.openStreamElement("documentsignatures.xml", _READ_AND_WRITE)
    read = storages.createInstanceWithArguments((url, _READ))  # type: ignore[attr-defined]
    signer = service("security.DocumentDigitalSignatures", "1.2", False)
    if not signer.signDocumentWithCertificate(certificate, read, stream):  # type: ignore[attr-defined]
        sys.exit("LibreOffice did not sign")
    meta.commit()
    written.commit()
    with contextlib.suppress(DisposedException):  # it is gone before it can answer
        service("frame.Desktop").terminate()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main(*sys.argv[1:])
