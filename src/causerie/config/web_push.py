"""Settings of Web Push: the section `[web_push]`. See settings.py."""

from typing import Annotated

import msgspec

from causerie.config.setting import Setting


class WebPush(msgspec.Struct, frozen=True, kw_only=True):
    """Web Push: notifications for people who are not connected, through their device's push service."""

    enabled: Annotated[
        bool,
        Setting(
            "yes or no",
            "Whether clients may subscribe their devices. The server then connects, by https, to push services that "
            "its people's clients name.",
            reload=False,
        ),
    ] = False
    contact: Annotated[
        str,
        Setting(
            "text",
            "Whom a push service may write to about this server: `mailto:` with an address, or an https URL. Some "
            "want one. Empty: not told.",
            most=200,
            reload=False,
        ),
    ] = ""
    private_addresses: Annotated[
        bool,
        Setting(
            "yes or no",
            "Whether push services may be in private networks, as one that runs beside this server. As long as not, "
            "nobody can make the server connect to what only it can reach.",
            reload=False,
        ),
    ] = False
    authorities: Annotated[
        str,
        Setting(
            "file",
            "Certificates (PEM) that the certificate of a push service may be signed by, beside those that the system "
            "trusts. Empty: none.",
            most=4096,
            reload=False,
        ),
    ] = ""
