"""What labels and scores say of a model, by row and by block of rows: numpy only, for whoever trains or watches."""
