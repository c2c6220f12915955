"""One file per way out. A file here whose last line is `KIND = ChannelKind(...)` is found by itself."""
