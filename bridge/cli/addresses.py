"""The type of options that take a mail address of an SMTP envelope."""

import click


class MailAddress(click.ParamType[str]):
    """One mailbox; for the reverse path "" and "<>" are the empty one."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, or a usage error."""
        from outbound.address import UnfitAddressError, read

        text = str(value).strip().removeprefix("<").removesuffix(">")
        if not text and param is not None and param.name == "mail_from":
            return ""
        try:
            return str(read(text))
        except UnfitAddressError as unfit:
            self.fail(f"{value!r} is no mail address: {unfit}", param, ctx)
