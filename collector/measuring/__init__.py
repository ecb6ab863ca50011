"""Measuring: gather what a measure needs from hot store and segments, call it, judge the result. The formulas are in ``measures``."""
