"""Which extensions and which declared types are right for which content: the table behind `agrees`.

A witness that says nothing (no extension, `application/octet-stream`) cannot disagree; neither can an extension that
belongs to no type here ("Công văn số 35.2026").
"""

from dataclasses import dataclass

_OPEN = "application/vnd.openxmlformats-officedocument."
#: Declared types that only say "a file".
SILENT = frozenset(
    {
        "",
        "application/octet-stream",
        "application/x-octet-stream",
        "application/octetstream",
        "application/binary",
        "application/x-binary",
        "binary/octet-stream",
        "application/download",
        "application/x-download",
        "application/force-download",
        "application/x-force-download",
        "application/unknown",
        "application/x-unknown",
        "application/x-unknown-content-type",
        "application/file",
        "application/attachment",
        "application/save",
        "unknown/unknown",
        "multipart/form-data",
    }
)
_WORD = ("application/msword", "application/vnd.ms-word", "application/x-msword", "application/doc", "application/docx")
_EXCEL = (
    "application/vnd.ms-excel",
    "application/msexcel",
    "application/x-msexcel",
    "application/excel",
    "application/xlsx",
)
_POINT = ("application/vnd.ms-powerpoint", "application/mspowerpoint", "application/powerpoint", "application/pptx")
_ZIP = (
    "application/zip",
    "application/x-zip-compressed",
    "application/x-zip",
    "application/x-compressed",
    "multipart/x-zip",
)
_XML = ("application/xml", "text/xml")
_CMS = (
    "application/pkcs7-mime",
    "application/x-pkcs7-mime",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/cms",
)


@dataclass(frozen=True, slots=True)
class Family:
    """What may rightly be said of one kind of content."""

    extensions: frozenset[str]
    declared: frozenset[str]  #: besides the media type itself


def _family(extensions: str, *declared: str) -> Family:
    return Family(frozenset(extensions.split()), frozenset(declared))


_TEXT = _family(
    "txt text csv tsv md log ini json ndjson yaml yml toml conf cfg asc eml htm html xml css sql tex srt vcf ics rst c "
    "h cpp java py rb pl go rs ts asm diff patch pem crt cer p7s p7m sig dsn",
    "text/plain",
    "text/csv",
    "application/csv",
    "text/comma-separated-values",
    "text/x-log",
    "application/json",
    "application/x-pem-file",
    "application/pgp-signature",
    "application/pgp-encrypted",
    "application/pgp-keys",
)
_OOXML_ENCRYPTED = "docx docm dotx dotm xlsx xlsm xltx xltm xlsb pptx pptm potx ppsx ppsm"

