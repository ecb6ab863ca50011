"""Other systems on the same work: a folder of peers' scripts with its generated data, and the project on that data beside them."""
