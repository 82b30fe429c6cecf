"""The demo shop: its products as geometry, its pictures, its feed and its phone photos."""
