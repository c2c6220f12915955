"""Drills: stories with expectations, played through the whole service in virtual time (issue of trust, not of tests).

A drill is a scenario file of the simulator that also says what has to be alarmed by when and what has to stay
silent. Simulated devices speak their own bytes to the real drivers; intake, loop, core, journal, pages and board are
the service's own. Left out are the sockets and serial ports, the station's HTTP server and waiting.
"""