FAMILIES: dict[str, Family] = {
    "application/pdf": _family("pdf", "application/x-pdf", "application/acrobat", "text/pdf", "application/pdfx"),
    f"{_OPEN}wordprocessingml.document": _family("docx", *_WORD, *_ZIP),
    f"{_OPEN}wordprocessingml.template": _family("dotx", *_WORD, *_ZIP),
    f"{_OPEN}spreadsheetml.sheet": _family("xlsx", *_EXCEL, *_ZIP),
    f"{_OPEN}spreadsheetml.template": _family("xltx", *_EXCEL, *_ZIP),
    f"{_OPEN}presentationml.presentation": _family("pptx", *_POINT, *_ZIP),
    f"{_OPEN}presentationml.template": _family("potx", *_POINT, *_ZIP),
    f"{_OPEN}presentationml.slideshow": _family("ppsx", *_POINT, *_ZIP),
    "application/vnd.ms-word.document.macroenabled.12": _family("docm", *_WORD, *_ZIP),
    "application/vnd.ms-word.template.macroenabled.12": _family("dotm", *_WORD, *_ZIP),
    "application/vnd.ms-excel.sheet.macroenabled.12": _family("xlsm", *_EXCEL, *_ZIP),
    "application/vnd.ms-excel.template.macroenabled.12": _family("xltm", *_EXCEL, *_ZIP),
    "application/vnd.ms-excel.addin.macroenabled.12": _family("xlam", *_EXCEL, *_ZIP),
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": _family("xlsb", *_EXCEL, *_ZIP),
    "application/vnd.ms-powerpoint.presentation.macroenabled.12": _family("pptm", *_POINT, *_ZIP),
    "application/vnd.ms-powerpoint.template.macroenabled.12": _family("potm", *_POINT, *_ZIP),
    "application/vnd.ms-powerpoint.slideshow.macroenabled.12": _family("ppsm", *_POINT, *_ZIP),
    "application/vnd.ms-powerpoint.addin.macroenabled.12": _family("ppam", *_POINT, *_ZIP),
    "application/vnd.ms-visio.drawing": _family("vsdx vstx", *_ZIP, "application/vnd.visio"),
    "application/vnd.ms-xpsdocument": _family("xps oxps", *_ZIP),
    "application/encrypted": _family(
        _OOXML_ENCRYPTED + " doc xls ppt",
        *_WORD,
        *_EXCEL,
        *_POINT,
        f"{_OPEN}wordprocessingml.document",
        f"{_OPEN}spreadsheetml.sheet",
        f"{_OPEN}presentationml.presentation",
    ),
    "application/msword": _family("doc dot", *_WORD),
    "application/vnd.ms-excel": _family("xls xlt xla xlm", *_EXCEL),
    "application/vnd.ms-powerpoint": _family("ppt pps pot ppa", *_POINT),
    "application/vnd.ms-outlook": _family("msg oft", "application/msoutlook", "application/x-msg"),
    "application/vnd.visio": _family("vsd vst vss", "application/x-visio"),
    "application/x-mspublisher": _family("pub", "application/vnd.ms-publisher"),
    "application/vnd.oasis.opendocument.text": _family("odt", "application/x-vnd.oasis.opendocument.text", *_ZIP),
    "application/vnd.oasis.opendocument.spreadsheet": _family("ods", *_ZIP),
    "application/vnd.oasis.opendocument.presentation": _family("odp", *_ZIP),
    "application/vnd.oasis.opendocument.graphics": _family("odg", *_ZIP),
    "application/vnd.etsi.asic-e+zip": _family("asice sce bdoc edoc adoc zip", *_ZIP),
    "application/vnd.etsi.asic-s+zip": _family("asics scs bdoc zip", *_ZIP),
    "application/epub+zip": _family("epub", *_ZIP),
    "application/zip": _family("zip", *_ZIP),
    "application/java-archive": _family("jar war ear", *_ZIP, "application/x-java-archive"),
    "application/x-rar": _family(
        "rar", "application/x-rar-compressed", "application/vnd.rar", "application/rar", *_ZIP
    ),
    "application/x-7z-compressed": _family("7z", *_ZIP),
    "application/gzip": _family("gz tgz", "application/x-gzip", "application/x-gunzip", "application/x-compressed-tar"),
    "application/x-bzip2": _family("bz2 tbz2 tbz", "application/bzip2", "application/x-bzip"),
    "application/x-xz": _family("xz txz"),
    "application/x-tar": _family("tar", "application/tar"),
    "application/rtf": _family("rtf", "text/rtf", "application/x-rtf", "text/richtext", *_WORD),
    "application/ms-tnef": _family("dat tnef", "application/vnd.ms-tnef"),
    "application/pkcs7-mime": _family("p7m p7s p7c p7b p7 sig", *_CMS),
    "application/pkcs7-signature": _family("p7s p7m sig p7", *_CMS),
    "application/edxml+xml": _family("edxml xml", *_XML, "application/edxml"),
    "application/msword-xml": _family("xml doc", *_XML, *_WORD),
    "application/vnd.ms-excel-xml": _family("xml xls", *_XML, *_EXCEL),
    "text/xml": _family("xml xsd xsl xslt rss kml gpx edxml fods fodt rels plist wsdl tmx svg", *_XML, "text/plain"),
    "text/html": _family("htm html xhtml mht", "application/xhtml+xml", "text/plain"),
    "image/svg+xml": _family("svg", *_XML),
    "message/rfc822": _family(
        "eml mht mhtml msg txt", "text/plain", "message/global", "message/news", "multipart/related"
    ),
    "text/plain": _TEXT,
    "text/csv": _TEXT,
    "application/json": _TEXT,
    "application/x-ndjson": _TEXT,
    "text/calendar": _family("ics vcs ifb txt", "application/ics", "text/plain"),
    "text/vcard": _family("vcf txt", "text/x-vcard", "text/directory", "text/plain"),
    "image/jpeg": _family("jpg jpeg jpe jfif", "image/jpg", "image/pjpeg"),
    "image/png": _family("png apng", "image/x-png"),
    "image/gif": _family("gif"),
    "image/tiff": _family("tif tiff", "image/tif"),
    "image/bmp": _family("bmp dib", "image/x-ms-bmp", "image/x-bmp"),
    "image/webp": _family("webp"),
    "image/heic": _family("heic heif", "image/heif"),
    "image/vnd.adobe.photoshop": _family("psd", "image/psd"),
    "image/vnd.microsoft.icon": _family("ico", "image/x-icon"),
    "audio/mpeg": _family("mp3 mpga", "audio/mp3"),
    "video/mp4": _family("mp4 m4v"),
    "video/quicktime": _family("mov qt"),
    "application/postscript": _family("ps eps ai"),
    "application/x-ole-storage": _family("doc xls ppt msg mpp wps"),
    "application/vnd.microsoft.portable-executable": _family("exe dll scr com sys cpl ocx", "application/x-msdownload"),
    "application/vnd.ms-htmlhelp": _family("chm", "application/x-chm"),
    "application/x-msi": _family("msi msp", "application/x-ole-storage"),
    "application/x-ms-shortcut": _family("lnk"),
    "application/hta": _family("hta"),
    "application/x-mswinurl": _family("url"),
    "application/onenote": _family("one", "application/msonenote"),
    "application/vnd.android.package-archive": _family("apk"),
    "text/x-msdos-batch": _family("bat cmd", "application/x-bat", "application/x-msdos-program", "text/plain"),
    "text/x-powershell": _family("ps1 psm1", "text/plain"),
    "text/vbscript": _family("vbs vbe", "text/plain"),
    "text/javascript": _family("js jse", "application/javascript", "application/x-javascript", "text/plain"),
    "text/x-wsf": _family("wsf wsh sct", "text/plain", "text/xml"),
    "text/x-ms-regedit": _family("reg", "text/plain"),
    "text/x-shellscript": _family("sh", "application/x-sh", "text/plain"),
    "text/x-script.python": _family("py", "text/plain", "text/x-python"),
    "application/x-dosexec": _family("exe com scr", "application/x-msdownload"),
}
_KNOWN_EXTENSIONS = frozenset().union(*(family.extensions for family in FAMILIES.values()))

