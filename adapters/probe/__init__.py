"""Finding out which driver understands what is on a line: `score` judges bytes, `listen` gets them."""
