"""What stands between strangers and Gradio: only what our own pages ask gets through."""
