"""From measurements and declarations to scores, and from scores to the official form. Pure: nothing here reads or writes."""
