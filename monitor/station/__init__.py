"""The nurse station: HTTP, WebSocket and the dashboard's files."""
