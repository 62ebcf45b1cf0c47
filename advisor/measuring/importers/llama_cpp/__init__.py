"""What llama.cpp's own tools print."""
