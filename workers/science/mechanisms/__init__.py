"""Taking a trained network apart: what measures and analyses of its parts share."""
