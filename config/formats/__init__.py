"""How dates are written where Django's own formats differ from what a browser writes."""
