"""A city that does not exist, with known truth, behind the protocols that real cities speak.

The world (``world``, ``video``, ``platforms``, ``cases``, ``logins``, ``energy``) is made from a seed and does no
I/O; ``truth`` says what a perfect measurement of it finds. The servers (HTTP, Modbus TCP, an SQL file) show the world
as it stands at each subsystem's ``clock``, with the ``faults`` that real subsystems have. Nothing in the product
knows that it is simulated.
"""
