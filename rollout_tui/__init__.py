"""Watch a mobile release roll out on Google Play and the App Store, and pause it with two keys."""

__version__ = "0.1.0"
