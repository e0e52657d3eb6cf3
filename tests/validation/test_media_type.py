"""The type of a file is what its content is; its first octets alone prove nothing."""

import gzip

import pytest

from tests.validation import files
from validation.media_type import EMPTY, UNKNOWN, sniff, warm

KNOWN = {
    "a PDF": (files.pdf(), "x", "application/pdf"),
    "a PDF behind other octets": (b"junk\n" * 20 + files.pdf(), "x", "application/pdf"),
    "a Word document": (files.docx(), "x", f"{files.OOXML}wordprocessingml.document"),
    "a workbook": (
        files.ooxml(f"{files.OOXML}spreadsheetml.sheet.main+xml", "xl"),
        "x",
        f"{files.OOXML}spreadsheetml.sheet",
    ),
    "slides": (
        files.ooxml(f"{files.OOXML}presentationml.presentation.main+xml", "ppt"),
        "x",
        f"{files.OOXML}presentationml.presentation",
    ),
    "a Word document with macros": (
        files.ooxml("application/vnd.ms-word.document.macroEnabled.main+xml", "word"),
        "x",
        "application/vnd.ms-word.document.macroenabled.12",
    ),
    "a Word document whose types are wrong": (
        files.ooxml("application/what", "word/document"),
        "x",
        f"{files.OOXML}wordprocessingml.document",
    ),
    "an OpenDocument text": (files.odt(), "x", "application/vnd.oasis.opendocument.text"),
    "a zip of files": (files.zipped({"a.pdf": b"x", "b.docx": b"y"}), "x", "application/zip"),
    "a zip that contains a folder named word": (files.zipped({"word/a.txt": b"x"}), "x", "application/zip"),
    "an empty zip": (files.zipped({}), "x", "application/zip"),
    "a Java archive": (files.zipped({"META-INF/MANIFEST.MF": b"x"}), "x", "application/java-archive"),
    "an Android package": (
        files.zipped({"AndroidManifest.xml": b"x", "classes.dex": b"y"}),
        "x",
        "application/vnd.android.package-archive",
    ),
    "an old Word document": (files.ole({"WordDocument": b"\xec\xa5"}), "x", "application/msword"),
    "an old workbook": (files.ole({"Workbook": b""}), "x", "application/vnd.ms-excel"),
    "old slides": (files.ole({"PowerPoint Document": b""}), "x", "application/vnd.ms-powerpoint"),
    "an Outlook message": (files.ole({"__properties_version1.0": b""}), "x", "application/vnd.ms-outlook"),
    "encrypted OOXML": (files.ole({"EncryptedPackage": b"", "EncryptionInfo": b""}), "x", "application/encrypted"),
    "a Windows program": (files.PE, "a.pdf", "application/vnd.microsoft.portable-executable"),
    "a Linux program": (files.ELF, "x", "application/x-executable"),
    "a shortcut": (files.LNK, "a.pdf", "application/x-ms-shortcut"),
    "rich text": (files.RTF, "x", "application/rtf"),
    "CMS": (files.CMS, "a.p7m", "application/pkcs7-mime"),
    "a detached signature": (files.CMS, "a.p7s", "application/pkcs7-signature"),
    "winmail.dat": (files.TNEF, "winmail.dat", "application/ms-tnef"),
    "a mail": (files.EML, "x", "message/rfc822"),
    "an edXML packet": (files.EDXML, "x.xml", "application/edxml+xml"),
    "some other XML": (b'<?xml version="1.0"?><a/>', "x", "text/xml"),
    "HTML": (b"<!DOCTYPE html><html></html>", "x", "text/html"),
    "a picture": (files.png(), "x", "image/png"),
    "gzip": (gzip.compress(b"hello hello hello"), "x", "application/gzip"),
    "7-Zip": (files.SEVEN, "x", "application/x-7z-compressed"),
    "text": (files.TEXT, "x.txt", "text/plain"),
    "a table": (b"so,ngay\n1,2\n3,4\n", "x.csv", "text/csv"),
    "a batch file": (b"@echo off\r\ndel x\r\n", "a.bat", "text/x-msdos-batch"),
    "a PowerShell script": (b"Get-ChildItem | Remove-Item\n", "a.ps1", "text/x-powershell"),
    "a shell script without an extension": (b"#!/bin/sh\nrm x\n", "baocao", "text/x-shellscript"),
    "an HTML application": (b"<html><script>x</script></html>", "a.hta", "application/hta"),
    "nothing": (b"", "a.pdf", EMPTY),
    "noise": (b"\x13\x9a\xf1\x07" * 50, "a.pdf", UNKNOWN),
}


@pytest.mark.parametrize(("content", "name", "expected"), KNOWN.values(), ids=KNOWN.keys())
def test_the_type_of(content: bytes, name: str, expected: str) -> None:
    """By content, and by the name only where text cannot tell."""
    warm()
    assert sniff(content, name) == expected


BARE = (
    b"%PDF-1.7",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"MZ",
    b"MZ" + b"\0" * 62,
    b"\x7fELF",
    b"Rar!\x1a\x07\x01\x00",
    b"7z\xbc\xaf\x27\x1c",
    bytes.fromhex("d0cf11e0a1b11ae1"),
    b"\xfe\xed\xfa\xce",
    b"\x00" * 128 + b"DICM",
    b"FLV\x01",
    b"\x78\x9f\x3e\x22",
)


@pytest.mark.parametrize("content", BARE, ids=repr)
def test_magic_octets_alone_are_not_believed(content: bytes) -> None:
    """A file that ends where its header should begin is nothing."""
    assert sniff(content, "x") in {UNKNOWN, "text/plain"}