#: Machine programs and what an operating system starts on a double click.
PROGRAMS = frozenset(
    {
        "application/vnd.microsoft.portable-executable",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-sharedlib",
        "application/x-pie-executable",
        "application/x-mach-binary",
        "application/x-ms-shortcut",
        "application/x-msi",
        "application/x-java-applet",
        "application/x-dex",
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/hta",
        "application/x-mswinurl",
        "application/vnd.ms-htmlhelp",
        "application/x-rpm",
        "application/vnd.debian.binary-package",
        "text/x-msdos-batch",
        "text/x-powershell",
        "text/vbscript",
        "text/javascript",
        "application/javascript",
        "text/x-wsf",
        "text/x-ms-regedit",
        "text/x-shellscript",
        "text/x-perl",
        "text/x-php",
        "text/x-script.python",
        "text/x-ruby",
    }
)
_STARTED = (
    "ade adp app appref-ms application apk appx bat chm cmd com cpl dll exe fxp gadget hlp hta inf ins isp jar js jse "
    "ksh lnk mde msc msh msi msix msp mst ocx pif plg prg ps1 ps1xml ps2 psc1 psm1 reg scf scr sct "
    "settingcontent-ms shb "
    "shs sys url vb vbe vbp vbs vxd wsc wsf wsh xll"
)
#: Extensions that a desktop starts, whatever the content is (Microsoft's list of unsafe attachments, shortened).
PROGRAM_EXTENSIONS = frozenset(_STARTED.split())


def agree(media_type: str, declared: str, extension: str) -> tuple[str, ...]:
    """Which witnesses contradict the content: "declared", "extension"; empty = all agree."""
    family = FAMILIES.get(media_type)
    if family is None:
        family = _TEXT if media_type.startswith("text/") else Family(frozenset(), frozenset())
    against: list[str] = []
    declared_wrong = declared not in SILENT and declared != media_type and declared not in family.declared
    # A type of which the table knows nothing is judged by the top-level type alone: image/x-foo is an image.
    if declared_wrong and media_type not in FAMILIES and media_type.partition("/")[0] == declared.partition("/")[0]:
        declared_wrong = declared in FAMILIES
    if declared_wrong and declared.startswith("text/") and media_type.startswith("text/"):
        declared_wrong = False
    if declared_wrong:
        against.append("declared")
    if extension and extension not in family.extensions and extension in _KNOWN_EXTENSIONS | PROGRAM_EXTENSIONS:
        against.append("extension")
    return tuple(against)
