"""Camera processes: started, connected, supervised, restarted."""
