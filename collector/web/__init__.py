"""The web process: metrics, health, one status page, the API, and the door for records that subsystems push."""
