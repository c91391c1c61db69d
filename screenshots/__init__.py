"""Pictures of the program, made by `make screenshots`."""
