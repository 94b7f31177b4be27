"""The screen stays lit while a stage window is open: for an hour nobody touches a keyboard, and a dark screen says nothing.

It is asked of the desktop, by freedesktop's idle inhibition, which GNOME, KDE and Xfce know; and holds until this process ends.
"""

from PyQt6.QtDBus import QDBusConnection, QDBusMessage

SERVICE, PLACE = "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"


def keep_screen_lit() -> None:
    """Ask, and wait for nothing: where nobody listens, all is as it was."""
    asked = QDBusMessage.createMethodCall(SERVICE, PLACE, SERVICE, "Inhibit")
    asked.setArguments(["live-rig", "The stage window is open"])
    QDBusConnection.sessionBus().asyncCall(asked)
