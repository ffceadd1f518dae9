"""A real SMTP server that keeps what it is given."""

from email import message_from_bytes, policy

from aiosmtpd.controller import Controller


class MailServer:
    """`messages` are EmailMessage objects in order of arrival; `refuse` = an SMTP answer to give instead."""

    def __init__(self, port):
        self.port = port
        self.messages = []
        self.refuse = None
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    def start(self):
        self._controller.start()

    def stop(self):
        self._controller.stop()

    def to(self, address):
        """Messages whose envelope named this address."""
        return [message for message in self.messages if address in message["X-Envelope-To"].split(", ")]

    async def handle_DATA(self, server, session, envelope):  # aiosmtpd's name for it
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.default)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 Message accepted"
